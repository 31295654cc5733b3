package io.persistentmap.serializer;

import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides, for one file, which keys are found by their bytes.
 *
 * <p>The bytes of a record begin with the number of its schema. If the components change, equal
 * keys would have different bytes before and after, and keys would not be found any more. So a
 * class of keys must have the schema that it always had in this file; classes of values, and of
 * keys that are compared by {@code equals}, may change. Thread-safe.
 */
final class KeyClasses {
  private final StoredClasses classes;
  private final Map<Class<?>, Boolean> verdicts = new ConcurrentHashMap<>();

  KeyClasses(StoredClasses classes) {
    this.classes = classes;
  }

  /**
   * Returns whether equal keys of this class have equal bytes, and different ones different bytes.
   *
   * @throws SerializationException if that was otherwise when keys of it were stored, or if objects
   *     of it have been stored, but can't be any more
   */
  boolean isByteStable(Class<?> type) {
    TypeTraits traits = TypeTraits.of(type);
    if (traits.isScalar()) {
      return traits.byteStable();
    }
    Boolean known = verdicts.get(type);
    if (known == null) {
      known = examine(type);
      verdicts.put(type, known);
    }
    return known;
  }

  /** Returns why equal keys of a class may have different bytes, or "" if they don't. */
  String objection(Class<?> type) {
    return classes.hasSerializer(type)
        ? type.getName() + " has a serializer, and nobody knows what its bytes are"
        : ByteStability.objection(type);
  }

  private boolean isStored(Class<?> type) {
    try {
      classes.schemaOf(type);
      return true;
    } catch (Refusal refusal) {
      return false; // such a key is in no map
    }
  }

  private boolean isStable(Class<?> type) {
    return classes.schemaOf(type).kind() == Schema.Kind.STABLE_RECORD;
  }

  private boolean examine(Class<?> type) {
    if (TypeTraits.of(type).tag() == Tag.ENUM) {
      Class<?> declaring = type.isEnum() ? type : type.getSuperclass(); // of one with a body
      if (!isStored(declaring)) {
        return false;
      }
      requireOneName(declaring, classes.schemaOf(declaring));
      return true;
    }
    if (!isStored(type)) {
      requireUnknown(type);
      return false;
    }
    requireSameSchema(type);
    if (!isStable(type)) {
      return false;
    }
    requirePartsOfSameSchema(type);
    return true;
  }

  /** Keys of a class that can't be stored are in no map, unless they could be stored before. */
  private void requireUnknown(Class<?> type) {
    if (!classes.schemasOf(type).isEmpty()) {
      try {
        classes.schemaOf(type);
      } catch (Refusal refusal) {
        throw new SerializationException(
            "there may be keys of it, but " + refusal.getMessage(), refusal);
      }
    }
  }

  private void requirePartsOfSameSchema(Class<?> type) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getType().isEnum()) {
        requireOneName(component.getType(), classes.schemaOf(component.getType()));
      } else if (component.getType().isRecord()) {
        requireSameSchema(component.getType());
        requirePartsOfSameSchema(component.getType());
      }
    }
  }

  private void requireSameSchema(Class<?> type) {
    Schema now = classes.schemaOf(type);
    if (now.kind() == Schema.Kind.STABLE_RECORD) {
      requireOneName(type, now);
    }
    for (Schema then : classes.schemasOf(type)) {
      boolean byBytes =
          now.kind() == Schema.Kind.STABLE_RECORD || then.kind() == Schema.Kind.STABLE_RECORD;
      if (byBytes && !then.equals(now)) {
        throw new SerializationException(
            String.format(
                "objects of %s were stored as %s and would be stored as %s now, so keys of it would"
                    + " not be found any more; open the map with the old class, and copy its"
                    + " entries to a new one with the new class as key",
                type.getName(), describe(then), describe(now)));
      }
    }
  }

  /** Each name has a number of its own, and so other bytes. */
  private void requireOneName(Class<?> type, Schema now) {
    if (classes.schemasOf(type).stream().filter(now::equals).count() > 1) {
      throw new SerializationException(
          String.format(
              "objects of %s were stored under this name, and under another of which it is an"
                  + " alias, so keys of it would not be found any more; copy the map's entries to a"
                  + " new one",
              type.getName()));
    }
  }

  private static String describe(Schema schema) {
    StringBuilder text = new StringBuilder(schema.kind().word()).append('(');
    String separator = "";
    for (Schema.Field field : schema.fields()) {
      text.append(separator).append(field.type()).append(' ').append(field.name());
      separator = ", ";
    }
    return text.append(')').toString();
  }
}
