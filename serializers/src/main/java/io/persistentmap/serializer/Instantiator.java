package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sun.reflect.ReflectionFactory;

/**
 * Makes objects of one class. Where its own constructor can't be used, it does what Java
 * serialization does: it runs a constructor of a superclass, and none below. Thread-safe.
 */
final class Instantiator {
  private static final ReflectionFactory REFLECTION = ReflectionFactory.getReflectionFactory();
  private static final Object[] NO_ARGUMENTS = {};

  /** No method handle: that would make an object of the superclass. */
  private final Constructor<?> constructor;

  /** The class's own constructor without parameters; null if there is none, or it fails. */
  private volatile @Nullable MethodHandle own;

  private Instantiator(Constructor<?> constructor, @Nullable MethodHandle own) {
    this.constructor = constructor;
    this.own = own;
  }

  /**
   * Makes objects of a plain class: with its constructor without parameters, so that transient and
   * new fields get what it sets; or with none, if there is none, or it throws.
   */
  static Instantiator of(Class<?> type) {
    return new Instantiator(ofSuperclass(type, Object.class), ownConstructor(type));
  }

  /**
   * Makes objects with a constructor of a superclass, or of the class itself.
   *
   * @param parameters the types of its parameters
   */
  static Instantiator of(Class<?> type, Class<?> superclass, Class<?>... parameters) {
    return new Instantiator(ofSuperclass(type, superclass, parameters), null);
  }

  /** Returns a new object. */
  Object create() {
    MethodHandle preferred = own;
    if (preferred != null) {
      try {
        return (Object) preferred.invokeExact(NO_ARGUMENTS);
      } catch (Throwable unusable) {
        Failures.rethrowFatal(unusable);
        own = null; // from now on as if there were none
      }
    }
    return create(NO_ARGUMENTS);
  }

  /** Returns a new object of which the constructor gets these arguments. */
  Object create(@Nullable Object[] arguments) {
    try {
      return constructor.newInstance(arguments);
    } catch (ReflectiveOperationException failure) {
      throw Failures.unchecked(failure);
    }
  }

  private static Constructor<?> ofSuperclass(
      Class<?> type, Class<?> superclass, Class<?>... parameters) {
    if (Modifier.isAbstract(type.getModifiers())) {
      throw new Refusal(type.getName() + " is abstract now, so no object can be made of it");
    }
    try {
      Constructor<?> constructor = superclass.getDeclaredConstructor(parameters);
      return type == superclass
          ? constructor
          : Objects.requireNonNull(REFLECTION.newConstructorForSerialization(type, constructor));
    } catch (ReflectiveOperationException e) {
      throw new Refusal(type.getName() + " can't be stored: no object can be made of it", e);
    }
  }

  private static @Nullable MethodHandle ownConstructor(Class<?> type) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return MethodHandles.lookup()
          .unreflectConstructor(constructor)
          .asSpreader(Object[].class, 0)
          .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException | InaccessibleObjectException none) {
      return null;
    }
  }
}
