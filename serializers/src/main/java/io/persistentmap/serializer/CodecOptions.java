package io.persistentmap.serializer;

import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a {@link Codec} is told about the classes of one file. Immutable.
 *
 * @param loader finds classes by the names in the file
 * @param declared the types that the map is opened with: they, what they declare, and their
 *     packages may be stored
 * @param allowed further classes that may be stored
 * @param allowedPackages packages whose classes may be stored, with those below them
 * @param aliases the successors of classes that have another name in the file
 * @param immutables classes whose instances never change, as the user knows
 * @param serializers the user's own encodings, each for exactly one class
 */
public record CodecOptions(
    ClassLoader loader,
    Set<Type> declared,
    Set<Class<?>> allowed,
    Set<String> allowedPackages,
    Map<String, Class<?>> aliases,
    Set<Class<?>> immutables,
    Map<Class<?>, Serializer<?>> serializers) {

  /** Copies the collections. */
  public CodecOptions {
    Objects.requireNonNull(loader, "loader");
    declared = Set.copyOf(declared);
    allowed = Set.copyOf(allowed);
    allowedPackages = Set.copyOf(allowedPackages);
    aliases = Map.copyOf(aliases);
    immutables = Set.copyOf(immutables);
    serializers = Map.copyOf(serializers);
  }

  /**
   * Returns options that say no more than the types.
   *
   * @param loader finds classes by the names in the file
   * @param declared the types that are stored
   * @return the options
   */
  public static CodecOptions of(ClassLoader loader, Class<?>... declared) {
    Builder builder = new Builder();
    for (Class<?> type : declared) {
      builder.declare(type);
    }
    return builder.build(loader);
  }

  /** Collects options, and refuses those that could not mean anything. Not thread-safe. */
  public static final class Builder {
    private final Set<Type> declared = new LinkedHashSet<>();
    private final Set<Class<?>> allowed = new HashSet<>();
    private final Set<String> allowedPackages = new HashSet<>();
    private final Map<String, Class<?>> aliases = new HashMap<>();
    private final Set<Class<?>> immutables = new HashSet<>();
    private final Map<Class<?>, Serializer<?>> serializers = new HashMap<>();

    /** Creates a builder of options that allow nothing but the JDK's values and collections. */
    public Builder() {}

    /**
     * Adds a type that the map is opened with.
     *
     * @param type the type, with its arguments, if it has any
     * @return this
     * @throws IllegalArgumentException if no object that can be stored is of this type
     */
    public Builder declare(Type type) {
      if (type instanceof Class<?> plain) {
        requireObjects(plain);
      }
      declared.add(Objects.requireNonNull(type, "type"));
      return this;
    }

    /** Refuses types without objects, which nothing that is stored can be of. */
    private static void requireObjects(Class<?> type) {
      if (type.isPrimitive() && type != void.class) {
        Class<?> box = MethodType.methodType(type).wrap().returnType();
        throw new IllegalArgumentException(
            "no object is of type " + type + "; use " + box.getSimpleName() + ".class");
      }
      if (type == void.class || type == Void.class || type.isAnnotation()) {
        throw new IllegalArgumentException(
            "no object that can be stored is of type "
                + type.getTypeName()
                + "; use the class of what is to be stored");
      }
    }

    /**
     * Allows classes to be stored.
     *
     * @param types classes of the user
     * @return this
     * @throws IllegalArgumentException for a class of the JDK: which of them can be stored is
     *     fixed; and for a type without objects
     */
    public Builder allow(Class<?>... types) {
      for (Class<?> type : types) {
        requireObjects(type);
        String element = ClassNames.element(type.getName());
        if (ClassNames.isJdk(element) && !JdkTypes.knows(element)) {
          throw new IllegalArgumentException(
              element
                  + " is a class of the JDK without a stored form, which allow() can't change;"
                  + " give it a serializer: .serializer("
                  + element
                  + ".class, ...)");
        }
        allowed.add(type);
      }
      return this;
    }

    /**
     * Allows all classes of a package, and of the packages below it, to be stored.
     *
     * @param name name of the package
     * @return this
     * @throws IllegalArgumentException if it is empty or of the JDK
     */
    public Builder allowPackage(String name) {
      if (name.isEmpty() || ClassNames.isJdk(name + ".")) {
        throw new IllegalArgumentException(
            name.isEmpty()
                ? "allowPackage(\"\") would allow all classes; allow those without a package one by"
                    + " one: .allow(Some.class)"
                : name
                    + " is a package of the JDK, of which the classes that can be stored are fixed");
      }
      allowedPackages.add(name);
      return this;
    }

    /**
     * Says that a class has another name in the file.
     *
     * @param oldName its name in the file, as {@link Class#getName} gave it
     * @param type the class as it is now
     * @return this
     * @throws IllegalArgumentException if the name has a successor already, or the class is of a
     *     kind that has no fields
     */
    public Builder alias(String oldName, Class<?> type) {
      if (oldName.isEmpty()
          || type.isArray()
          || type.isPrimitive()
          || type.isAnnotation()
          || ClassNames.isJdk(type)) {
        throw new IllegalArgumentException("no alias can be made of " + oldName + " for " + type);
      }
      Class<?> before = aliases.putIfAbsent(oldName, type);
      if (before != null && before != type) {
        throw new IllegalArgumentException(oldName + " can't be an alias of two classes");
      }
      return this;
    }

    /**
     * Says that the instances of classes, and of their subclasses, never change.
     *
     * @param types the classes
     * @return this
     * @throws IllegalArgumentException for a type without objects
     */
    public Builder immutable(Class<?>... types) {
      for (Class<?> type : types) {
        requireObjects(type);
        immutables.add(type);
      }
      return this;
    }

    /**
     * Gives a class an encoding of its own.
     *
     * @param type exactly the class; subclasses are not concerned
     * @param serializer encodes its instances
     * @param <T> the class
     * @return this
     * @throws IllegalArgumentException if no object has exactly this class, or its encoding is
     *     fixed
     */
    public <T> Builder serializer(Class<T> type, Serializer<T> serializer) {
      Objects.requireNonNull(serializer, "serializer");
      if (TypeTraits.of(type).isScalar()) {
        throw new IllegalArgumentException(type.getName() + " has an encoding that is fixed");
      }
      if (type.isPrimitive()
          || type.isArray()
          || Enum.class.isAssignableFrom(type)
          || type == Class.class
          || Modifier.isAbstract(type.getModifiers())) {
        throw new IllegalArgumentException(
            type + " can't have a serializer: it must be a class that has instances of its own");
      }
      serializers.put(type, serializer);
      return this;
    }

    /**
     * Returns the options collected so far.
     *
     * @param loader finds classes by the names in the file
     * @return the options
     */
    public CodecOptions build(ClassLoader loader) {
      return new CodecOptions(
          loader, declared, allowed, allowedPackages, aliases, immutables, serializers);
    }
  }
}
