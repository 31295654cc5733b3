package io.persistentmap.serializer;

import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Set;

/**
 * Decides whether the bytes of keys tell which of them are equal.
 *
 * <p>They do for the types with an encoding of their own, for enums, and for records of such that
 * have the {@code equals} which compilers generate. A record that can contain itself is not counted
 * in: its bytes could not say which of its parts are one.
 */
final class ByteStability {
  private ByteStability() {}

  /** Returns why equal instances of a class may have different bytes, or "" if they don't. */
  static String objection(Class<?> type) {
    try {
      return objection(type, new HashSet<>());
    } catch (LinkageError incomplete) {
      return "a class that it is made of can't be loaded: " + incomplete.getMessage();
    }
  }

  private static String objection(Class<?> type, Set<Class<?>> around) {
    if (type.isPrimitive()
        || TypeTraits.isScalarValue(type)
        || (type != Enum.class && Enum.class.isAssignableFrom(type))) {
      return "";
    }
    if (!type.isRecord() || type.isHidden()) {
      return type.getTypeName()
          + " has an equals() of its own, which need not agree with its bytes";
    }
    if (!around.add(type)) {
      return "a " + type.getName() + " can contain another";
    }
    if (!RecordEquality.isGenerated(type)) {
      return "record " + type.getName() + " has an equals() of its own";
    }
    String inPart = objectionToPart(type, around);
    around.remove(type);
    return inPart;
  }

  private static String objectionToPart(Class<?> record, Set<Class<?>> around) {
    for (RecordComponent component : record.getRecordComponents()) {
      String objection = objection(component.getType(), around);
      if (!objection.isEmpty()) {
        return "component " + component.getName() + ": " + objection;
      }
    }
    return "";
  }
}
