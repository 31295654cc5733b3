package io.persistentmap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls each public method of a map, its views, their iterators, spliterators and entries, with
 * each combination of arguments of a pool, null among them and inside of collections, and compares
 * the result or the kind of exception, and what is in the map then, with those of a
 * ConcurrentHashMap.
 */
class ArgumentsTest {
  private static final Map<String, String> ONE = Map.of("a", "1");
  private static final Map<String, String> TWO = Map.of("a", "1", "b", "2");

  /** Where the two differ deliberately: the call, and why. */
  private static final Map<String, String> DIFFERENT =
      Map.of(
          "VALUES.hashCode[]", "is that of the object, in both",
          "KEYS_SPLITERATOR.trySplit[]", "of no or one entry there is no part",
          "VALUES_SPLITERATOR.trySplit[]", "the same",
          "ENTRIES_SPLITERATOR.trySplit[]", "the same");

  /** What a method is called on: made of a map. */
  private enum Target {
    MAP(ConcurrentMap.class),
    KEYS(Set.class),
    VALUES(Collection.class),
    ENTRIES(Set.class),
    KEYS_ITERATOR(Iterator.class),
    VALUES_ITERATOR(Iterator.class),
    ENTRIES_ITERATOR(Iterator.class),
    ITERATOR_AFTER_NEXT(Iterator.class),
    KEYS_SPLITERATOR(Spliterator.class),
    VALUES_SPLITERATOR(Spliterator.class),
    ENTRIES_SPLITERATOR(Spliterator.class),
    ENTRY(Map.Entry.class);

    private final Class<?> type;

    Target(Class<?> type) {
      this.type = type;
    }

    @Nullable Object of(ConcurrentMap<Object, Object> map) {
      return switch (this) {
        case MAP -> map;
        case KEYS -> map.keySet();
        case VALUES -> map.values();
        case ENTRIES -> map.entrySet();
        case KEYS_ITERATOR -> map.keySet().iterator();
        case VALUES_ITERATOR -> map.values().iterator();
        case ENTRIES_ITERATOR -> map.entrySet().iterator();
        case ITERATOR_AFTER_NEXT -> {
          Iterator<Object> iterator = map.keySet().iterator();
          if (iterator.hasNext()) {
            iterator.next();
          }
          yield iterator;
        }
        case KEYS_SPLITERATOR -> map.keySet().spliterator();
        case VALUES_SPLITERATOR -> map.values().spliterator();
        case ENTRIES_SPLITERATOR -> map.entrySet().spliterator();
        case ENTRY -> map.isEmpty() ? null : map.entrySet().iterator().next();
      };
    }

    /** Says whether calls say more than that if there are two entries, in an order of their own. */
    boolean isForOneEntry() {
      return type != ConcurrentMap.class && !Collection.class.isAssignableFrom(type);
    }
  }

  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void calls_anyArguments_asConcurrentHashMap(ValueMode mode, @TempDir Path directory) {
    List<String> different = new ArrayList<>();
    int calls = 0;
    ConcurrentMap<Object, Object> reference = new ConcurrentHashMap<>();
    try (PersistentMap<Object, Object> map =
        PersistentMap.builder(Object.class, Object.class)
            .valueMode(mode)
            .open(directory.resolve("map"))) {
      for (Map<String, String> content : List.of(ONE, Map.<String, String>of(), TWO)) {
        for (Target target : Target.values()) {
          if (content == TWO && target.isForOneEntry()) {
            continue;
          }
          for (Method method : methods(target.type)) {
            for (List<Integer> choice : choices(method)) {
              String expected = outcome(reference, content, target, method, choice);
              String actual = outcome(map, content, target, method, choice);
              calls++;
              if (!actual.equals(expected)) {
                different.add(
                    String.format(
                        "%s of %s, %s: ConcurrentHashMap %s, here %s",
                        call(target, method, choice), content, mode, expected, actual));
              }
            }
          }
        }
      }
    }
    for (String call : DIFFERENT.keySet()) {
      assertThat(different.removeIf(line -> line.startsWith(call))).as(call).isTrue();
    }
    assertThat(different).as("of %d calls", calls).isEmpty();
    assertThat(calls).isGreaterThan(9000);
  }

  private static List<Method> methods(Class<?> type) {
    List<Method> methods = new ArrayList<>();
    Map<String, Method> own = new LinkedHashMap<>();
    for (Class<?> declaring : List.of(type, Object.class)) {
      for (Method method : declaring.getMethods()) {
        boolean isObjects = declaring == Object.class;
        boolean isCalled =
            !isObjects || Set.of("equals", "hashCode", "toString").contains(method.getName());
        if (isCalled && !Modifier.isStatic(method.getModifiers())) {
          own.putIfAbsent(method.getName() + Arrays.toString(method.getParameterTypes()), method);
        }
      }
    }
    methods.addAll(own.values());
    return methods;
  }

  /** Which arguments of the pools of its parameters a method gets: all combinations. */
  private static List<List<Integer>> choices(Method method) {
    List<List<Integer>> choices = List.of(List.of());
    for (Class<?> parameter : method.getParameterTypes()) {
      int size = pool(parameter, method.getParameterCount()).size();
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> choice : choices) {
        for (int i = 0; i < size; i++) {
          List<Integer> more = new ArrayList<>(choice);
          more.add(i);
          longer.add(more);
        }
      }
      choices = longer;
    }
    return choices;
  }

  /** Makes the arguments anew: a call may change them. Methods of several get simple objects. */
  private static List<@Nullable Object> pool(Class<?> type, int parameters) {
    List<@Nullable Object> pool = new ArrayList<>();
    if (type == int.class) {
      return List.of(Spliterator.NONNULL, Spliterator.DISTINCT, Spliterator.SIZED);
    }
    pool.add(null);
    if (type == Object.class) {
      pool.addAll(List.of("a", "1", "z", 5));
      if (parameters == 1) {
        pool.addAll(entries());
        pool.addAll(collections(null, "a", "1"));
        pool.addAll(pool(Map.class, 1));
      }
    } else if (type == Map.Entry.class) {
      pool.addAll(entries());
    } else if (type == Object[].class) {
      pool.addAll(List.of(new Object[0], new Object[3], new Integer[0], new String[3]));
    } else if (type == Collection.class) {
      pool.addAll(collections(null, "a", "1", "z"));
      pool.addAll(collections(entries().toArray()));
    } else if (type == Map.class) {
      pool.add(Map.of());
      pool.add(map("a", "1"));
      pool.add(map("z", "9"));
      pool.add(map("a", null));
      pool.add(map(null, "1"));
    } else if (type == Function.class) {
      pool.add((Function<Object, Object>) key -> null);
      pool.add((Function<Object, Object>) key -> "9");
    } else if (type == BiFunction.class) {
      pool.add((BiFunction<Object, Object, Object>) (key, value) -> null);
      pool.add((BiFunction<Object, Object, Object>) (key, value) -> "9");
    } else if (type == Predicate.class) {
      pool.add((Predicate<Object>) object -> true);
      pool.add((Predicate<Object>) object -> false);
    } else if (type == Consumer.class) {
      pool.add((Consumer<Object>) object -> {});
    } else if (type == BiConsumer.class) {
      pool.add((BiConsumer<Object, Object>) (key, value) -> {});
    } else if (type == IntFunction.class) {
      pool.add((IntFunction<Object[]>) Object[]::new);
      pool.add((IntFunction<Object[]>) length -> null);
    } else {
      throw new AssertionError("no arguments of " + type);
    }
    return pool;
  }

  private static List<Object> entries() {
    return List.of(
        new SimpleEntry<>("a", "1"),
        new SimpleEntry<>("a", "2"),
        new SimpleEntry<>("z", "1"),
        new SimpleEntry<>(null, "1"),
        new SimpleEntry<>("a", null),
        new SimpleEntry<>(null, null));
  }

  private static Map<Object, Object> map(@Nullable Object key, @Nullable Object value) {
    Map<Object, Object> map = new HashMap<>();
    map.put(key, value);
    return map;
  }

  /** Returns lists and sets of one or two elements, and others. */
  private static List<Object> collections(@Nullable Object... elements) {
    List<Object> collections = new ArrayList<>();
    collections.add(List.of());
    collections.add(Collections.nCopies(20, null));
    collections.add(new HashSet<>(Arrays.asList(elements)));
    collections.add(new ArrayDeque<>(List.of("a", "z")));
    for (Object first : elements) {
      collections.add(Collections.singletonList(first));
      collections.add(Collections.singleton(first));
      for (Object second : elements) {
        collections.add(Arrays.asList(first, second));
        collections.add(new LinkedHashSet<>(Arrays.asList(first, second)));
      }
    }
    return collections;
  }

  private static String outcome(
      ConcurrentMap<Object, Object> map,
      Map<String, String> content,
      Target target,
      Method method,
      List<Integer> choice) {
    map.put("x", "x");
    map.remove("x"); // a ConcurrentHashMap that never had an entry looks at no argument
    if (!map.equals(content)) {
      map.clear();
      map.putAll(content);
    }
    Object object = target.of(map);
    if (object == null) {
      return "there is none";
    }
    String result;
    try {
      result = describe(method.invoke(object, arguments(method, choice)));
    } catch (InvocationTargetException e) {
      result = String.valueOf(e.getCause()).replaceFirst(":.*", "");
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
    boolean isText = method.getName().equals("toString");
    boolean isOpaque = isText && target != Target.ENTRY && content == TWO;
    boolean isIdentity = isText || method.getName().equals("hashCode");
    if (isOpaque || (isIdentity && target.isForOneEntry() && target != Target.ENTRY)) {
      result = "a " + method.getName();
    }
    return result + ", then " + describe(map.entrySet());
  }

  private static @Nullable Object[] arguments(Method method, List<Integer> choice) {
    Class<?>[] parameters = method.getParameterTypes();
    @Nullable Object[] arguments = new Object[choice.size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = pool(parameters[i], parameters.length).get(choice.get(i));
    }
    return arguments;
  }

  private static String describe(@Nullable Object result) {
    if (result instanceof Collection<?> elements) {
      return describe(elements.iterator());
    }
    if (result instanceof BaseStream<?, ?> stream) {
      return describe(stream.iterator());
    }
    if (result instanceof Spliterator<?> spliterator) {
      List<Object> elements = new ArrayList<>();
      spliterator.forEachRemaining(elements::add);
      return describe(elements);
    }
    if (result instanceof Iterator<?> iterator) {
      List<String> elements = new ArrayList<>();
      iterator.forEachRemaining(element -> elements.add(String.valueOf(element)));
      Collections.sort(elements);
      return "elements " + elements;
    }
    if (result != null && result.getClass().isArray()) {
      List<String> elements = new ArrayList<>();
      for (int i = 0; i < Array.getLength(result); i++) {
        elements.add(String.valueOf(Array.get(result, i)));
      }
      Collections.sort(elements);
      return result.getClass().getSimpleName() + " " + elements;
    }
    return String.valueOf(result);
  }

  private static String call(Target target, Method method, List<Integer> choice) {
    List<String> arguments = new ArrayList<>();
    for (Object argument : arguments(method, choice)) {
      arguments.add(
          argument == null
              ? "null"
              : argument.getClass().isHidden()
                  ? "a function"
                  : argument.getClass().getSimpleName() + " " + describe(argument));
    }
    return target + "." + method.getName() + arguments;
  }
}
