package io.persistentmap.value;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Tells which classes are plain: whatever an instance holds, it holds itself, and of types that the
 * class declares. So all instances can be stored if one can, and a change that comes while one is
 * written gives old or new fields, but never bytes that can't be read. Thread-safe.
 */
final class PlainClasses {
  private final Predicate<Class<?>> immutable;
  private final Map<Class<?>, Boolean> known = new ConcurrentHashMap<>();

  /**
   * Creates an examiner.
   *
   * @param immutable says whether instances of exactly that class can't change
   */
  PlainClasses(Predicate<Class<?>> immutable) {
    this.immutable = immutable;
  }

  boolean isPlain(Class<?> type) {
    return known.computeIfAbsent(type, this::examine);
  }

  private boolean examine(Class<?> type) {
    if (immutable.test(type)) {
      return true;
    }
    if (type.isArray()) {
      return type.getComponentType().isPrimitive();
    }
    for (Class<?> part = type;
        part != Object.class && part != Record.class;
        part = part.getSuperclass()) {
      if (part == null || part.getClassLoader() == null || !hasPlainFields(part)) {
        return false; // what the JDK's classes hold is not for their fields to say
      }
    }
    return true;
  }

  private boolean hasPlainFields(Class<?> type) {
    try {
      return Arrays.stream(type.getDeclaredFields())
          .filter(field -> !Modifier.isStatic(field.getModifiers()))
          .map(Field::getType)
          .allMatch(this::isPlainField);
    } catch (LinkageError e) { // the class of a field is missing
      return false;
    }
  }

  private boolean isPlainField(Class<?> type) {
    return type.isPrimitive()
        || (immutable.test(type) && (type.isEnum() || Modifier.isFinal(type.getModifiers())));
  }
}
