package io.persistentmap.serializer;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * A call of a method, and what can be seen of it: its result, or the class of its exception, and
 * the object afterwards.
 */
record Behaviour(Method method, List<Supplier<@Nullable Object>> arguments, int index) {
  private static final int DEPTH = 4;
  private static final int LONGEST = 24;

  /** Returns the calls of all methods of a class, each with so many lists of arguments at most. */
  static List<Behaviour> of(Class<?> type, int most) {
    List<Behaviour> calls = new ArrayList<>();
    for (Method method : Recipe.methodsOf(type)) {
      int index = 0;
      for (List<Supplier<@Nullable Object>> arguments :
          ArgumentPool.arguments(method.getParameterTypes(), most)) {
        calls.add(new Behaviour(method, arguments, index++));
      }
    }
    return calls;
  }

  /** Calls the method. */
  String observe(Object object) {
    String result;
    try {
      Object[] values = arguments.stream().map(Supplier::get).toArray();
      result = show(method.invoke(object, values), DEPTH);
    } catch (InvocationTargetException failure) {
      result = "throws " + Objects.requireNonNull(failure.getCause()).getClass().getName();
    } catch (IllegalAccessException | IllegalArgumentException e) {
      return "not called";
    } catch (RuntimeException failure) {
      result = "looking throws " + failure.getClass().getName();
    }
    return result + " | " + state(object);
  }

  /** Returns what an object looks like. */
  static String state(Object object) {
    try {
      return show(object, DEPTH);
    } catch (RuntimeException failure) {
      return "looking throws " + failure.getClass().getName();
    }
  }

  private static String show(@Nullable Object object, int depth) {
    if (object == null) {
      return "null";
    }
    if (depth == 0) {
      return "...";
    }
    if (object.getClass().isArray()) {
      return object.getClass().getSimpleName() + elements(object, depth);
    }
    if (object instanceof Map<?, ?> map) {
      return "map" + entries(map, depth);
    }
    if (object instanceof Collection<?> collection) {
      boolean ordered =
          !(object instanceof Set<?>)
              || object instanceof LinkedHashSet<?>
              || object instanceof SortedSet<?>;
      return (object instanceof Set<?> ? "set" : "list")
          + items(collection.iterator(), ordered, depth);
    }
    if (object instanceof Spliterator<?> spliterator) {
      return "iterator" + items(Spliterators.iterator(spliterator), false, depth);
    }
    if (object instanceof Iterator<?> iterator) {
      return "iterator" + items(iterator, false, depth);
    }
    if (object instanceof Enumeration<?> enumeration) {
      return "enumeration" + items(enumeration.asIterator(), false, depth);
    }
    if (object instanceof BaseStream<?, ?> stream) {
      return "stream" + items(stream.iterator(), false, depth);
    }
    if (object instanceof Map.Entry<?, ?> entry) {
      return show(entry.getKey(), depth - 1) + "=" + show(entry.getValue(), depth - 1);
    }
    return showOther(object);
  }

  private static String showOther(Object object) {
    if (object instanceof Pattern pattern) {
      return pattern.flags() + "/" + pattern + pattern.matcher("AB").matches();
    }
    if (object instanceof Calendar calendar) {
      Calendar copy = (Calendar) calendar.clone(); // since asking changes it
      return "calendar " + copy.getTimeInMillis() + copy.getTimeZone() + copy.isLenient();
    }
    if (object instanceof Comparator<?> comparator) {
      return "comparator" + compared(comparator);
    }
    if (object instanceof Optional<?> optional) {
      return "optional " + show(optional.orElse(null), 1);
    }
    String text = String.valueOf(object);
    String name = object.getClass().getName();
    boolean known = object instanceof CharSequence || object instanceof Number;
    return known || !text.contains("@") ? name + ' ' + text : name;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // a comparator of strings, or it throws
  private static String compared(Comparator comparator) {
    StringBuilder text = new StringBuilder();
    for (String[] pair : new String[][] {{"a", "b"}, {"a", "A"}, {"a", "a"}, {"a", null}}) {
      try {
        text.append(' ').append(Integer.signum(comparator.compare(pair[0], pair[1])));
      } catch (RuntimeException failure) {
        text.append(' ').append(failure.getClass().getName());
      }
    }
    return text.toString();
  }

  private static String elements(Object array, int depth) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < Math.min(LONGEST, Array.getLength(array)); i++) {
      shown.add(show(Array.get(array, i), depth - 1));
    }
    return shown + " of " + Array.getLength(array);
  }

  private static String items(Iterator<?> iterator, boolean ordered, int depth) {
    List<String> shown = new ArrayList<>();
    while (iterator.hasNext() && shown.size() < LONGEST) {
      shown.add(show(iterator.next(), depth - 1));
    }
    if (!ordered) {
      Collections.sort(shown);
    }
    return shown.toString();
  }

  private static String entries(Map<?, ?> map, int depth) {
    List<String> shown = new ArrayList<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      shown.add(show(entry, depth));
    }
    if (!(map instanceof LinkedHashMap<?, ?> || map instanceof SortedMap<?, ?>)) {
      Collections.sort(shown);
    }
    return shown.toString();
  }
}
