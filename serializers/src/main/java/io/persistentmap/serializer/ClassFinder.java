package io.persistentmap.serializer;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds classes by the names in the file, without initialising them.
 *
 * <p>A class that was named where the map is built, or that such a class declares, is what its name
 * stands for. All others are asked of the map's class loader first, and then of the loaders of
 * those: keys of a plug-in may have another loader than the values of the program that loads it.
 * Immutable.
 */
final class ClassFinder {
  private final Set<Class<?>> named = new LinkedHashSet<>();
  private final Map<String, Class<?>> given = new HashMap<>();
  private final Set<ClassLoader> loaders = new LinkedHashSet<>();

  /**
   * Creates it.
   *
   * @param declared the classes that the types given to {@code open} declare
   */
  ClassFinder(CodecOptions options, Collection<Class<?>> declared) {
    loaders.add(options.loader());
    options.declared().forEach(this::nameAll);
    options.allowed().forEach(this::name);
    options.aliases().values().forEach(this::name);
    options.serializers().keySet().forEach(this::name);
    options.immutables().forEach(this::name);
    declared.forEach(this::give);
  }

  private void name(Class<?> type) {
    Class<?> element = ClassNames.element(type);
    named.add(element);
    give(element);
  }

  /** Names the classes of a type and of its arguments. */
  private void nameAll(Type type) {
    if (type instanceof Class<?> plain) {
      name(plain);
    } else if (type instanceof ParameterizedType parameterized) {
      nameAll(parameterized.getRawType());
      List.of(parameterized.getActualTypeArguments()).forEach(this::nameAll);
    } else if (type instanceof GenericArrayType array) {
      nameAll(array.getGenericComponentType());
    } else if (type instanceof WildcardType wildcard) {
      List.of(wildcard.getUpperBounds()).forEach(this::nameAll);
      List.of(wildcard.getLowerBounds()).forEach(this::nameAll);
    }
  }

  private void give(Class<?> type) {
    if (!type.isPrimitive() && !ClassNames.isJdk(type)) {
      given.putIfAbsent(type.getName(), type);
      ClassLoader loader = type.getClassLoader();
      if (loader != null) {
        loaders.add(loader);
      }
    }
  }

  /** Returns whether a class was named where the map is built, by itself or as an array. */
  boolean isNamed(Class<?> type) {
    return named.contains(type);
  }

  /**
   * Returns the class that a name stands for.
   *
   * @param name as {@link Class#getName} gives it; of an array, too
   * @throws ClassNotFoundException if no loader has it
   */
  Class<?> find(String name) throws ClassNotFoundException {
    String element = ClassNames.element(name);
    Class<?> known = given.get(element);
    if (known != null) {
      return arrayOf(known, name.lastIndexOf('[') + 1);
    }
    ClassNotFoundException first = null;
    for (ClassLoader loader : loaders) {
      try {
        return Class.forName(name, false, loader);
      } catch (ClassNotFoundException gone) {
        first = first == null ? gone : first;
      }
    }
    throw orNotFound(first, name);
  }

  private static Class<?> arrayOf(Class<?> element, int dimensions) {
    Class<?> type = element;
    for (int i = 0; i < dimensions; i++) {
      type = type.arrayType();
    }
    return type;
  }

  private static ClassNotFoundException orNotFound(
      @Nullable ClassNotFoundException failure, String name) {
    return failure == null ? new ClassNotFoundException(name) : failure;
  }
}
