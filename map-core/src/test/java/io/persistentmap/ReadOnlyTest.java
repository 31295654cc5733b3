package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Guards that a map which was opened read-only refuses every method that may change something, of
 * itself and of its views, whether or not that call would: also a method that a later JDK adds, as
 * all count as changing but those that are named here.
 */
final class ReadOnlyTest {
  private static final Set<String> READING =
      Set.of(
          ("get getOrDefault containsKey containsValue size isEmpty forEach keySet values entrySet"
                  + " equals hashCode toString mappingCount storedBytes recovery stats close")
              .split(" "));

  private static final Set<String> READING_VIEWS =
      Set.of(
          ("contains containsAll size isEmpty forEach iterator spliterator stream parallelStream"
                  + " toArray hasNext next forEachRemaining getKey getValue equals hashCode"
                  + " toString")
              .split(" "));

  private static final String PRESENT = "present";
  private static final String ABSENT = "absent";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void changing_mapOrView_throwsWhateverItWouldDo(ValueMode mode) throws Exception {
    Path file = directory.resolve("read.map");
    try (PersistentMap<String, String> map =
        PersistentMap.builder(String.class, String.class).valueMode(mode).open(file)) {
      map.put(PRESENT, "value");
    }
    try (PersistentMap<String, String> map =
        PersistentMap.builder(String.class, String.class)
            .valueMode(mode)
            .readOnly(true)
            .open(file)) {
      List<String> quiet = new ArrayList<>();
      int calls = callAll(PersistentMap.class, () -> map, READING, PRESENT, ABSENT, quiet);
      calls +=
          callAll(Set.class, map::keySet, READING_VIEWS, PRESENT, ABSENT, quiet)
              + callAll(Collection.class, map::values, READING_VIEWS, "value", ABSENT, quiet)
              + callAll(
                  Set.class,
                  map::entrySet,
                  READING_VIEWS,
                  Map.entry(PRESENT, "value"),
                  Map.entry(ABSENT, "value"),
                  quiet)
              + callAll(
                  Map.Entry.class,
                  () -> map.entrySet().iterator().next(),
                  READING_VIEWS,
                  "value",
                  ABSENT,
                  quiet);
      for (Collection<?> view : List.of(map.keySet(), map.values(), map.entrySet())) {
        calls +=
            callAll(Iterator.class, view::iterator, READING_VIEWS, PRESENT, ABSENT, quiet)
                + callAll(Iterator.class, () -> begun(view), READING_VIEWS, PRESENT, ABSENT, quiet);
      }
      assertThat(quiet).isEmpty();
      assertThat(calls).isGreaterThan(70);
      assertThat(map).containsExactly(Map.entry(PRESENT, "value"));
    }
  }

  @Test
  void changing_readOnlyAndClosed_saysThatItIsClosed() {
    Path file = directory.resolve("closed.map");
    PersistentMap.open(file, String.class, String.class).close();
    PersistentMap<String, String> map =
        PersistentMap.builder(String.class, String.class).readOnly(true).open(file);
    map.close();
    assertThatThrownBy(() -> map.putAll(Map.of())).isInstanceOf(MapClosedException.class);
    assertThatThrownBy(() -> map.remove(ABSENT, "x")).isInstanceOf(MapClosedException.class);
  }

  private static Iterator<?> begun(Collection<?> view) {
    Iterator<?> iterator = view.iterator();
    iterator.next();
    return iterator;
  }

  /** Calls each method that is not named, with what is there and what is not; returns how often. */
  private static int callAll(
      Class<?> type,
      Supplier<?> receiver,
      Set<String> reading,
      Object present,
      Object absent,
      List<String> quiet)
      throws ReflectiveOperationException {
    int calls = 0;
    for (Method method : type.getMethods()) {
      boolean changes =
          !Modifier.isStatic(method.getModifiers())
              && method.getDeclaringClass() != Object.class
              && !reading.contains(method.getName());
      for (Object element : changes ? List.of(present, absent) : List.of()) {
        Object[] arguments = arguments(method, element);
        String outcome = call(method, receiver.get(), arguments);
        if (!outcome.startsWith(UnsupportedOperationException.class.getName())) {
          quiet.add(method + " with " + List.of(arguments) + ": " + outcome);
        }
        calls++;
      }
    }
    return calls;
  }

  private static String call(Method method, Object receiver, Object[] arguments)
      throws IllegalAccessException {
    try {
      return "returned " + method.invoke(receiver, arguments);
    } catch (InvocationTargetException e) {
      return String.valueOf(e.getCause());
    }
  }

  /** The arguments with which most methods would do nothing, had they not to refuse. */
  private static Object[] arguments(Method method, Object element) {
    Class<?>[] types = method.getParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      Object argument = i == 0 ? element : "value";
      if (types[i] == BiFunction.class) {
        BiFunction<Object, Object, Object> same = (key, value) -> value;
        argument = same;
      } else if (types[i] == Function.class) {
        Function<Object, Object> none = key -> "value";
        argument = none;
      } else if (types[i] == Predicate.class) {
        Predicate<Object> never = any -> false;
        argument = never;
      } else if (types[i] == Map.class) {
        argument = ABSENT.equals(element) ? Map.of() : Map.of(element, "value");
      } else if (types[i] == Collection.class) {
        argument = PRESENT.equals(element) ? List.of(element) : List.of();
      }
      arguments[i] = argument;
    }
    return arguments;
  }
}
