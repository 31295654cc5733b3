package io.persistentmap.stress;

import static io.persistentmap.stress.History.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.persistentmap.PersistentMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread's part: every operation of the map on keys that only this thread changes, so that it
 * knows what each must answer. Others look at these keys meanwhile, and iterate over them.
 */
final class Worker {
  /** Thrown by functions, to see that nothing changes then. */
  private static final class Expected extends RuntimeException {
    private static final long serialVersionUID = 1;

    Expected() {
      super("thrown by a function of the test", null, false, false);
    }
  }

  private static final int FEW = 8;

  private final int number;
  private final Stress stress;
  private final SplittableRandom random;
  private final History history = new History();

  /** The versions of the keys of this thread that are in the map. */
  private final Map<Integer, Long> model = new HashMap<>();

  private int[] ownKeys = new int[0];
  private long lastVersion;
  private PersistentMap<Object, Object> map;

  Worker(int number, Stress stress, PersistentMap<Object, Object> map, long seed) {
    this.number = number;
    this.stress = stress;
    this.map = map;
    this.random = new SplittableRandom(seed);
  }

  History history() {
    return history;
  }

  Map<Integer, Long> model() {
    return model;
  }

  /** While no thread takes a step: these are the keys and the map from now on. */
  void restart(int[] keys, Map<Integer, Long> versions, PersistentMap<Object, Object> current) {
    ownKeys = keys;
    model.clear();
    for (int key : keys) {
      Long version = versions.get(key);
      if (version != null) {
        model.put(key, version);
      }
    }
    history.restart(model);
    map = current;
  }

  /** Does something, and checks what comes of it. */
  void step() {
    int key = ownKeys[random.nextInt(ownKeys.length)];
    switch (random.nextInt(24)) {
      case 0, 1, 2 -> put(key);
      case 3 -> set(key);
      case 4 -> putIfAbsent(key);
      case 5, 6 -> remove(key);
      case 7 -> removeIfEqual(key);
      case 8 -> replace(key);
      case 9 -> replaceIfEqual(key);
      case 10, 11 -> read(key);
      case 12, 13 -> readOther();
      case 14 -> compute(key);
      case 15 -> computeIfAbsent(key);
      case 16 -> computeIfPresent(key);
      case 17 -> merge(key);
      case 18 -> functionThrows(key);
      case 19 -> putAll();
      case 20 -> removeThroughViews(key);
      case 21 -> computeInside(key);
      case 22 -> stress.shared().step(map, random, number);
      default -> rarely(key);
    }
    history.done();
  }

  /** What reads the whole map. */
  private void rarely(int key) {
    if (random.nextInt(ownKeys.length / 20 + 2) != 0) {
      return;
    }
    switch (random.nextInt(7)) {
      case 0 -> iterate();
      case 1 -> iterateAndChange();
      case 2 -> removeIf();
      case 3 -> replaceAll();
      case 4 -> removeValue(key);
      case 5 -> streams();
      default -> assertThat(map.size()).isGreaterThanOrEqualTo(model.size());
    }
  }

  // ---- what is known ---------------------------------------------------------------------------

  private Object keyObject(int key) {
    return Contents.key(key, random);
  }

  private long newVersion() {
    lastVersion += Stress.WORKERS;
    return lastVersion + number;
  }

  /** Notes that the key is about to get a new version, and returns its value. */
  private Object next(int key) {
    long version = newVersion();
    history.begin(key, version);
    model.put(key, version);
    return Contents.value(key, version);
  }

  private void nextAbsent(int key) {
    history.begin(key, ABSENT);
    model.remove(key);
  }

  private @Nullable Object present(int key) {
    Long version = model.get(key);
    return version == null ? null : Contents.value(key, version);
  }

  private void check(int key, @Nullable Object answer, @Nullable Object expected) {
    if (!Objects.equals(answer, expected)) {
      fail("key %d: answer %s, expected %s", key, brief(answer), brief(expected));
    }
  }

  private static String brief(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }

  private boolean isOwn(int key) {
    return stress.ownerOf(key) == number;
  }

  // ---- one key ---------------------------------------------------------------------------------

  private void put(int key) {
    Object old = present(key);
    check(key, map.put(keyObject(key), next(key)), old);
  }

  private void set(int key) {
    map.set(keyObject(key), next(key));
  }

  private void putIfAbsent(int key) {
    Object old = present(key);
    Object value = old == null ? next(key) : Contents.value(key, newVersion());
    check(key, map.putIfAbsent(keyObject(key), value), old);
  }

  private void remove(int key) {
    Object old = present(key);
    if (old != null) {
      nextAbsent(key);
    }
    check(key, map.remove(keyObject(key)), old);
  }

  private void removeIfEqual(int key) {
    Object old = present(key);
    assertThat(map.remove(keyObject(key), Contents.value(key, newVersion()))).isFalse();
    if (old != null) {
      nextAbsent(key);
      assertThat(map.remove(keyObject(key), old)).isTrue();
    }
  }

  private void replace(int key) {
    Object old = present(key);
    Object value = old != null ? next(key) : Contents.value(key, newVersion());
    check(key, map.replace(keyObject(key), value), old);
  }

  private void replaceIfEqual(int key) {
    Object old = present(key);
    Object never = Contents.value(key, newVersion());
    assertThat(map.replace(keyObject(key), never, never)).isFalse();
    if (old != null) {
      assertThat(map.replace(keyObject(key), old, next(key))).isTrue();
    }
  }

  private void read(int key) {
    Object expected = present(key);
    check(key, map.get(keyObject(key)), expected);
    assertThat(map.containsKey(keyObject(key))).isEqualTo(expected != null);
    Object none = "none";
    check(key, map.getOrDefault(keyObject(key), none), expected == null ? none : expected);
  }

  private void readOther() {
    int key = random.nextInt(stress.keyCount());
    Object value = map.get(keyObject(key));
    if (value != null) {
      Contents.versionOf(key, value);
    }
  }

  private void compute(int key) {
    Object old = present(key);
    boolean remove = random.nextInt(3) == 0;
    Object computed =
        map.compute(
            keyObject(key),
            (sameKey, given) -> {
              check(key, given, old);
              return remove ? removed(key, old) : next(key);
            });
    check(key, computed, present(key));
  }

  private @Nullable Object removed(int key, @Nullable Object old) {
    if (old != null) {
      nextAbsent(key);
    }
    return null;
  }

  private void computeIfAbsent(int key) {
    boolean none = random.nextInt(3) == 0;
    Object old = present(key);
    Object computed =
        map.computeIfAbsent(
            keyObject(key),
            sameKey -> {
              assertThat(old).isNull();
              return none ? null : next(key);
            });
    check(key, computed, present(key));
  }

  private void computeIfPresent(int key) {
    Object old = present(key);
    boolean remove = random.nextInt(3) == 0;
    Object computed =
        map.computeIfPresent(
            keyObject(key),
            (sameKey, given) -> {
              check(key, given, old);
              return remove ? removed(key, old) : next(key);
            });
    check(key, computed, present(key));
  }

  private void merge(int key) {
    Object old = present(key);
    if (old == null) {
      Object value = next(key);
      check(key, map.merge(keyObject(key), value, (present, given) -> fail("called")), value);
      return;
    }
    Object given = Contents.value(key, newVersion());
    boolean remove = random.nextInt(3) == 0;
    Object merged =
        map.merge(
            keyObject(key),
            given,
            (present, sameGiven) -> {
              check(key, present, old);
              assertThat(sameGiven).isSameAs(given);
              return remove ? removed(key, old) : next(key);
            });
    check(key, merged, present(key));
  }

  private void functionThrows(int key) {
    switch (random.nextInt(3)) {
      case 0 -> assertThrows(() -> map.compute(keyObject(key), (same, old) -> thrown()));
      case 1 -> {
        if (!model.containsKey(key)) {
          assertThrows(() -> map.computeIfAbsent(keyObject(key), same -> thrown()));
        }
      }
      default -> {
        if (model.containsKey(key)) {
          Object value = Contents.value(key, newVersion());
          assertThrows(() -> map.merge(keyObject(key), value, (old, given) -> thrown()));
        }
      }
    }
    check(key, map.get(keyObject(key)), present(key));
  }

  private static Object thrown() {
    throw new Expected();
  }

  private static void assertThrows(Supplier<?> call) {
    try {
      Object answer = call.get();
      fail("the function's exception did not come through, but " + answer);
    } catch (Expected e) {
      // as it should be
    }
  }

  /** User code uses the map, and makes a checkpoint, while its key is held. */
  private void computeInside(int key) {
    Object old = present(key);
    Object computed =
        map.compute(
            keyObject(key),
            (sameKey, given) -> {
              int other = ownKeys[random.nextInt(ownKeys.length)];
              if (other != key) {
                put(other);
                readOther();
                if (random.nextInt(20) == 0) {
                  stress.checkpoint();
                }
                remove(other);
              }
              check(key, map.get(keyObject(key)), old);
              return next(key);
            });
    check(key, computed, present(key));
  }

  // ---- many keys -------------------------------------------------------------------------------

  private void putAll() {
    Map<Object, Object> entries = new LinkedHashMap<>();
    Set<Integer> chosen = new HashSet<>();
    for (int i = 0; i < FEW; i++) {
      chosen.add(ownKeys[random.nextInt(ownKeys.length)]);
    }
    for (int key : chosen) {
      entries.put(keyObject(key), next(key));
    }
    map.putAll(entries);
    chosen.forEach(key -> check(key, map.get(keyObject(key)), present(key)));
  }

  private void removeThroughViews(int key) {
    Object old = present(key);
    if (old == null) {
      assertThat(map.keySet().remove(keyObject(key))).isFalse();
      return;
    }
    Object never = Contents.value(key, newVersion());
    assertThat(map.entrySet().remove(Map.entry(keyObject(key), never))).isFalse();
    assertThat(map.entrySet().contains(Map.entry(keyObject(key), old))).isTrue();
    nextAbsent(key);
    switch (random.nextInt(3)) {
      case 0 -> assertThat(map.keySet().remove(keyObject(key))).isTrue();
      case 1 -> assertThat(map.keySet().removeAll(List.of(keyObject(key)))).isTrue();
      default -> assertThat(map.entrySet().remove(Map.entry(keyObject(key), old))).isTrue();
    }
    assertThat(map.containsKey(keyObject(key))).isFalse();
  }

  /** Sees each own entry once, as it is, and others at most once, whole. */
  private void iterate() {
    Set<Integer> seen = new HashSet<>();
    map.forEach((key, value) -> see(key, value, seen));
    assertThat(seen).containsAll(model.keySet());
  }

  /** Returns the number of the key, if it is this thread's, or else -1. */
  private int see(Object keyObject, Object value, Set<Integer> seen) {
    if (SharedKeys.isShared(keyObject)) {
      return -1;
    }
    int key = Contents.keyOf(keyObject);
    long version = Contents.versionOf(key, value);
    assertThat(seen.add(key)).as("first time of key %d", key).isTrue();
    if (!isOwn(key)) {
      return -1;
    }
    assertThat(version).as("version of own key %d", key).isEqualTo(model.get(key));
    return key;
  }

  private void iterateAndChange() {
    Set<Integer> seen = new HashSet<>();
    Set<Integer> expected = new HashSet<>(model.keySet());
    Iterator<Map.Entry<Object, Object>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Object, Object> entry = entries.next();
      int key = see(entry.getKey(), entry.getValue(), seen);
      if (key >= 0) {
        Object old = present(key);
        switch (random.nextInt(FEW)) {
          case 0 -> {
            nextAbsent(key);
            entries.remove();
          }
          case 1 -> check(key, entry.setValue(next(key)), old);
          default -> {}
        }
      }
    }
    assertThat(seen).containsAll(expected);
  }

  private void removeIf() {
    Set<Integer> chosen = someOwn();
    switch (random.nextInt(3)) {
      case 0 -> map.keySet().removeIf(key -> isChosen(key, chosen));
      case 1 -> map.entrySet().removeIf(entry -> isChosen(entry.getKey(), chosen));
      default -> map.keySet().removeAll(chosenKeys(chosen));
    }
    chosen.forEach(key -> assertThat(map.containsKey(keyObject(key))).isFalse());
  }

  private Set<Integer> someOwn() {
    Set<Integer> chosen = new HashSet<>();
    for (int key : model.keySet()) {
      if (random.nextInt(FEW) == 0) {
        chosen.add(key);
      }
    }
    return chosen;
  }

  private boolean isChosen(Object keyObject, Set<Integer> chosen) {
    int key = SharedKeys.isShared(keyObject) ? -1 : Contents.keyOf(keyObject);
    if (!chosen.contains(key)) {
      return false;
    }
    nextAbsent(key);
    return true;
  }

  private List<Object> chosenKeys(Set<Integer> chosen) {
    List<Object> keys = new ArrayList<>();
    for (int key : chosen) {
      nextAbsent(key);
      keys.add(keyObject(key));
    }
    return keys;
  }

  /** Others' entries are replaced by what they are. */
  private void replaceAll() {
    Set<Integer> chosen = someOwn();
    Set<Integer> replaced = new HashSet<>();
    map.replaceAll(
        (keyObject, value) -> {
          int key = SharedKeys.isShared(keyObject) ? -1 : Contents.keyOf(keyObject);
          if (!chosen.contains(key)) {
            return value;
          }
          check(key, value, present(key));
          assertThat(replaced.add(key)).isTrue();
          return next(key);
        });
    assertThat(replaced).isEqualTo(chosen);
  }

  private void removeValue(int key) {
    Object old = present(key);
    if (old != null) {
      assertThat(map.containsValue(old)).isTrue();
      nextAbsent(key);
      assertThat(map.values().remove(old)).isTrue();
    }
  }

  private void streams() {
    long own =
        map.keySet().parallelStream()
            .filter(key -> !SharedKeys.isShared(key) && isOwn(Contents.keyOf(key)))
            .count();
    assertThat(own).isEqualTo(model.size());
  }
}
