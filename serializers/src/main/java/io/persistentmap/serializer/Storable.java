package io.persistentmap.serializer;

import java.io.Externalizable;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules that say which classes can be stored, and the schema of each that can. For all others a
 * {@link Refusal} says why, and what to do.
 */
final class Storable {
  private final CodecOptions options;
  private final ClassFilter filter;
  private final NameRules names;

  Storable(CodecOptions options, ClassFilter filter, NameRules names) {
    this.options = options;
    this.filter = filter;
    this.names = names;
  }

  /** Returns the schema of the instances of exactly this class. */
  Schema schemaOf(Class<?> type) {
    if (options.serializers().containsKey(type)) {
      return Schema.of(type.getName(), Schema.Kind.CUSTOM);
    }
    JdkTypes.JdkType ofJdk = JdkTypes.of(type);
    if (ofJdk != null) {
      return ofJdk.schema();
    }
    if (type.isArray()) {
      requireElement(type);
      return Schema.of(type.getName(), Schema.Kind.ARRAY);
    }
    names.require(type);
    if (type.isEnum()) {
      requireAllowedEnum(type);
      return Schema.of(type.getName(), Schema.Kind.ENUM);
    }
    if (ClassNames.isJdk(type)) {
      throw refusalOfJdkClass(type, type);
    }
    requireAllowed(type, type);
    return type.isRecord() ? ofRecord(type) : ofObject(type);
  }

  /** Returns the schema of a class that is a value itself. */
  Schema schemaOfClassValue(Class<?> type) {
    Class<?> element = ClassNames.element(type);
    if (!element.isPrimitive() && !ClassNames.isJdk(element)) {
      names.require(element);
    } else if (!element.isPrimitive() && !NameRules.isPublic(element)) {
      throw Refusal.of(
          Class.class,
          element.getName()
              + " is private to the JDK, whose next version need not have it; store a public"
              + " class, or the name");
    }
    if (!isReadableClassValue(element.getName())) {
      throw Refusal.of(
          Class.class, element.getName() + " stands for it, and " + ClassFilter.advice(element));
    }
    return Schema.of(type.getName(), Schema.Kind.CLASS);
  }

  /** Returns whether a class may be a value, by the name of its element. */
  boolean isReadableClassValue(String element) {
    return Primitives.named(element) != null
        || element.startsWith("java.")
        || filter.allows(element);
  }

  /** Refuses arrays of what can't be in them. */
  void requireElement(Class<?> array) {
    Class<?> element = ClassNames.element(array);
    if (element.isPrimitive()) {
      return;
    }
    if (!ClassNames.isJdk(element)) {
      names.require(element);
      requireAllowed(array, element);
    } else if (!Modifier.isAbstract(element.getModifiers()) && !isStorableOfJdk(element)) {
      throw refusalOfJdkClass(array, element);
    }
  }

  private static boolean isStorableOfJdk(Class<?> type) {
    return type == Class.class
        || type.isEnum()
        || TypeTraits.of(type).isScalar()
        || JdkTypes.of(type) != null;
  }

  private void requireAllowed(Class<?> refused, Class<?> type) {
    if (!filter.allows(type.getName())) {
      throw Refusal.of(refused, ClassFilter.advice(type));
    }
  }

  private void requireAllowedEnum(Class<?> type) {
    if (!ClassNames.isJdk(type)) {
      requireAllowed(type, type);
    } else if (!Modifier.isPublic(type.getModifiers())) {
      throw Refusal.of(type, "it is private to the JDK");
    }
  }

  private Schema ofRecord(Class<?> type) {
    return Schema.of(
        type.getName(),
        TypeTraits.of(type).byteStable() && !hasSerializer(type)
            ? Schema.Kind.STABLE_RECORD
            : Schema.Kind.RECORD,
        RecordShape.of(type).fields());
  }

  /** Returns whether a class has a serializer of the user's, or a record of which it is made. */
  boolean hasSerializer(Class<?> type) {
    if (options.serializers().containsKey(type)) {
      return true;
    }
    if (TypeTraits.of(type).byteStable() && type.isRecord()) { // so it does not contain itself
      for (RecordComponent component : type.getRecordComponents()) {
        if (hasSerializer(component.getType())) {
          return true;
        }
      }
    }
    return false;
  }

  private static Schema ofObject(Class<?> type) {
    Hierarchy hierarchy = Hierarchy.of(type);
    hierarchy.ofUser().forEach(part -> requireFieldsOnly(type, part));
    JdkTypes.JdkType base = baseOf(hierarchy);
    boolean resolved = ReadResolve.isIn(type);
    if (base == null) {
      Schema.Kind kind = resolved ? Schema.Kind.RESOLVED : Schema.Kind.OBJECT;
      return Schema.of(type.getName(), kind, hierarchy.describeFields());
    }
    if (resolved) {
      throw Refusal.ofState(
          type,
          "it has a readResolve, which can't be called for objects of a class that extends "
              + hierarchy.ofJdk().getName());
    }
    return base.schema().extendedBy(type.getName(), hierarchy.describeFields());
  }

  /**
   * Returns the class of the JDK that keeps a part of the object's state, or null if none does.
   *
   * @throws Refusal if one does that can't be extended
   */
  static JdkTypes.@Nullable JdkType baseOf(Hierarchy hierarchy) {
    if (hierarchy.stateOfJdk() == Object.class) {
      return null;
    }
    JdkTypes.JdkType base = JdkTypes.of(hierarchy.ofJdk());
    if (base == null || base.extension() == null) {
      throw Refusal.ofState(
          hierarchy.type(),
          "it extends " + hierarchy.ofJdk().getName() + ", whose state can't be stored with it");
    }
    return base;
  }

  /** Refuses classes that say themselves that their fields are not all that there is to store. */
  private static void requireFieldsOnly(Class<?> type, Class<?> part) {
    if (Externalizable.class.isAssignableFrom(part)) {
      throw Refusal.ofState(type, "it is Externalizable, so its fields are not all");
    }
    boolean writesItself =
        declares(part, "writeObject", ObjectOutputStream.class) || declares(part, "writeReplace");
    if (writesItself && hasTransientState(part)) {
      throw Refusal.ofState(
          type,
          part.getSimpleName()
              + " has transient fields and writes them itself when it is serialised");
    }
  }

  private static boolean declares(Class<?> type, String method, Class<?>... parameters) {
    return Arrays.stream(type.getDeclaredMethods())
        .anyMatch(
            declared ->
                declared.getName().equals(method)
                    && Arrays.equals(declared.getParameterTypes(), parameters));
  }

  private static boolean hasTransientState(Class<?> type) {
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isTransient(field.getModifiers()) && !Modifier.isStatic(field.getModifiers())) {
        return true;
      }
    }
    return false;
  }

  private static Refusal refusalOfJdkClass(Class<?> refused, Class<?> type) {
    String what = refused == type ? "" : type.getName() + ": ";
    boolean collection =
        Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    if (collection
        && !List.of("java.util.WeakHashMap", "java.util.IdentityHashMap")
            .contains(type.getName())) {
      return Refusal.of(
          refused,
          what
              + "it is a view of another collection, or of a kind that can't be rebuilt;"
              + " store a copy, such as new ArrayList<>(...) or new HashMap<>(...)");
    }
    return Refusal.ofState(
        refused, what + "it is not one of the JDK's classes whose stored form is known");
  }
}
