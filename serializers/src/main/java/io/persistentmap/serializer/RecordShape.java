package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
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

  /** Each takes the record, as an object, and returns an object. */
  private final MethodHandle[] accessors;

  /** Takes an array of all components and returns an object. */
  private final MethodHandle constructor;

  private RecordShape(MethodHandle[] accessors, MethodHandle constructor) {
    this.accessors = accessors;
    this.constructor = constructor;
  }

  /**
   * Returns the shape of a class.
   *
   * @throws SerializationException if the class is not a record, or its module keeps it closed
   */
  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** Returns the number of components. */
  int size() {
    return accessors.length;
  }

  /** Refuses a record that was written with another number of components. */
  void checkSize(Class<?> type, int written) {
    if (written != size()) {
      throw new SerializationException(
          "record "
              + type.getName()
              + " was written with "
              + Integer.toUnsignedString(written)
              + " components and has "
              + size()
              + " now");
    }
  }

  /** Returns one component of a record of this class. */
  @Nullable Object component(Object record, int index) {
    try {
      return (Object) accessors[index].invokeExact(record);
    } catch (Throwable failure) {
      throw Failures.unchecked(failure);
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
    if (!type.isRecord()) {
      throw new SerializationException(type.getName() + " was a record and no longer is");
    }
    try {
      return examine(type, lookupIn(type));
    } catch (ReflectiveOperationException closed) {
      throw new SerializationException(closedMessage(type), closed);
    }
  }

  private static RecordShape examine(Class<?> type, Lookup lookup)
      throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    MethodHandle[] accessors = new MethodHandle[components.length];
    for (int i = 0; i < components.length; i++) {
      accessors[i] =
          lookup
              .unreflect(components[i].getAccessor())
              .asType(MethodType.methodType(Object.class, Object.class));
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    MethodHandle constructor =
        lookup
            .unreflectConstructor(type.getDeclaredConstructor(types))
            .asSpreader(Object[].class, components.length)
            .asType(MethodType.methodType(Object.class, Object[].class));
    return new RecordShape(accessors, constructor);
  }

  /** Falls back to public access, which is enough for a public record in an exported package. */
  private static Lookup lookupIn(Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException closed) {
      return MethodHandles.publicLookup();
    }
  }

  private static String closedMessage(Class<?> type) {
    return String.format(
        "%s of record %s must open package %s to %s (add \"opens %s;\" to its module-info)",
        type.getModule(),
        type.getName(),
        type.getPackageName(),
        RecordShape.class.getModule(),
        type.getPackageName());
  }
}
