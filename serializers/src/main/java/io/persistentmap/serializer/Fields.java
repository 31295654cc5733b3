package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the objects of one class: how they are written, and how those of an older schema
 * are read into them.
 *
 * <p>A stored field goes where class and name are the same. Failing that it goes to the only field
 * of that name, since fields are moved to superclasses and back. What has no such field is read and
 * dropped, and a field that was not stored keeps what a new object has in it.
 */
final class Fields {
  /** What is written, and the order in which. */
  private final FieldAccess[] written;

  /** What is read, in the order of the stored schema. */
  private final Target[] read;

  private Fields(FieldAccess[] written, Target[] read) {
    this.written = written;
    this.read = read;
  }

  /**
   * Finds out where the fields of a schema go.
   *
   * @param stored the fields of the schema, under the names that their classes have now
   * @throws Refusal if the type of a field changed, or the module keeps a class closed
   */
  static Fields of(Class<?> type, List<Schema.Field> stored, TypeChanges changes) {
    List<Field> fields = Hierarchy.of(type).storedFields();
    FieldAccess[] written = new FieldAccess[fields.size()];
    for (int i = 0; i < written.length; i++) {
      written[i] = access(fields.get(i));
    }
    return new Fields(written, targets(type, stored, fields, changes));
  }

  /** Appends the fields of an object. */
  void write(Object owner, GraphWriter out) {
    for (FieldAccess field : written) {
      field.write(owner, out);
    }
  }

  /** Returns the fields of an object, boxed. */
  @Nullable Object[] get(Object owner) {
    return Arrays.stream(written).map(field -> field.get(owner)).toArray();
  }

  /** Sets the fields of an object. */
  void read(Object owner, GraphReader in) {
    for (Target target : read) {
      target.read(owner, in);
    }
  }

  private static Target[] targets(
      Class<?> type, List<Schema.Field> stored, List<Field> fields, TypeChanges changes) {
    Set<Field> free = new HashSet<>(fields);
    @Nullable Field[] found = new @Nullable Field[stored.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = sameField(stored.get(i), type, free);
      free.remove(found[i]);
    }
    List<Schema.Field> unmatched = new ArrayList<>(stored);
    for (int i = found.length - 1; i >= 0; i--) {
      if (found[i] != null) {
        unmatched.remove(i);
      }
    }
    Target[] targets = new Target[stored.size()];
    for (int i = 0; i < targets.length; i++) {
      Schema.Field field = stored.get(i);
      Field now = found[i] != null ? found[i] : onlyOfName(type, field, unmatched, free);
      if (now != null) {
        changes.check(type, field, now.getType());
      }
      targets[i] = new Target(field, now);
    }
    return targets;
  }

  private static @Nullable Field sameField(Schema.Field stored, Class<?> type, Set<Field> fields) {
    String owner = stored.owner().isEmpty() ? type.getName() : stored.owner();
    for (Field field : fields) {
      if (field.getName().equals(stored.name())
          && field.getDeclaringClass().getName().equals(owner)) {
        return field;
      }
    }
    return null;
  }

  /**
   * Finds the field that has moved to another class of the hierarchy, by its name.
   *
   * @return null if there is no field of that name, so that its value is dropped
   */
  private static @Nullable Field onlyOfName(
      Class<?> type, Schema.Field stored, List<Schema.Field> unmatched, Set<Field> fields) {
    String name = stored.name();
    List<Field> same = new ArrayList<>(fields);
    same.removeIf(field -> !field.getName().equals(name));
    if (same.isEmpty()) {
      return null;
    }
    if (same.size() > 1 || unmatched.stream().filter(f -> f.name().equals(name)).count() > 1) {
      throw new SerializationException(
          type.getName()
              + ": it is not clear where the value of field "
              + name
              + (stored.owner().isEmpty() ? "" : " of " + stored.owner())
              + " belongs: "
              + same.size()
              + " fields of that name are new, in "
              + same.stream().map(field -> field.getDeclaringClass().getName()).sorted().toList()
              + "; if a class was renamed, open the map with .alias(\"old.Name\", New.class)");
    }
    return same.get(0);
  }

  private static FieldAccess access(Field field) {
    return new FieldAccess(field.getName(), field.getType(), unreflect(field, true));
  }

  private static MethodHandle unreflect(Field field, boolean getter) {
    try {
      field.setAccessible(true);
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      return getter ? lookup.unreflectGetter(field) : lookup.unreflectSetter(field);
    } catch (IllegalAccessException | InaccessibleObjectException closed) {
      throw new Refusal(Opening.message(field.getDeclaringClass()), closed);
    }
  }

  /** Where a stored field goes. */
  private static final class Target {
    private final Schema.Field stored;
    private final char letter;

    /** Takes the object and the stored type. */
    private final @Nullable MethodHandle setter;

    Target(Schema.Field stored, @Nullable Field now) {
      this.stored = stored;
      this.letter = Primitives.letter(stored.type());
      Class<?> primitive = Primitives.named(stored.type());
      Class<?> type = primitive == null ? Object.class : primitive;
      this.setter =
          now == null
              ? null
              : unreflect(now, false).asType(MethodType.methodType(void.class, Object.class, type));
    }

    void read(Object owner, GraphReader in) {
      try {
        if (setter == null) {
          in.drop(letter);
        } else {
          set(setter, owner, in);
        }
      } catch (ClassCastException wrong) {
        throw new SerializationException(
            "field " + stored.name() + " can't hold what is stored: " + wrong.getMessage(), wrong);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    private void set(MethodHandle target, Object owner, GraphReader in) throws Throwable {
      ByteReader bytes = in.bytes();
      switch (letter) {
        case 'Z' -> target.invokeExact(owner, bytes.readByte() != 0);
        case 'B' -> target.invokeExact(owner, bytes.readByte());
        case 'S' -> target.invokeExact(owner, bytes.readShort());
        case 'C' -> target.invokeExact(owner, (char) bytes.readShort());
        case 'I' -> target.invokeExact(owner, bytes.readInt());
        case 'J' -> target.invokeExact(owner, bytes.readLong());
        case 'F' -> target.invokeExact(owner, Float.intBitsToFloat(bytes.readInt()));
        case 'D' -> target.invokeExact(owner, Double.longBitsToDouble(bytes.readLong()));
        default -> target.invokeExact(owner, in.value());
      }
    }
  }
}
