package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.CollectionSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.MapSerializer;
import com.esotericsoftware.kryo.kryo5.util.DefaultClassResolver;
import com.esotericsoftware.kryo.kryo5.util.IntMap;
import java.lang.reflect.InvocationHandler;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/**
 * The classes of object graphs: numbers of the {@link ClassTable} where Kryo would write names.
 *
 * <p>A class is one LEB128 number: 0 for null; below {@link #FIRST_TABLE_CODE} what Kryo registers
 * itself, the primitives and String; from there on the number in the table. A class gets its number
 * when it is first written, never by reading.
 */
@SuppressWarnings("rawtypes") // the signatures of Kryo
final class GraphClasses extends DefaultClassResolver {
  /** What is added to a number of the table. Part of the file format. */
  static final int FIRST_TABLE_CODE = 32;

  /** What Kryo adds to the number of a registration of its own. */
  private static final int KRYO_OFFSET = 2;

  private final ClassTable classes;
  private final IntMap<Registration> byTableId = new IntMap<>();

  GraphClasses(ClassTable classes) {
    this.classes = classes;
  }

  @Override
  public Registration registerImplicit(Class type) {
    refuseUnreadable(type);
    if (isPartOf(Enum.class, type) && !type.isEnum()) {
      return kryo.getRegistration(type.getSuperclass()); // a constant with a body
    }
    if (isPartOf(EnumSet.class, type)) {
      return kryo.getRegistration(EnumSet.class); // not one of the JDK's private classes
    }
    Serializer serializer = kryo.getDefaultSerializer(type);
    refuseUnbuildable(type, serializer);
    return register(new TableRegistration(type, serializer));
  }

  @Override
  protected void writeName(Output output, Class type, Registration registration) {
    TableRegistration numbered = (TableRegistration) registration;
    if (numbered.tableId == 0) {
      numbered.tableId = classes.idOf(numbered.getType());
    }
    output.writeVarInt(FIRST_TABLE_CODE + numbered.tableId, true);
  }

  @Override
  public @Nullable Registration readClass(Input input) {
    int code = input.readVarInt(true);
    if (code == Kryo.NULL) {
      return null;
    }
    Registration known =
        code < FIRST_TABLE_CODE
            ? getRegistration(code - KRYO_OFFSET)
            : byTableId.get(code - FIRST_TABLE_CODE);
    return known != null ? known : readUnknown(code);
  }

  private Registration readUnknown(int code) {
    int id = code - FIRST_TABLE_CODE;
    if (id <= 0) {
      throw new SerializationException("class code " + code + " has no meaning");
    }
    Registration registration = kryo.getRegistration(classes.classOf(id));
    byTableId.put(id, registration);
    return registration;
  }

  private static void refuseUnreadable(Class type) {
    if (type.isHidden() || (type.isSynthetic() && type.getName().contains("$$Lambda"))) {
      throw new SerializationException(
          type.getName()
              + " is a lambda or a hidden class, which no other virtual machine can read;"
              + " use a class with a name");
    }
    if (type == InvocationHandler.class) { // what Kryo makes of any proxy class
      throw new SerializationException("a dynamic proxy cannot be stored; use a class with a name");
    }
  }

  /** Kryo would build such a collection without its constructor: a view of nothing. */
  private static void refuseUnbuildable(Class<?> type, Serializer serializer) {
    Class<?> encoding = serializer.getClass();
    if ((encoding == CollectionSerializer.class || encoding == MapSerializer.class)
        && !hasOpenConstructor(type)) {
      throw new SerializationException(
          type.getName()
              + " cannot be rebuilt, since it has no constructor without parameters;"
              + " store a copy, such as an ArrayList or a HashMap");
    }
  }

  private static boolean hasOpenConstructor(Class<?> type) {
    try {
      return type.getDeclaredConstructor().trySetAccessible();
    } catch (NoSuchMethodException none) {
      return false;
    }
  }

  private static boolean isPartOf(Class<?> family, Class<?> type) {
    return type != family && family.isAssignableFrom(type);
  }

  /** A class with its number in the table, or 0 as long as it was not written. */
  private static final class TableRegistration extends Registration {
    private int tableId;

    TableRegistration(Class type, Serializer serializer) {
      super(type, serializer, NAME);
    }
  }
}
