package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls that reading and writing make on a map. */
class MapCalls {
  /** Whatever the class of the map has. */
  static final MapCalls VIRTUAL = new MapCalls();

  private MapCalls() {}

  Iterator<?> entries(Map<Object, Object> map) {
    return map.entrySet().iterator();
  }

  int size(Map<Object, Object> map) {
    return map.size();
  }

  void put(Map<Object, Object> map, @Nullable Object key, @Nullable Object value) {
    map.put(key, value);
  }

  void clear(Map<Object, Object> map) {
    map.clear();
  }

  /** Returns the methods of a JDK class, past what a user's subclass made of them. */
  static MapCalls special(Class<?> ofJdk, Class<?> subclass) {
    return new Special(ofJdk, subclass);
  }

  private static final class Special extends MapCalls {
    private final MethodHandle entrySet;
    private final MethodHandle size;
    private final MethodHandle clear;
    private final MethodHandle put;

    Special(Class<?> ofJdk, Class<?> subclass) {
      entrySet = find(ofJdk, subclass, "entrySet", Set.class);
      size = find(ofJdk, subclass, "size", int.class);
      clear = find(ofJdk, subclass, "clear", void.class);
      put = find(ofJdk, subclass, "put", Object.class, Object.class, Object.class);
    }

    private static MethodHandle find(
        Class<?> ofJdk, Class<?> subclass, String name, Class<?> result, Class<?>... parameters) {
      MethodType type = MethodType.methodType(result, parameters);
      return SuperMethod.find(ofJdk, subclass, name, type)
          .asType(
              type.insertParameterTypes(0, Map.class)
                  .changeReturnType(result == Object.class ? void.class : result));
    }

    @Override
    Iterator<?> entries(Map<Object, Object> map) {
      try {
        return ((Set<?>) entrySet.invokeExact(map)).iterator();
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    @Override
    int size(Map<Object, Object> map) {
      try {
        return (int) size.invokeExact(map);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    @Override
    void put(Map<Object, Object> map, @Nullable Object key, @Nullable Object value) {
      try {
        put.invokeExact(map, key, value);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    @Override
    void clear(Map<Object, Object> map) {
      try {
        clear.invokeExact(map);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }
  }
}
