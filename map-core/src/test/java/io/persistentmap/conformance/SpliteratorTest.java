package io.persistentmap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Spliterators of the views: parts have no entry in common, and have them all together. Half of the
 * entries have keys that are found by equality; in live modes a part of them is fresh.
 */
@ParameterizedClass
@EnumSource(ValueMode.class)
class SpliteratorTest {
  /** A map of which parallelStream() once ran in one thread. */
  private static final int SMALL = 1000;

  @Parameter ValueMode mode = ValueMode.AUTO;
  @TempDir Path directory;
  private PersistentMap<Object, Integer> map;

  @BeforeEach
  void open() {
    map =
        PersistentMap.builder(Object.class, Integer.class)
            .valueMode(mode)
            .allow(Word.class)
            .open(directory.resolve("map"));
  }

  @AfterEach
  void close() {
    map.close();
  }

  private static Object key(int i) {
    return i % 2 == 0 ? "key " + i : new Word("word " + i);
  }

  private void fill(int count) {
    for (int i = 0; i < count; i++) {
      map.put(key(i), i);
      if (i == count / 2) {
        map.checkpoint(); // so those before it are fresh no more
      }
    }
  }

  private static Set<Object> keys(int count) {
    return IntStream.range(0, count).mapToObj(SpliteratorTest::key).collect(Collectors.toSet());
  }

  private List<Collection<?>> views() {
    return List.of(map.keySet(), map.values(), map.entrySet());
  }

  /** Splits until nothing can be split any more. */
  private static <T> List<Spliterator<T>> split(Spliterator<T> whole) {
    List<Spliterator<T>> leaves = new ArrayList<>();
    Spliterator<T> part = whole.trySplit();
    while (part != null) {
      leaves.addAll(split(part));
      part = whole.trySplit();
    }
    leaves.add(whole);
    return leaves;
  }

  private static <T> List<T> elements(Spliterator<T> spliterator) {
    List<T> elements = new ArrayList<>();
    spliterator.forEachRemaining(elements::add);
    return elements;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 100, SMALL, 5000})
  void split_fully_eachElementOnceAndSizesAddUp(int count) {
    fill(count);
    for (Collection<?> view : views()) {
      assertThat(view.spliterator().estimateSize()).isEqualTo(count);
      List<Object> seen = new ArrayList<>();
      long estimates = 0;
      for (Spliterator<?> leaf : split(view.spliterator())) {
        estimates += leaf.estimateSize();
        List<?> elements = elements(leaf);
        assertThat(leaf.estimateSize()).isZero();
        assertThat(leaf.tryAdvance(element -> {})).isFalse();
        seen.addAll(elements);
      }
      assertThat(estimates).isEqualTo(count);
      assertThat(seen).hasSize(count).doesNotHaveDuplicates();
      assertThat(new HashSet<>(seen)).isEqualTo(new HashSet<>(view));
    }
    assertThat(new HashSet<>(elements(map.keySet().spliterator()))).isEqualTo(keys(count));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16, 100, SMALL, 5000})
  void split_once_aboutHalf(int count) {
    fill(count);
    Spliterator<Object> rest = map.keySet().spliterator();
    Spliterator<Object> part = rest.trySplit();
    long most = 1L + count / 2 + count / 8;
    assertThat(part).isNotNull();
    assertThat(part.estimateSize()).isLessThanOrEqualTo(most);
    if (count >= SMALL) {
      assertThat(rest.estimateSize()).isLessThanOrEqualTo(most);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, SMALL})
  void split_fully_leavesForMoreThanOneThread(int count) {
    fill(count);
    for (Collection<?> view : views()) {
      long used =
          split(view.spliterator()).stream().filter(leaf -> leaf.estimateSize() > 0).count();
      assertThat(used).isGreaterThan(count / 8);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100})
  void tryAdvance_oneByOne_sameAsForEachRemaining(int count) {
    fill(count);
    Spliterator<Object> one = map.keySet().spliterator();
    List<Object> seen = new ArrayList<>();
    for (int left = count; left > 0; left--) {
      assertThat(one.estimateSize()).isEqualTo(left);
      assertThat(one.tryAdvance(seen::add)).isTrue();
    }
    assertThat(one.trySplit()).isNull();
    assertThat(one.tryAdvance(seen::add)).isFalse();
    assertThat(seen).isEqualTo(elements(map.keySet().spliterator()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100})
  void characteristics_ofParts_asConcurrentHashMap(int count) {
    fill(count);
    Map<Object, Integer> other = reference();
    assertSameCharacteristics(map.keySet(), other.keySet());
    assertSameCharacteristics(map.values(), other.values());
    assertSameCharacteristics(map.entrySet(), other.entrySet());
  }

  private Map<Object, Integer> reference() {
    return new ConcurrentHashMap<>(map);
  }

  private static void assertSameCharacteristics(Collection<?> view, Collection<?> other) {
    for (Spliterator<?> leaf : split(view.spliterator())) {
      assertThat(leaf.characteristics()).isEqualTo(other.spliterator().characteristics());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, SMALL})
  void parallelStream_changesOfEntries_allMade(int count) {
    fill(count);
    map.entrySet().parallelStream().forEach(entry -> entry.setValue(entry.getValue() + 1));
    assertThat(map.values().parallelStream().mapToLong(Integer::longValue).sum())
        .isEqualTo((long) count * (count + 1) / 2);
    Map<Object, Integer> collected =
        map.keySet().parallelStream().collect(Collectors.toMap(Function.identity(), map::get));
    assertThat(collected).isEqualTo(map);
  }

  /** Between the leaves entries come and go, and checkpoints give fresh ones their places. */
  @ParameterizedTest
  @ValueSource(ints = {100, SMALL})
  void leaves_changesBetweenThem_whatIsThereAllTheTimeComesOnce(int count) {
    fill(count);
    List<Spliterator<Object>> leaves = split(map.keySet().spliterator());
    List<Object> seen = new ArrayList<>();
    int step = 0;
    for (Spliterator<Object> leaf : leaves) {
      @Nullable Object[] first = new Object[1];
      if (leaf.tryAdvance(key -> first[0] = key)) {
        seen.add(first[0]);
      }
      map.put(key(count + step), -1);
      map.put(key(step % count), -2);
      map.remove(key(count + step / 2));
      if (step % 16 == 0) {
        map.checkpoint();
      }
      seen.addAll(elements(leaf));
      step++;
    }
    assertThat(seen).doesNotHaveDuplicates().containsAll(keys(count));
  }
}
