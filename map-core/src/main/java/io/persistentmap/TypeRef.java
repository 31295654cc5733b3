package io.persistentmap;

import io.persistentmap.serializer.CodecOptions;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type with its arguments, which a {@link Class} does not have: {@code new TypeRef<List<User>>()
 * {}}. A map that is opened with it may hold objects of the classes in the arguments, and of what
 * they declare, as if they had been given to {@link PersistentMapBuilder#allow}; others are refused
 * with {@link UnstorableException}.
 *
 * <pre>{@code
 * PersistentMap<String, List<User>> users =
 *     PersistentMap.open(file, new TypeRef<String>() {}, new TypeRef<List<User>>() {});
 * users.computeIfAbsent("admins", key -> new ArrayList<>()).add(new User("Ada"));
 * }</pre>
 *
 * <p>The file has the name of the class only, {@code java.util.List}: it can be opened with the
 * class or with a {@code TypeRef}, in turn. What the elements of a list are is not checked when it
 * is read, no more than the compiler does. Immutable, so safe for threads.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {
  private final Type type;
  private final Class<T> erased;

  /**
   * Creates it; only for a subclass without a name, as in the example.
   *
   * @throws IllegalArgumentException if the type is not given, or is or contains a type variable:
   *     {@code new TypeRef<List<E>>() {}} in a method of any {@code E} can't know what that is
   */
  @SuppressWarnings("unchecked") // it is the class of T
  protected TypeRef() {
    Type superclass = getClass().getGenericSuperclass();
    if (!(superclass instanceof ParameterizedType given) || given.getRawType() != TypeRef.class) {
      throw new IllegalArgumentException(
          "expected a TypeRef with its type, made directly, found "
              + superclass.getTypeName()
              + "; write it as new TypeRef<List<User>>() {}");
    }
    type = given.getActualTypeArguments()[0];
    requireKnown(type, type);
    erased = (Class<T>) erase(type);
  }

  private TypeRef(Class<T> type) {
    this.type = type;
    this.erased = type;
  }

  private static final class OfClass<T> extends TypeRef<T> {
    OfClass(Class<T> type) {
      super(type);
    }
  }

  /**
   * Returns the type that a class is, without arguments.
   *
   * @param type the class
   * @param <T> the class
   * @return the type
   */
  public static <T> TypeRef<T> of(Class<T> type) {
    return new OfClass<>(type);
  }

  /**
   * Returns the type.
   *
   * @return the type, with its arguments
   */
  public final Type type() {
    return type;
  }

  /**
   * Returns the class of the objects of this type, which is all that the file knows of it.
   *
   * @return the class: {@code List} for {@code List<User>}
   */
  public final Class<T> erased() {
    return erased;
  }

  /** Adds what the type declares. */
  final void declareIn(CodecOptions.Builder options) {
    options.declare(type);
  }

  /** Returns a class loader of the type, or of an argument, that is not the JDK's; or null. */
  final @Nullable ClassLoader loader() {
    List<Class<?>> classes = new ArrayList<>();
    collect(type, classes);
    for (Class<?> part : classes) {
      if (part.getClassLoader() != null) {
        return part.getClassLoader();
      }
    }
    return null;
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }

  private static void collect(@Nullable Type type, List<Class<?>> classes) {
    if (type instanceof Class<?> plain) {
      classes.add(plain);
    } else if (type != null) {
      partsOf(type).forEach(part -> collect(part, classes));
    }
  }

  private static void requireKnown(Type part, Type whole) {
    if (part instanceof TypeVariable<?> variable) {
      throw new IllegalArgumentException(
          "expected a type whose arguments are known, found the type variable "
              + variable.getName()
              + " of "
              + variable.getGenericDeclaration()
              + " in "
              + whole.getTypeName()
              + "; name the class in its place, or pass the TypeRef from where it is known");
    }
    partsOf(part).forEach(inner -> requireKnown(inner, whole));
  }

  private static List<Type> partsOf(Type type) {
    List<Type> parts = new ArrayList<>();
    if (type instanceof ParameterizedType parameterized) {
      parts.add(parameterized.getRawType());
      if (parameterized.getOwnerType() != null) {
        parts.add(parameterized.getOwnerType());
      }
      parts.addAll(List.of(parameterized.getActualTypeArguments()));
    } else if (type instanceof GenericArrayType array) {
      parts.add(array.getGenericComponentType());
    } else if (type instanceof WildcardType wildcard) {
      parts.addAll(List.of(wildcard.getUpperBounds()));
      parts.addAll(List.of(wildcard.getLowerBounds()));
    }
    return parts;
  }

  private static Class<?> erase(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      return (Class<?>) parameterized.getRawType();
    }
    if (type instanceof GenericArrayType array) {
      return Array.newInstance(erase(array.getGenericComponentType()), 0).getClass();
    }
    return (Class<?>) type;
  }
}
