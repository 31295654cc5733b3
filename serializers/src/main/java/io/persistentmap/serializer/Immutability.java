package io.persistentmap.serializer;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.charset.Charset;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Decides which classes have instances that nobody can change, so that one may be handed to several
 * callers.
 *
 * <p>These are: strings, boxed primitives, big numbers, {@code java.time} and some more classes of
 * the JDK; enums, whose constants are there only once anyway; records, and final classes with final
 * fields only, where the declared types of all parts are immutable; sealed types whose permitted
 * subclasses are; types with an annotation named {@code Immutable}, of any package, that is kept at
 * run time (one that is kept in the class file only can't be seen); and what the user names.
 *
 * <p>The class decides, never the instance. So {@code List.of}, {@code Optional} and other
 * containers are not counted in: their elements can be anything. Thread-safe.
 */
final class Immutability {
  private static final Set<Class<?>> OF_JDK =
      Set.of(
          Charset.class,
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
          ZoneId.class,
          ZoneOffset.class,
          ZonedDateTime.class);

  private final Set<Class<?>> declaredByUser;
  private final Map<Class<?>, String> objections = new ConcurrentHashMap<>();
  private final Map<Class<?>, String> copyObjections = new ConcurrentHashMap<>();
  private final Identity identity = new Identity(this::isDeclaredByUser);

  Immutability(Set<Class<?>> declaredByUser) {
    this.declaredByUser = declaredByUser;
  }

  /** Returns whether the instances of exactly this class never change. */
  boolean isImmutable(Class<?> type) {
    return objection(type).isEmpty();
  }

  /** Returns why the instances of exactly this class may change, or "" if they can't. */
  String objection(Class<?> type) {
    String known = objections.get(type);
    if (known != null) {
      return known;
    }
    String objection = orIncomplete(() -> ofClass(type, new HashSet<>()));
    objections.put(type, objection);
    return objection;
  }

  /**
   * Returns why a copy will not do for an instance of exactly this class, or "" if it will: nobody
   * can change either, and they are equal.
   */
  String objectionToCopies(Class<?> type) {
    String known = copyObjections.get(type);
    if (known != null) {
      return known;
    }
    String objection = objection(type);
    if (objection.isEmpty()) {
      objection = orIncomplete(() -> identity.objection(type));
    }
    copyObjections.put(type, objection);
    return objection;
  }

  /** Returns the same for instances of this class, or of one that extends it. */
  String declaredToCopies(Class<?> type) {
    String objection = declared(type);
    return objection.isEmpty() ? orIncomplete(() -> identity.objection(type)) : objection;
  }

  /** Returns why instances of this class, or of one that extends it, may change, or "". */
  String declared(Class<?> type) {
    return orIncomplete(() -> ofDeclared(type, new HashSet<>()));
  }

  private static String orIncomplete(Supplier<String> examination) {
    try {
      return examination.get();
    } catch (LinkageError incomplete) {
      return "a class that it is made of can't be loaded: " + incomplete.getMessage();
    }
  }

  /** What holds for all instances that a field of this type can refer to. */
  private String ofDeclared(Class<?> type, Set<Class<?>> around) {
    if (isKnown(type) || Modifier.isFinal(type.getModifiers()) || type.isEnum()) {
      return ofClass(type, around);
    }
    if (!type.isSealed()) {
      return type.getName() + ", which can change or have subclasses that can";
    }
    if (!around.add(type)) {
      return "";
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      String objection = ofDeclared(permitted, around);
      if (!objection.isEmpty()) {
        return type.getName() + ", of which one kind is " + objection;
      }
    }
    return Modifier.isAbstract(type.getModifiers()) ? "" : ofClass(type, around);
  }

  /** What holds for the instances of exactly this class. */
  private String ofClass(Class<?> type, Set<Class<?>> around) {
    if (isKnown(type) || (type != Enum.class && Enum.class.isAssignableFrom(type))) {
      return "";
    }
    if (type.isArray() || type.isHidden() || ClassNames.isJdk(type) || type.isInterface()) {
      return type.getTypeName() + ", which can change or have parts that can";
    }
    if (!around.add(type)) {
      return "";
    }
    if (!type.isRecord() && Hierarchy.of(type).stateOfJdk() != Object.class) {
      return type.getName() + ", which extends " + Hierarchy.of(type).stateOfJdk().getName();
    }
    for (Class<?> next = type; !ClassNames.isJdk(next); next = next.getSuperclass()) {
      String objection = ofFields(next, around);
      if (!objection.isEmpty()) {
        return type.getName() + ": " + objection;
      }
    }
    return "";
  }

  private String ofFields(Class<?> type, Set<Class<?>> around) {
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        continue;
      }
      if (!Modifier.isFinal(field.getModifiers())) {
        return "field " + field.getName() + " is not final";
      }
      String objection = ofDeclared(field.getType(), around);
      if (!objection.isEmpty()) {
        String what = type.isRecord() ? "component " : "final field ";
        return what + field.getName() + " is a " + objection;
      }
    }
    return "";
  }

  private boolean isKnown(Class<?> type) {
    return type.isPrimitive()
        || TypeTraits.isScalarValue(type)
        || OF_JDK.contains(type)
        || ZoneId.class.isAssignableFrom(type)
        || (Charset.class.isAssignableFrom(type) && ClassNames.isJdk(type))
        || isDeclaredByUser(type)
        || hasAnnotation(type);
  }

  private boolean isDeclaredByUser(Class<?> type) {
    for (Class<?> declared : declaredByUser) {
      if (declared.isAssignableFrom(type)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasAnnotation(Class<?> type) {
    for (Annotation annotation : type.getAnnotations()) {
      if (annotation.annotationType().getSimpleName().equals("Immutable")) {
        return true;
      }
    }
    return false;
  }
}
