package io.persistentmap.serializer;

import java.io.Externalizable;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
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

  Storable(CodecOptions options, ClassFilter filter) {
    this.options = options;
    this.filter = filter;
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
    requireName(type);
    if (type.isEnum()) {
      requireAllowedEnum(type);
      return Schema.of(type.getName(), Schema.Kind.ENUM);
    }
    if (ClassNames.isJdk(type)) {
      throw Refusal.of(type, adviceOnJdkClass(type));
    }
    requireAllowed(type, type);
    return type.isRecord() ? ofRecord(type) : ofObject(type);
  }

  /** Returns the schema of a class that is a value itself. */
  Schema schemaOfClassValue(Class<?> type) {
    String element = ClassNames.element(type.getName());
    if (!isReadableClassValue(element)) {
      requireName(type);
      throw Refusal.of(Class.class, element + " stands for it, and " + ClassFilter.advice(element));
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
    Class<?> element = array;
    while (element.getComponentType() != null) {
      element = element.getComponentType();
    }
    if (element.isPrimitive()) {
      return;
    }
    if (!ClassNames.isJdk(element)) {
      requireName(element);
      requireAllowed(array, element);
    } else if (!Modifier.isAbstract(element.getModifiers()) && !isStorableOfJdk(element)) {
      throw Refusal.of(array, element.getName() + ": " + adviceOnJdkClass(element));
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
      throw Refusal.of(refused, ClassFilter.advice(type.getName()));
    }
  }

  private void requireAllowedEnum(Class<?> type) {
    if (!ClassNames.isJdk(type)) {
      requireAllowed(type, type);
    } else if (!Modifier.isPublic(type.getModifiers())) {
      throw Refusal.of(type, "it is private to the JDK");
    }
  }

  /** Refuses classes that another virtual machine, or the next compilation, may name otherwise. */
  private static void requireName(Class<?> type) {
    if (type.isHidden() || (type.isSynthetic() && type.getName().contains("$$Lambda"))) {
      throw Refusal.of(
          type,
          "it is a lambda or a hidden class, which no other virtual machine can read;"
              + " use a class with a name");
    }
    if (Proxy.isProxyClass(type)) {
      throw Refusal.of(type, "it is a dynamic proxy; use a class with a name");
    }
    if (type.isAnonymousClass()) {
      throw Refusal.of(
          type,
          "it is an anonymous class, whose number another class may have after the next"
              + " compilation; use a class with a name");
    }
    if (type.getName().indexOf('\t') >= 0 || type.getName().indexOf('\n') >= 0) {
      throw Refusal.of(type, "its name has a tab or a line feed in it");
    }
  }

  private static Schema ofRecord(Class<?> type) {
    boolean stable = TypeTraits.of(type).byteStable();
    return Schema.of(
        type.getName(),
        stable ? Schema.Kind.STABLE_RECORD : Schema.Kind.RECORD,
        RecordShape.of(type).fields());
  }

  private static Schema ofObject(Class<?> type) {
    Hierarchy hierarchy = Hierarchy.of(type);
    hierarchy.ofUser().forEach(part -> requireFieldsOnly(type, part));
    JdkTypes.JdkType base = baseOf(hierarchy);
    return base == null
        ? Schema.of(type.getName(), Schema.Kind.OBJECT, hierarchy.describeFields())
        : base.schema().extendedBy(type.getName(), hierarchy.describeFields());
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
      throw Refusal.of(
          hierarchy.type(),
          "it extends "
              + hierarchy.ofJdk().getName()
              + ", whose state can't be stored with it; "
              + transientOrSerializer(hierarchy.type()));
    }
    return base;
  }

  /** Refuses classes that say themselves that their fields are not all that there is to store. */
  private static void requireFieldsOnly(Class<?> type, Class<?> part) {
    if (Externalizable.class.isAssignableFrom(part)) {
      throw Refusal.of(
          type, "it is Externalizable, so its fields are not all; " + transientOrSerializer(type));
    }
    boolean writesItself =
        declares(part, "writeObject", ObjectOutputStream.class) || declares(part, "writeReplace");
    if (writesItself && hasTransientState(part)) {
      throw Refusal.of(
          type,
          part.getSimpleName()
              + " has transient fields and writes them itself when it is serialised; "
              + transientOrSerializer(type));
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

  private static String adviceOnJdkClass(Class<?> type) {
    boolean collection =
        Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    if (collection
        && !List.of("java.util.WeakHashMap", "java.util.IdentityHashMap")
            .contains(type.getName())) {
      return "it is a view of another collection, or of a kind that can't be rebuilt;"
          + " store a copy, such as new ArrayList<>(...) or new HashMap<>(...)";
    }
    return "it is not one of the JDK's classes whose stored form is known; "
        + transientOrSerializer(type);
  }

  private static String transientOrSerializer(Class<?> type) {
    return "make the field transient, or add .serializer("
        + type.getTypeName().replace('$', '.')
        + ".class, ...) where the map is built";
  }
}
