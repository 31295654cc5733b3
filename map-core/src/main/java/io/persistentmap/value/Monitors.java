package io.persistentmap.value;

import java.lang.annotation.Annotation;

/**
 * Which objects have a monitor that a program may use. Those of value-based classes (boxed numbers,
 * {@code List.of}) have none that is good for anything: they can't be changed, and to synchronise
 * on one gives a warning, or will throw. Thread-safe.
 */
final class Monitors {
  private static final String VALUE_BASED = "jdk.internal.ValueBased";

  private static final ClassValue<Boolean> USABLE =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return !isValueBased(type);
        }
      };

  private Monitors() {}

  /** Says whether to enter the monitor of an object makes sense. */
  static boolean isUsable(Object value) {
    return USABLE.get(value.getClass());
  }

  private static boolean isValueBased(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Annotation annotation : at.getDeclaredAnnotations()) {
        if (annotation.annotationType().getName().equals(VALUE_BASED)) {
          return true;
        }
      }
    }
    return type.getName().startsWith("java.util.ImmutableCollections$") || isValue(type);
  }

  /** {@code Class.isValue} of a coming JDK. */
  private static boolean isValue(Class<?> type) {
    try {
      return (Boolean) Class.class.getMethod("isValue").invoke(type);
    } catch (ReflectiveOperationException e) {
      return false; // no class of this JDK is one
    }
  }
}
