package io.persistentmap.serializer;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Currency;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which classes have instances that differ from their copies, although nobody can change
 * either: since {@code equals} is that of {@link Object}, or since they have a part of which that
 * is so. A map that hands out copies of such would deny that it contains what was put into it.
 *
 * <p>Equality counts as declared: a class that declares {@code equals} is trusted as far as itself
 * is concerned, but its declared parts are looked at all the same. Enums and classes are there only
 * once, so that their copies are themselves.
 */
final class Identity {
  private final Predicate<Class<?>> trusted;

  /**
   * Creates it.
   *
   * @param trusted the classes of which the user said that a copy will do
   */
  Identity(Predicate<Class<?>> trusted) {
    this.trusted = trusted;
  }

  /**
   * Returns why a copy of an instance of this class may not equal it, or "" if it does.
   *
   * @param type a class whose instances never change
   */
  String objection(Class<?> type) {
    return objection(type, new HashSet<>());
  }

  private String objection(@Nullable Class<?> type, Set<Class<?>> around) {
    if (type == null
        || type == Object.class
        || isOnce(type)
        || trusted.test(type)
        || !around.add(type)) {
      return "";
    }
    if (!isAbstract(type) && onlyEqualsItself(type)) {
      return type.getName() + " has no equals, so that no copy of one equals it";
    }
    if (ClassNames.isJdk(type)) {
      return "";
    }
    String ofSubclass = ofPermitted(type, around);
    return ofSubclass.isEmpty() ? ofFields(type, around) : ofSubclass;
  }

  private static boolean isOnce(Class<?> type) {
    return type.isPrimitive()
        || type.isArray()
        || TypeTraits.isScalarValue(type)
        || Enum.class.isAssignableFrom(type)
        || type == Class.class
        || type == Currency.class;
  }

  private static boolean isAbstract(Class<?> type) {
    return Modifier.isAbstract(type.getModifiers());
  }

  /** Returns whether equality of the instances of exactly this class is identity. */
  static boolean onlyEqualsItself(Class<?> type) {
    try {
      return type.getMethod("equals", Object.class).getDeclaringClass() == Object.class;
    } catch (NoSuchMethodException e) {
      throw new AssertionError("every class has an equals", e);
    }
  }

  private String ofPermitted(Class<?> type, Set<Class<?>> around) {
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        String objection = objection(permitted, around);
        if (!objection.isEmpty()) {
          return objection;
        }
      }
    }
    return "";
  }

  private String ofFields(Class<?> type, Set<Class<?>> around) {
    for (Class<?> next = type;
        next != null && !ClassNames.isJdk(next);
        next = next.getSuperclass()) {
      for (Field field : next.getDeclaredFields()) {
        String objection = Hierarchy.isStored(field) ? objection(field.getType(), around) : "";
        if (!objection.isEmpty()) {
          return (type.isRecord() ? "component " : "field ") + field.getName() + ": " + objection;
        }
      }
    }
    return "";
  }
}
