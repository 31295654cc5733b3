package io.persistentmap.evolution;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What objects of a class that changes are in an entry. */
enum Role {
  VALUE,
  PART,
  LIST,
  SET,
  SORTED,
  MAP_KEY,
  KEY;

  /** Calls a method of an object of a class that was compiled for the test. */
  static Object call(Object object, String method) {
    try {
      return object.getClass().getMethod(method).invoke(object);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new LinkageError(method + " of a compiled class", e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(method + " of a compiled class", e);
    }
  }

  /** Returns a value of two objects. */
  Object around(Object first, Object second) {
    return switch (this) {
      case VALUE, KEY -> first;
      case PART -> {
        Object[] held = {first, second};
        yield new ArrayList<>(List.of(Map.of("held", held)));
      }
      case LIST -> new ArrayList<>(List.of(first, second));
      case SET -> new HashSet<>(Set.of(first, second));
      case SORTED -> new TreeSet<>(List.of(first, second));
      case MAP_KEY -> new HashMap<>(Map.of(first, "1", second, "2"));
    };
  }

  /** Returns the objects in a value, in an order of their own. */
  private List<Object> parts(Object value) {
    List<Object> parts =
        new ArrayList<>(
            switch (this) {
              case VALUE, KEY -> List.of(value);
              case PART -> List.of(held(value));
              case LIST -> (List<?>) value;
              case SET, SORTED -> (Set<?>) value;
              case MAP_KEY -> ((Map<?, ?>) value).keySet();
            });
    parts.sort(
        Comparator.comparing((Object part) -> stateOf(part).get("a"))
            .thenComparing(part -> stateOf(part).toString()));
    return parts;
  }

  private static Object[] held(Object value) {
    return (Object[]) requireNonNull(((Map<?, ?>) ((List<?>) value).get(0)).get("held"));
  }

  /** Returns what an object says of itself: the texts of its fields. */
  static Map<String, String> stateOf(Object part) {
    Map<String, String> state = new TreeMap<>();
    ((Map<?, ?>) call(part, "state"))
        .forEach((name, field) -> state.put(String.valueOf(name), String.valueOf(field)));
    return state;
  }

  /** Returns what the objects in a value say of themselves. */
  List<Map<String, String>> states(Object value) {
    return parts(value).stream().map(Role::stateOf).toList();
  }

  /** Changes the first object in a value, or replaces it; and returns the value to store. */
  @SuppressWarnings("unchecked") // collections of objects
  Object touch(Object value) {
    Object first = parts(value).get(0);
    return switch (this) {
      case VALUE, KEY -> call(first, "touched");
      case PART -> {
        Object[] held = held(value);
        held[held[0] == first ? 0 : 1] = call(first, "touched");
        yield value;
      }
      case LIST -> {
        List<Object> list = (List<Object>) value;
        list.set(list.get(0) == first ? 0 : 1, call(first, "touched"));
        yield value;
      }
      case SET, SORTED -> {
        Set<Object> set = (Set<Object>) value;
        set.remove(first);
        set.add(call(first, "touched"));
        yield value;
      }
      case MAP_KEY -> {
        Map<Object, Object> map = (Map<Object, Object>) value;
        Object mapped = requireNonNull(map.remove(first));
        map.put(call(first, "touched"), mapped);
        yield value;
      }
    };
  }
}
