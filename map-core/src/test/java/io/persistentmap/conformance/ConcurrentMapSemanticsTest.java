package io.persistentmap.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.persistentmap.testing.Directories;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guards what ConcurrentHashMap does beyond the contract of ConcurrentMap, and code relies on: the
 * same tests run on the JDK's own class, and in each configuration.
 */
@ExtendWith(Directories.Provider.class)
@ParameterizedClass(name = "{argumentSetName}")
@MethodSource("sources")
@SuppressWarnings({"NullAway", "UndefinedEquals"}) // nulls are what many of them are about
final class ConcurrentMapSemanticsTest {
  private static final class Expected extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final MapSource source;
  private ConcurrentMap<Object, Object> map;

  ConcurrentMapSemanticsTest(Function<Directories, MapSource> opener, Directories directories) {
    source = opener.apply(directories);
  }

  static Stream<Arguments> sources() {
    return Stream.concat(
        Stream.of(source("ConcurrentHashMap", directories -> new MapSource.Jdk())),
        Configuration.ALL.stream()
            .map(
                configuration ->
                    source(
                        configuration.toString(),
                        directories -> new MapFactory(configuration, directories))));
  }

  private static Arguments source(String name, Function<Directories, MapSource> opener) {
    return Arguments.argumentSet(name, opener);
  }

  @BeforeEach
  void fill() {
    map =
        source.make(
            filled -> {
              filled.put(k("a"), v("1"));
              filled.put(k("b"), v("2"));
              filled.put(k("c"), v("3"));
            });
  }

  @AfterEach
  void close() {
    source.close();
  }

  private Object k(String text) {
    return source.key(text);
  }

  private Object v(String text) {
    return source.value(text);
  }

  /** Entries by text: {@code a=1}. */
  private Map<Object, Object> entries(String... texts) {
    Map<Object, Object> entries = new HashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      entries.put(k(text.substring(0, equals)), v(text.substring(equals + 1)));
    }
    return entries;
  }

  private void assertEntries(String... texts) {
    assertThat(new HashMap<>(map)).isEqualTo(entries(texts));
    assertThat(map).hasSize(texts.length);
  }

  private void assertUnchanged() {
    assertEntries("a=1", "b=2", "c=3");
  }

  // ---- nulls -----------------------------------------------------------------------------------

  private void assertRefusesNull(ThrowingCallable call) {
    assertThatNullPointerException().isThrownBy(call);
    assertUnchanged();
  }

  @Test
  void nullKey_everyMethod_refused() {
    BiFunction<Object, Object, Object> any = (key, value) -> v("new");
    assertRefusesNull(() -> map.get(null));
    assertRefusesNull(() -> map.getOrDefault(null, v("1")));
    assertRefusesNull(() -> map.containsKey(null));
    assertRefusesNull(() -> map.put(null, v("1")));
    assertRefusesNull(() -> map.putIfAbsent(null, v("1")));
    assertRefusesNull(() -> map.putAll(Collections.singletonMap(null, v("1"))));
    assertRefusesNull(() -> map.remove(null));
    assertRefusesNull(() -> map.remove(null, v("1")));
    assertRefusesNull(() -> map.replace(null, v("1")));
    assertRefusesNull(() -> map.replace(null, v("1"), v("2")));
    assertRefusesNull(() -> map.compute(null, any));
    assertRefusesNull(() -> map.computeIfAbsent(null, key -> v("new")));
    assertRefusesNull(() -> map.computeIfPresent(null, any));
    assertRefusesNull(() -> map.merge(null, v("1"), any));
    assertRefusesNull(() -> map.keySet().contains(null));
  }

  @Test
  void nullValue_everyMethod_refused() {
    BiFunction<Object, Object, Object> any = (key, value) -> v("new");
    assertRefusesNull(() -> map.containsValue(null));
    assertRefusesNull(() -> map.put(k("a"), null));
    assertRefusesNull(() -> map.putIfAbsent(k("a"), null));
    assertRefusesNull(() -> map.putIfAbsent(k("absent"), null));
    assertRefusesNull(() -> map.putAll(Collections.singletonMap(k("a"), null)));
    assertRefusesNull(() -> map.replace(k("a"), null));
    assertRefusesNull(() -> map.replace(k("absent"), null));
    assertRefusesNull(() -> map.replace(k("a"), null, v("2")));
    assertRefusesNull(() -> map.replace(k("a"), v("1"), null));
    assertRefusesNull(() -> map.merge(k("a"), null, any));
    assertRefusesNull(() -> map.merge(k("absent"), null, any));
    assertRefusesNull(() -> map.values().contains(null));
    assertRefusesNull(() -> map.entrySet().iterator().next().setValue(null));
  }

  @Test
  void nullFunction_everyMethod_refused() {
    assertRefusesNull(() -> map.compute(k("a"), null));
    assertRefusesNull(() -> map.computeIfAbsent(k("absent"), null));
    assertRefusesNull(() -> map.computeIfAbsent(k("a"), null));
    assertRefusesNull(() -> map.computeIfPresent(k("a"), null));
    assertRefusesNull(() -> map.computeIfPresent(k("absent"), null));
    assertRefusesNull(() -> map.merge(k("a"), v("1"), null));
    assertRefusesNull(() -> map.forEach(null));
    assertRefusesNull(() -> map.replaceAll(null));
    assertRefusesNull(() -> map.keySet().removeIf(null));
    assertRefusesNull(() -> map.values().removeIf(null));
    assertRefusesNull(() -> map.entrySet().removeIf(null));
    assertRefusesNull(() -> map.keySet().removeAll(null));
    assertRefusesNull(() -> map.values().retainAll(null));
  }

  @Test
  void nullValue_removeConditionally_nothingRemoved() {
    assertThat(map.remove(k("a"), null)).isFalse();
    assertThat(map.entrySet().remove(null)).isFalse();
    assertThat(map.entrySet().contains(null)).isFalse();
    assertThat(map.values().remove(null)).isFalse();
    assertUnchanged();
  }

  @Test
  void nullDefault_getOrDefault_returned() {
    assertThat(map.getOrDefault(k("absent"), null)).isNull();
    assertThat(map.getOrDefault(k("a"), null)).isEqualTo(v("1"));
  }

  // ---- objects of other types ------------------------------------------------------------------

  @Test
  void otherType_queried_absent() {
    for (Object other : List.of(17, new int[1], Thread.currentThread(), new ArrayList<>())) {
      assertThat(map.get(other)).isNull();
      assertThat(map.containsKey(other)).isFalse();
      assertThat(map.containsValue(other)).isFalse();
      assertThat(map.remove(other)).isNull();
      assertThat(map.remove(k("a"), other)).isFalse();
      assertThat(map.keySet().remove(other)).isFalse();
      assertThat(map.values().remove(other)).isFalse();
      assertThat(map.entrySet().remove(other)).isFalse();
      assertThat(map.entrySet().contains(Map.entry(other, v("1")))).isFalse();
      assertThat(map.entrySet().contains(Map.entry(k("a"), other))).isFalse();
      assertThat(map.equals(other)).isFalse();
    }
    assertUnchanged();
  }

  // ---- functions -------------------------------------------------------------------------------

  @Test
  void compute_returnsNull_removed() {
    assertThat(map.compute(k("a"), (key, old) -> null)).isNull();
    assertThat(map.compute(k("absent"), (key, old) -> null)).isNull();
    assertThat(map.computeIfPresent(k("b"), (key, old) -> null)).isNull();
    assertThat(map.computeIfAbsent(k("absent"), key -> null)).isNull();
    assertThat(map.merge(k("c"), v("9"), (old, given) -> null)).isNull();
    assertEntries();
  }

  @Test
  void compute_keyAndOldValue_given() {
    map.compute(
        k("a"),
        (key, old) -> {
          assertThat(key).isEqualTo(k("a"));
          assertThat(old).isEqualTo(v("1"));
          return v("11");
        });
    map.compute(
        k("absent"),
        (key, old) -> {
          assertThat(old).isNull();
          return v("0");
        });
    assertThat(map.merge(k("b"), v("9"), (old, given) -> old.equals(v("2")) ? given : v("wrong")))
        .isEqualTo(v("9"));
    assertEntries("a=11", "b=9", "c=3", "absent=0");
  }

  @Test
  void computeIfAbsent_present_functionNotCalled() {
    assertThat(
            map.computeIfAbsent(
                k("a"),
                key -> {
                  throw new Expected();
                }))
        .isEqualTo(v("1"));
    assertThat(
            map.computeIfPresent(
                k("absent"),
                (key, old) -> {
                  throw new Expected();
                }))
        .isNull();
    assertThat(
            map.merge(
                k("new"),
                v("4"),
                (old, given) -> {
                  throw new Expected();
                }))
        .isEqualTo(v("4"));
    assertEntries("a=1", "b=2", "c=3", "new=4");
  }

  private void assertThrowsAndUnchanged(ThrowingCallable call) {
    assertThatExceptionOfType(Expected.class).isThrownBy(call);
    assertUnchanged();
  }

  private static Object fail() {
    throw new Expected();
  }

  @Test
  void functionThrows_everyMethod_unchangedAndUsable() {
    assertThrowsAndUnchanged(() -> map.compute(k("a"), (key, old) -> fail()));
    assertThrowsAndUnchanged(() -> map.compute(k("absent"), (key, old) -> fail()));
    assertThrowsAndUnchanged(() -> map.computeIfAbsent(k("absent"), key -> fail()));
    assertThrowsAndUnchanged(() -> map.computeIfPresent(k("a"), (key, old) -> fail()));
    assertThrowsAndUnchanged(() -> map.merge(k("a"), v("9"), (old, given) -> fail()));
    assertThrowsAndUnchanged(() -> map.replaceAll((key, old) -> fail()));
    assertThrowsAndUnchanged(() -> map.forEach((key, old) -> fail()));
    assertThrowsAndUnchanged(() -> map.keySet().removeIf(key -> fail() != null));
    assertThrowsAndUnchanged(() -> map.values().removeIf(value -> fail() != null));
    assertThrowsAndUnchanged(() -> map.entrySet().removeIf(entry -> fail() != null));
    assertThrowsAndUnchanged(() -> map.keySet().forEach(key -> fail()));
    assertThat(map.put(k("a"), v("after"))).isEqualTo(v("1"));
    assertThat(map.put(k("absent"), v("after"))).isNull();
    assertEntries("a=after", "b=2", "c=3", "absent=after");
  }

  @Test
  void functionThrowsError_compute_unchangedAndUsable() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () ->
                map.compute(
                    k("a"),
                    (key, old) -> {
                      throw new AssertionError("expected");
                    }));
    assertUnchanged();
    map.put(k("a"), v("after"));
    assertEntries("a=after", "b=2", "c=3");
  }

  @Test
  void replaceAll_throwsAtSecond_firstReplaced() {
    List<Object> seen = new ArrayList<>();
    assertThatExceptionOfType(Expected.class)
        .isThrownBy(
            () ->
                map.replaceAll(
                    (key, old) -> {
                      seen.add(key);
                      return seen.size() == 2 ? fail() : v("replaced");
                    }));
    assertThat(map.get(seen.get(0))).isEqualTo(v("replaced"));
    assertThat(Collections.frequency(map.values(), v("replaced"))).isEqualTo(1);
  }

  @Test
  void replaceAll_returnsNull_refused() {
    assertRefusesNull(() -> map.replaceAll((key, old) -> null));
  }

  @Test
  void replaceAll_everyEntry_once() {
    List<Object> seen = new ArrayList<>();
    map.replaceAll(
        (key, old) -> {
          seen.add(key);
          return v(old + "!");
        });
    assertThat(seen).containsExactlyInAnyOrder(k("a"), k("b"), k("c"));
    assertEntries("a=1!", "b=2!", "c=3!");
  }

  // ---- conditional changes ---------------------------------------------------------------------

  @Test
  void replace_expectedValueEqualButAnother_replaced() {
    map.put(k("a"), v("12"));
    assertThat(map.replace(k("a"), v("1" + 2), v("x"))).isTrue();
    assertThat(map.replace(k("a"), v("1" + 2), v("y"))).isFalse();
    assertThat(map.replace(k("absent"), v("x"), v("y"))).isFalse();
    assertThat(map.replace(k("absent"), v("x"))).isNull();
    assertThat(map.replace(k("b"), v("z"))).isEqualTo(v("2"));
    assertEntries("a=x", "b=z", "c=3");
  }

  @Test
  void remove_expectedValue_onlyThenRemoved() {
    assertThat(map.remove(k("a"), v("2"))).isFalse();
    assertThat(map.remove(k("absent"), v("1"))).isFalse();
    assertUnchanged();
    assertThat(map.remove(k("a"), v("1"))).isTrue();
    assertThat(map.remove(k("a"), v("1"))).isFalse();
    assertEntries("b=2", "c=3");
  }

  @Test
  void putIfAbsent_presentOrNot_returnsWhatWasThere() {
    assertThat(map.putIfAbsent(k("a"), v("9"))).isEqualTo(v("1"));
    assertThat(map.putIfAbsent(k("d"), v("4"))).isNull();
    assertThat(map.putIfAbsent(k("d"), v("5"))).isEqualTo(v("4"));
    assertEntries("a=1", "b=2", "c=3", "d=4");
  }

  // ---- iterators -------------------------------------------------------------------------------

  @Test
  void iterator_entryRemovedMeanwhile_notFailing() {
    Iterator<Object> keys = map.keySet().iterator();
    keys.next();
    map.clear();
    while (keys.hasNext()) {
      assertThat(keys.next()).isIn(k("a"), k("b"), k("c"));
    }
    assertEntries();
  }

  @Test
  void iterator_entriesAddedMeanwhile_oldOnesSeenOnce() {
    List<Object> seen = new ArrayList<>();
    for (Object key : map.keySet()) {
      seen.add(key);
      for (int i = 0; i < 50; i++) {
        map.put(k("new" + i), v("x"));
      }
    }
    assertThat(seen).contains(k("a"), k("b"), k("c"));
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(map).hasSize(53);
  }

  @Test
  void iterator_manyEntriesHalfRemovedMeanwhile_restSeenOnce() {
    for (int i = 0; i < 400; i++) {
      map.put(k("many" + i), v("x"));
    }
    Set<Object> seen = new HashSet<>();
    int count = 0;
    for (Map.Entry<Object, Object> entry : map.entrySet()) {
      if (count == 0) {
        for (int i = 0; i < 400; i += 2) {
          map.remove(k("many" + i));
        }
      }
      count++;
      assertThat(seen.add(entry.getKey())).isTrue();
    }
    for (int i = 1; i < 400; i += 2) {
      assertThat(seen).contains(k("many" + i));
    }
    assertThat(map).hasSize(203);
  }

  @Test
  void iteratorRemove_valueReplacedSince_keyRemoved() {
    Iterator<Map.Entry<Object, Object>> entries = map.entrySet().iterator();
    Object key = entries.next().getKey();
    map.put(key, v("replaced"));
    entries.remove();
    assertThat(map.containsKey(key)).isFalse();
    assertThat(map).hasSize(2);
  }

  @Test
  void iteratorRemove_keyRemovedSince_nothing() {
    Iterator<Object> keys = map.keySet().iterator();
    map.remove(keys.next());
    keys.remove();
    assertThat(map).hasSize(2);
  }

  @Test
  void iteratorRemove_withoutNextOrTwice_refused() {
    for (Collection<?> view : List.of(map.keySet(), map.values(), map.entrySet())) {
      Iterator<?> iterator = view.iterator();
      assertThatIllegalStateException().isThrownBy(iterator::remove);
      iterator.next();
      iterator.remove();
      assertThatIllegalStateException().isThrownBy(iterator::remove);
      while (iterator.hasNext()) {
        iterator.next();
      }
      assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(iterator::next);
    }
    assertThat(map).isEmpty();
  }

  @Test
  void setValue_keyRemovedSince_putAgain() {
    Iterator<Map.Entry<Object, Object>> entries = map.entrySet().iterator();
    Map.Entry<Object, Object> entry = entries.next();
    Object old = entry.getValue();
    map.remove(entry.getKey());
    assertThat(entry.setValue(v("set"))).isEqualTo(old);
    assertThat(entry.getValue()).isEqualTo(v("set"));
    assertThat(map.get(entry.getKey())).isEqualTo(v("set"));
    assertThat(map).hasSize(3);
  }

  @Test
  void entry_equalsHashCodeToString_thoseOfMapEntry() {
    for (Map.Entry<Object, Object> entry : map.entrySet()) {
      Map.Entry<Object, Object> same = Map.entry(entry.getKey(), entry.getValue());
      assertThat(entry.equals(same)).isTrue();
      assertThat(same.equals(entry)).isTrue();
      assertThat(entry.hashCode()).isEqualTo(same.hashCode());
      assertThat(entry.toString()).isEqualTo(same.toString());
    }
  }

  // ---- views -----------------------------------------------------------------------------------

  @Test
  void views_askedTwice_sameObject() {
    assertThat(map.keySet().equals(map.keySet())).isTrue();
    assertThat(map.values().equals(map.values())).isTrue();
    assertThat(map.entrySet().equals(map.entrySet())).isTrue();
  }

  @Test
  void views_mapChanged_changeWithIt() {
    Set<Object> keys = map.keySet();
    Collection<Object> values = map.values();
    Set<Map.Entry<Object, Object>> entries = map.entrySet();
    map.put(k("d"), v("4"));
    map.remove(k("a"));
    assertThat(keys).containsExactlyInAnyOrder(k("b"), k("c"), k("d"));
    assertThat(values).containsExactlyInAnyOrder(v("2"), v("3"), v("4"));
    assertThat(entries.contains(Map.entry(k("d"), v("4")))).isTrue();
    assertThat(entries.contains(Map.entry(k("a"), v("1")))).isFalse();
    assertThat(entries).hasSize(3);
  }

  @Test
  void views_changed_mapChangesWithThem() {
    assertThat(map.keySet().remove(k("a"))).isTrue();
    assertThat(map.values().remove(v("2"))).isTrue();
    assertThat(map.entrySet().remove(Map.entry(k("c"), v("wrong")))).isFalse();
    assertEntries("c=3");
    assertThat(map.entrySet().remove(Map.entry(k("c"), v("3")))).isTrue();
    assertEntries();
  }

  @Test
  void values_removeOneOfEqual_oneRemoved() {
    map.put(k("d"), v("1"));
    assertThat(map.values().remove(v("1"))).isTrue();
    assertThat(map).hasSize(3);
    assertThat(map.values().removeAll(List.of(v("1"), v("2")))).isTrue();
    assertEntries("c=3");
  }

  @Test
  void views_bulkRemoval_asCollectionsDo() {
    map.putAll(entries("d=4", "e=5", "f=6"));
    assertThat(map.keySet().removeAll(Set.of(k("a"), k("absent")))).isTrue();
    assertThat(map.keySet().retainAll(List.of(k("b"), k("c"), k("d"), k("e")))).isTrue();
    assertThat(map.values().removeIf(value -> value.equals(v("3")))).isTrue();
    assertThat(map.entrySet().removeIf(entry -> entry.getKey().equals(k("d")))).isTrue();
    assertThat(map.values().retainAll(List.of(v("2"), v("5")))).isFalse();
    assertEntries("b=2", "e=5");
    map.keySet().clear();
    assertEntries();
  }

  @Test
  void views_removeAllOfThemselves_empty() {
    assertThat(map.keySet().removeAll(map.keySet())).isTrue();
    assertEntries();
    assertThat(map.keySet().removeAll(map.keySet())).isFalse();
  }

  @Test
  void views_add_refusedOrPut() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> map.keySet().add(k("d")));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> map.values().add(v("4")));
    assertUnchanged();
    assertThat(map.entrySet().add(Map.entry(k("d"), v("4")))).isTrue();
    assertThat(map.entrySet().add(Map.entry(k("d"), v("5")))).isFalse();
    assertEntries("a=1", "b=2", "c=3", "d=5");
  }

  @Test
  void toArray_views_allElements() {
    assertThat(map.keySet().toArray()).containsExactlyInAnyOrder(k("a"), k("b"), k("c"));
    assertThat(map.values().toArray(new Object[0]))
        .containsExactlyInAnyOrder(v("1"), v("2"), v("3"));
    Object[] larger = new Object[5];
    Arrays.fill(larger, "rest");
    assertThat(map.values().toArray(larger)).isSameAs(larger);
    assertThat(larger[3]).isNull();
    assertThat(larger[4]).isEqualTo("rest");
  }

  @Test
  void spliterators_characteristics_concurrentAndNonNull() {
    for (Collection<?> view : List.of(map.keySet(), map.values(), map.entrySet())) {
      Spliterator<?> spliterator = view.spliterator();
      assertThat(spliterator.hasCharacteristics(Spliterator.CONCURRENT)).isTrue();
      assertThat(spliterator.hasCharacteristics(Spliterator.NONNULL)).isTrue();
      assertThat(spliterator.hasCharacteristics(Spliterator.SIZED)).isFalse();
    }
    assertThat(map.keySet().spliterator().hasCharacteristics(Spliterator.DISTINCT)).isTrue();
  }

  @Test
  void streams_parallelAndSequential_allElements() {
    for (int i = 0; i < 500; i++) {
      map.put(k("many" + i), v("x"));
    }
    assertThat(map.keySet().parallelStream().distinct().count()).isEqualTo(503);
    assertThat(map.values().stream().filter(v("x")::equals).count()).isEqualTo(500);
    map.entrySet().parallelStream()
        .filter(entry -> entry.getValue().equals(v("x")))
        .forEach(entry -> entry.setValue(v("y")));
    assertThat(map.values().stream().filter(v("y")::equals).count()).isEqualTo(500);
  }

  // ---- as an object ----------------------------------------------------------------------------

  @Test
  void equals_hashMapOfSameEntries_symmetric() {
    Map<Object, Object> same = entries("a=1", "b=2", "c=3");
    assertThat(map.equals(same)).isTrue();
    assertThat(same.equals(map)).isTrue();
    assertThat(map.hashCode()).isEqualTo(same.hashCode());
    assertThat(map.keySet().equals(same.keySet())).isTrue();
    assertThat(same.entrySet().equals(map.entrySet())).isTrue();
    assertThat(map.entrySet().hashCode()).isEqualTo(same.entrySet().hashCode());
    same.put(k("a"), v("other"));
    assertThat(map.equals(same)).isFalse();
    assertThat(same.equals(map)).isFalse();
    same.put(k("a"), null);
    assertThat(map.equals(same)).isFalse();
    assertThat(same.equals(map)).isFalse();
  }

  @Test
  void toString_entries_asHashMapPrintsThem() {
    map.clear();
    assertThat(map.toString()).isEqualTo("{}");
    map.put(k("a"), v("1"));
    assertThat(map.toString()).isEqualTo("{a=1}");
    assertThat(map.keySet().toString()).isEqualTo("[a]");
    assertThat(map.values().toString()).isEqualTo("[1]");
    assertThat(map.entrySet().toString()).isEqualTo("[a=1]");
  }

  @Test
  void putAll_itself_unchanged() {
    map.putAll(map);
    assertUnchanged();
    map.putAll(Map.of());
    assertUnchanged();
  }

  @Test
  void size_addedAndRemoved_counted() {
    for (int i = 0; i < 100; i++) {
      map.put(k("many" + i), v("x"));
      map.put(k("many" + i), v("y"));
    }
    assertThat(map).hasSize(103);
    for (int i = 0; i < 100; i++) {
      map.remove(k("many" + i));
      map.remove(k("many" + i));
    }
    assertThat(map).hasSize(3);
    map.clear();
    assertThat(map.isEmpty()).isTrue();
    assertThat(map.size()).isZero();
  }
}
