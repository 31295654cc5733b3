package io.persistentmap.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why an object can't be a key: it would not be found again, because no object that is read from a
 * file equals it. That is found out by trying, for each new key; this class finds the words.
 */
final class KeyRefusal {
  /** How deep a culprit is looked for. */
  private static final int MAX_DEPTH = 20;

  private KeyRefusal() {}

  /**
   * Returns why a key that can be written and read back is refused all the same, or null. An object
   * of a subclass may equal a number, but numbers are found by their bytes.
   */
  static @Nullable String ofClass(Class<?> type) {
    boolean ownNumber =
        (BigInteger.class.isAssignableFrom(type) && type != BigInteger.class)
            || (BigDecimal.class.isAssignableFrom(type) && type != BigDecimal.class);
    return ownNumber
        ? "a "
            + type.getName()
            + " can't be a key, since it may equal a "
            + type.getSuperclass().getName()
            + "; use that"
        : null;
  }

  /** Says whether a key is as good as the one that was read back from its bytes. */
  static boolean isFoundAgain(Object key, Object readBack) {
    return key.equals(readBack) && key.hashCode() == readBack.hashCode();
  }

  /** Explains why a key does not equal what was read back from its bytes. */
  static String ofKey(Object key) {
    String text = "a " + key.getClass().getTypeName() + " can't be a key: ";
    String reason = onlyEqualsItself(key.getClass());
    if (reason != null) {
      return text + reason;
    }
    Class<?> culprit = culprit(key, 0);
    return culprit != null
        ? text + "it contains a " + culprit.getTypeName() + ", and " + onlyEqualsItself(culprit)
        : text
            + "an object read back from its bytes does not equal it, or has another hashCode. Some"
            + " part of it only equals itself (an array, an object of a class without equals), or"
            + " is not stored; use parts with equals and hashCode";
  }

  /** Returns why objects of a class only equal themselves, or null if that is not so. */
  private static @Nullable String onlyEqualsItself(Class<?> type) {
    if (type.isArray()) {
      return "an array only equals itself, never one read from the file; use a List, or a record"
          + " around it with an equals and hashCode of its own";
    }
    if (isOfObject(type, "equals", Object.class)) {
      return type.getName()
          + " has no equals, so an object only equals itself, never one read from the file; give"
          + " it equals and hashCode, or make it a record";
    }
    if (isOfObject(type, "hashCode")) {
      return type.getName()
          + " has equals, but no hashCode, so equal objects are not found; give it one";
    }
    return null;
  }

  private static boolean isOfObject(Class<?> type, String method, Class<?>... parameters) {
    try {
      return type.getMethod(method, parameters).getDeclaringClass() == Object.class;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e); // every class has it
    }
  }

  /** Looks for the class of a part that only equals itself. */
  private static @Nullable Class<?> culprit(@Nullable Object part, int depth) {
    if (part == null || depth > MAX_DEPTH) {
      return null;
    }
    if (onlyEqualsItself(part.getClass()) != null) {
      return part.getClass();
    }
    if (part instanceof Collection<?> elements) {
      return culpritIn(elements, depth);
    }
    if (part instanceof Map<?, ?> map) {
      Class<?> inKeys = culpritIn(map.keySet(), depth);
      return inKeys != null ? inKeys : culpritIn(map.values(), depth);
    }
    return part instanceof Optional<?> optional ? culprit(optional.orElse(null), depth + 1) : null;
  }

  private static @Nullable Class<?> culpritIn(Collection<?> elements, int depth) {
    for (Object element : elements) {
      Class<?> found = culprit(element, depth + 1);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
