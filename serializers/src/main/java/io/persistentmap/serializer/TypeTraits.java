package io.persistentmap.serializer;

import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Map;
import java.util.UUID;

/**
 * What the codec knows of a class at first sight.
 *
 * @param tag how instances are encoded; where a class uses several tags, one stands for all
 * @param byteStable whether two instances are equal if and only if their bytes are, in this and in
 *     every later virtual machine
 */
record TypeTraits(int tag, boolean byteStable) {
  private static final Map<Class<?>, Integer> SCALARS =
      Map.ofEntries(
          Map.entry(String.class, Tag.STRING_LATIN1),
          Map.entry(Boolean.class, Tag.TRUE),
          Map.entry(Byte.class, Tag.BYTE),
          Map.entry(Short.class, Tag.SHORT),
          Map.entry(Integer.class, Tag.INT),
          Map.entry(Long.class, Tag.LONG),
          Map.entry(Character.class, Tag.CHAR),
          Map.entry(Float.class, Tag.FLOAT),
          Map.entry(Double.class, Tag.DOUBLE),
          Map.entry(byte[].class, Tag.BYTES),
          Map.entry(UUID.class, Tag.UUID),
          Map.entry(BigInteger.class, Tag.BIG_INTEGER),
          Map.entry(BigDecimal.class, Tag.BIG_DECIMAL),
          Map.entry(LocalDate.class, Tag.LOCAL_DATE),
          Map.entry(LocalTime.class, Tag.LOCAL_TIME),
          Map.entry(LocalDateTime.class, Tag.LOCAL_DATE_TIME),
          Map.entry(Instant.class, Tag.INSTANT),
          Map.entry(Duration.class, Tag.DURATION));

  private static final ClassValue<TypeTraits> TRAITS =
      new ClassValue<>() {
        @Override
        protected TypeTraits computeValue(Class<?> type) {
          return examine(type);
        }
      };

  /** Returns the traits of the instances of exactly this class. */
  static TypeTraits of(Class<?> type) {
    return TRAITS.get(type);
  }

  /** Returns whether {@link ScalarCodec} encodes the instances. */
  boolean isScalar() {
    return tag < Tag.ENUM;
  }

  /** Returns whether all instances of a declared type are scalars that nobody can change. */
  static boolean isFinalScalar(Class<?> declared) {
    return isScalarValue(declared) && Modifier.isFinal(declared.getModifiers());
  }

  /** Returns whether instances of exactly this class are scalars that nobody can change. */
  static boolean isScalarValue(Class<?> type) {
    return SCALARS.containsKey(type) && !type.isArray();
  }

  /** Returns whether a class of this name has an encoding of its own. */
  static boolean isScalarName(String name) {
    return SCALARS.keySet().stream().anyMatch(type -> type.getName().equals(name));
  }

  private static TypeTraits examine(Class<?> type) {
    Integer scalar = SCALARS.get(type);
    if (scalar != null) {
      return new TypeTraits(scalar, !type.isArray());
    }
    if (type == Class.class) {
      return new TypeTraits(Tag.CLASS, false);
    }
    if (type != Enum.class && Enum.class.isAssignableFrom(type)) {
      boolean internal = ClassNames.isJdk(type) && !Modifier.isPublic(type.getModifiers());
      return internal ? new TypeTraits(Tag.OBJECT, false) : new TypeTraits(Tag.ENUM, true);
    }
    boolean stable = type.isRecord() && ByteStability.objection(type).isEmpty();
    return new TypeTraits(stable ? Tag.RECORD : Tag.OBJECT, stable);
  }
}
