package io.persistentmap.serializer;

import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Currency;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the codec knows of a class, found out once.
 *
 * <p>Of the classes of parts, only the declared ones count: they hold for every instance. A class
 * that somebody can extend therefore has neither property.
 *
 * @param tag how instances are encoded; where a class uses several tags, one stands for all
 * @param byteStable whether two instances are equal if and only if their bytes are, in this and in
 *     every later virtual machine
 * @param immutable whether callers may share an instance, because none of them can change it
 */
record TypeTraits(int tag, boolean byteStable, boolean immutable) {
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

  /** Final classes without a tag of their own whose instances nobody can change. */
  private static final Set<Class<?>> OTHER_IMMUTABLES =
      Set.of(
          Class.class,
          Currency.class,
          Locale.class,
          MonthDay.class,
          OffsetDateTime.class,
          OffsetTime.class,
          OptionalDouble.class,
          OptionalInt.class,
          OptionalLong.class,
          Pattern.class,
          Period.class,
          URI.class,
          Year.class,
          YearMonth.class,
          ZoneOffset.class,
          ZonedDateTime.class);

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
    return tag != Tag.KRYO && tag != Tag.RECORD && tag != Tag.ENUM;
  }

  private static TypeTraits examine(Class<?> type) {
    Integer scalar = SCALARS.get(type);
    if (scalar != null) {
      return new TypeTraits(scalar, !type.isArray(), !type.isArray());
    }
    if (type.isHidden()) {
      return new TypeTraits(Tag.KRYO, false, false);
    }
    if (type != Enum.class && Enum.class.isAssignableFrom(type)) {
      return new TypeTraits(Tag.ENUM, true, true);
    }
    return type.isRecord()
        ? examineRecord(type)
        : new TypeTraits(Tag.KRYO, false, OTHER_IMMUTABLES.contains(type));
  }

  private static TypeTraits examineRecord(Class<?> type) {
    try {
      return new TypeTraits(
          Tag.RECORD, isByteStable(type, new HashSet<>()), isImmutable(type, new HashSet<>()));
    } catch (LinkageError incomplete) { // the class of a component is missing
      return new TypeTraits(Tag.RECORD, false, false);
    }
  }

  private static boolean isByteStable(Class<?> declared, Set<Class<?>> seen) {
    if (!declared.isRecord()) {
      return isFinalScalar(declared);
    }
    return !seen.add(declared)
        || (RecordEquality.isGenerated(declared)
            && everyComponent(declared, part -> isByteStable(part, seen)));
  }

  private static boolean isImmutable(Class<?> declared, Set<Class<?>> seen) {
    if (!declared.isRecord()) {
      return isFinalScalar(declared) || OTHER_IMMUTABLES.contains(declared);
    }
    return !seen.add(declared) || everyComponent(declared, part -> isImmutable(part, seen));
  }

  private static boolean everyComponent(Class<?> record, Predicate<Class<?>> property) {
    return Arrays.stream(record.getRecordComponents())
        .map(RecordComponent::getType)
        .allMatch(property);
  }

  private static boolean isFinalScalar(Class<?> type) {
    return type.isPrimitive()
        || type.isEnum()
        || (SCALARS.containsKey(type) && !type.isArray() && Modifier.isFinal(type.getModifiers()));
  }
}
