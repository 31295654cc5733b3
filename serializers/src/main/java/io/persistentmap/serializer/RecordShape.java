package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way into and out of one record class: its accessors and its canonical constructor.
 *
 * <p>The contract of {@link Record} promises that a record built from what the accessors of another
 * return equals it.
 */
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return examine(type);
        }
      };

  private final List<Schema.Field> fields;
  private final Class<?>[] types;
  private final FieldAccess[] accessors;

  /** Takes an array of all components and returns an object. */
  private final MethodHandle constructor;

  private RecordShape(
      List<Schema.Field> fields,
      Class<?>[] types,
      FieldAccess[] accessors,
      MethodHandle constructor) {
    this.fields = fields;
    this.types = types;
    this.accessors = accessors;
    this.constructor = constructor;
  }

  /**
   * Returns the shape of a record class.
   *
   * @throws Refusal if its module keeps it closed
   */
  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** Returns names and types of the components, in declared order. */
  List<Schema.Field> fields() {
    return fields;
  }

  /** Returns the type of a component. */
  Class<?> type(int index) {
    return types[index];
  }

  /** Appends all components of a record of this class. */
  void write(Object record, GraphWriter out) {
    for (FieldAccess accessor : accessors) {
      accessor.write(record, out);
    }
  }

  /** Returns the components of a record of this class, boxed. */
  @Nullable Object[] components(Object record) {
    return Arrays.stream(accessors).map(accessor -> accessor.get(record)).toArray();
  }

  /**
   * Returns whether a record has the very components that its constructor was given. It may make
   * something else of them, or its accessors may.
   */
  boolean has(Object record, @Nullable Object[] given) {
    try {
      for (int i = 0; i < given.length; i++) {
        Object component = accessors[i].get(record);
        if (component != given[i]
            && !(component != null
                && TypeTraits.isScalarValue(component.getClass())
                && component.equals(given[i]))) {
          return false;
        }
      }
      return true;
    } catch (RuntimeException failure) {
      return false;
    }
  }

  /** Returns a new record of this class. */
  Object create(@Nullable Object[] components) {
    try {
      return (Object) constructor.invokeExact(components);
    } catch (Throwable failure) {
      throw Failures.unchecked(failure);
    }
  }

  private static RecordShape examine(Class<?> type) {
    try {
      return examine(type, lookupIn(type));
    } catch (ReflectiveOperationException closed) {
      throw new Refusal(Opening.message(type), closed);
    }
  }

  private static RecordShape examine(Class<?> type, Lookup lookup)
      throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    List<Schema.Field> fields = new ArrayList<>();
    FieldAccess[] accessors = new FieldAccess[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      types[i] = component.getType();
      fields.add(new Schema.Field(types[i].getName(), component.getName(), ""));
      accessors[i] =
          new FieldAccess(
              component.getName(), types[i], lookup.unreflect(component.getAccessor()), false);
    }
    MethodHandle constructor =
        lookup
            .unreflectConstructor(type.getDeclaredConstructor(types))
            .asSpreader(Object[].class, components.length)
            .asType(MethodType.methodType(Object.class, Object[].class));
    return new RecordShape(List.copyOf(fields), types, accessors, constructor);
  }

  /** Falls back to public access, which is enough for a public record in an exported package. */
  private static Lookup lookupIn(Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException closed) {
      return MethodHandles.publicLookup();
    }
  }
}
