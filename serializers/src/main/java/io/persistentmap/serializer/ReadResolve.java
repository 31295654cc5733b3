package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * The {@code readResolve} of a class: the method that returns the object to be had in place of one
 * that was read, such as the constant that it is a copy of. Which method that is, is a rule of Java
 * serialization; here a class need not be {@code Serializable} for it.
 */
final class ReadResolve {
  private final Class<?> type;
  private final MethodHandle method;

  private ReadResolve(Class<?> type, MethodHandle method) {
    this.type = type;
    this.method = method;
  }

  /** Returns whether objects of a class are to be replaced when they are read. */
  static boolean isIn(Class<?> type) {
    return find(type) != null;
  }

  /**
   * Returns that of a class, or null if it has none.
   *
   * @throws Refusal if its module keeps it closed
   */
  static @Nullable ReadResolve of(Class<?> type) {
    Method found = find(type);
    if (found == null) {
      return null;
    }
    try {
      found.setAccessible(true);
      MethodHandle method =
          MethodHandles.lookup()
              .unreflect(found)
              .asType(MethodType.methodType(Object.class, Object.class));
      return new ReadResolve(type, method);
    } catch (IllegalAccessException | InaccessibleObjectException closed) {
      throw new Refusal(Opening.message(found.getDeclaringClass()), closed);
    }
  }

  /** Returns what takes the place of an object. */
  Object resolve(Object read) {
    Object resolved;
    try {
      resolved = (Object) method.invokeExact(read);
    } catch (Throwable failure) {
      throw Failures.unchecked(failure);
    }
    if (resolved == null) {
      throw new SerializationException("readResolve() of " + type.getName() + " returned null");
    }
    return resolved;
  }

  private static @Nullable Method find(Class<?> type) {
    for (Class<?> next = type; !ClassNames.isJdk(next); next = next.getSuperclass()) {
      Method method = declaredIn(next);
      if (method != null) {
        return isInherited(method, type) ? method : null;
      }
    }
    return null;
  }

  private static @Nullable Method declaredIn(Class<?> type) {
    for (Method method : type.getDeclaredMethods()) {
      if (method.getName().equals("readResolve")
          && method.getParameterCount() == 0
          && method.getReturnType() == Object.class) {
        return method;
      }
    }
    return null;
  }

  private static boolean isInherited(Method method, Class<?> type) {
    int modifiers = method.getModifiers();
    if (Modifier.isStatic(modifiers) || Modifier.isAbstract(modifiers)) {
      return false;
    }
    Class<?> owner = method.getDeclaringClass();
    if (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers) || owner == type) {
      return true;
    }
    return !Modifier.isPrivate(modifiers)
        && owner.getClassLoader() == type.getClassLoader()
        && owner.getPackageName().equals(type.getPackageName());
  }
}
