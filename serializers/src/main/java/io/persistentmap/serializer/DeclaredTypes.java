package io.persistentmap.serializer;

import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.MalformedParameterizedTypeException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The user's classes that some types declare: themselves, the types of their fields, with type
 * arguments, elements of arrays, superclasses and permitted subclasses, and so on from there.
 */
final class DeclaredTypes {
  private final Set<Class<?>> found = new LinkedHashSet<>();
  private final Set<Type> seen = new HashSet<>();
  private final Deque<Type> open = new ArrayDeque<>();

  private DeclaredTypes() {}

  /** Returns all classes that are not of the JDK. */
  static Set<Class<?>> of(Collection<? extends Type> types) {
    DeclaredTypes declared = new DeclaredTypes();
    types.forEach(declared::add);
    while (!declared.open.isEmpty()) {
      declared.follow(declared.open.remove());
    }
    return declared.found;
  }

  private void add(@Nullable Type type) {
    if (type != null && seen.add(type)) {
      open.add(type);
    }
  }

  private void add(Type[] types) {
    for (Type type : types) {
      add(type);
    }
  }

  private void follow(Type type) {
    if (type instanceof Class<?> plain) {
      followClass(plain);
    } else if (type instanceof ParameterizedType parameterized) {
      add(parameterized.getRawType());
      add(parameterized.getActualTypeArguments());
    } else if (type instanceof GenericArrayType array) {
      add(array.getGenericComponentType());
    } else if (type instanceof WildcardType wildcard) {
      add(wildcard.getUpperBounds());
      add(wildcard.getLowerBounds());
    } else if (type instanceof TypeVariable<?> variable) {
      add(variable.getBounds());
    }
  }

  private void followClass(Class<?> type) {
    if (type.isArray()) {
      add(type.getComponentType());
    } else if (!type.isPrimitive() && !ClassNames.isJdk(type)) {
      found.add(type);
      try {
        followDeclarations(type);
      } catch (LinkageError
          | TypeNotPresentException
          | MalformedParameterizedTypeException incomplete) {
        return; // a class that can't be loaded can't be stored either
      }
    }
  }

  private void followDeclarations(Class<?> type) {
    add(type.getGenericSuperclass());
    add(type.getGenericInterfaces());
    Class<?>[] permitted = type.getPermittedSubclasses();
    add(permitted == null ? new Type[0] : permitted);
    for (Field field : List.of(type.getDeclaredFields())) {
      if (Hierarchy.isStored(field)) {
        add(field.getGenericType());
      }
    }
  }
}
