package io.persistentmap.many;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentStore;
import io.persistentmap.TypeRef;
import io.persistentmap.ValueMode;
import io.persistentmap.inspect.Progress;
import io.persistentmap.inspect.Verification;
import io.persistentmap.inspect.Verifier;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/**
 * Guards that a store is what a model says, whatever is done with its maps, and is after a crash
 * what the model was at the last checkpoint; with a cleaner that has much to do. For more than the
 * usual four seconds on each file system: {@code -Dpersistentmap.model.seconds=600}.
 */
final class StoreModelTest {
  private static final int KEYS = 300;
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f", "g", "h");
  private static final long NANOS = Long.getLong("persistentmap.model.seconds", 4) * 1_000_000_000;

  private final SplittableRandom random = new SplittableRandom(TestSeeds.next("store-model"));

  /** A key that equality decides about. */
  private record Place(List<String> names) {}

  /** The maps by name; keys and values as text. The first character of a name says their kind. */
  private Map<String, Map<Integer, String>> maps = new TreeMap<>();

  private Map<String, Long> counters = new TreeMap<>();
  private Map<String, String> values = new TreeMap<>();
  private Map<String, Kind> kinds = new HashMap<>();

  /** The state of the last checkpoint. */
  private Saved saved = new Saved(Map.of(), Map.of(), Map.of(), Map.of());

  private record Saved(
      Map<String, Map<Integer, String>> maps,
      Map<String, Long> counters,
      Map<String, String> values,
      Map<String, Kind> kinds) {}

  /** What a map has: keys found by bytes or by equality; values that are copied or live. */
  private enum Kind {
    COPIED(false, false),
    LIVE(false, true),
    PLACES(true, false),
    LIVE_PLACES(true, true);

    final boolean byEquality;
    final boolean live;

    Kind(boolean byEquality, boolean live) {
      this.byEquality = byEquality;
      this.live = live;
    }
  }

  @FileSystemTest({EXT4, XFS})
  @Timeout(180)
  void operations_atRandomOverManyLives_asTheModel(Path dir) {
    Path file = dir.resolve("store");
    long end = System.nanoTime() + NANOS;
    int lives = 0;
    while (System.nanoTime() < end || lives < 4) {
      live(file);
      verify(file);
      lives++;
    }
    try (PersistentStore store = PersistentStore.open(file)) {
      requireAll(store);
    }
  }

  private void live(Path file) {
    PersistentStore store = PersistentStore.open(file);
    try {
      assertThat(store.maps()).isEqualTo(maps.keySet());
      for (String name : new ArrayList<>(maps.keySet())) {
        if (random.nextInt(3) == 0) {
          require(store, name);
        }
      }
      int steps = random.nextInt(300);
      for (int i = 0; i < steps; i++) {
        step(store);
      }
      if (random.nextInt(4) == 0) {
        requireAll(store);
      }
    } catch (Throwable e) {
      try {
        store.close(CloseMode.DISCARD);
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
    if (random.nextBoolean()) {
      store.close();
    } else {
      store.close(CloseMode.DISCARD);
      maps = copy(saved.maps);
      counters = new TreeMap<>(saved.counters);
      values = new TreeMap<>(saved.values);
      kinds = new HashMap<>(saved.kinds);
    }
    save();
  }

  private static Map<String, Map<Integer, String>> copy(Map<String, Map<Integer, String>> from) {
    Map<String, Map<Integer, String>> copy = new TreeMap<>();
    from.forEach((name, map) -> copy.put(name, new HashMap<>(map)));
    return copy;
  }

  private void save() {
    saved =
        new Saved(copy(maps), new TreeMap<>(counters), new TreeMap<>(values), new HashMap<>(kinds));
  }

  private static void verify(Path file) {
    Verification store =
        Verifier.checkStore(FileSystem.ofPlatform(), StoreFiles.of(file), Progress.NONE);
    assertThat(store.files()).allSatisfy(check -> assertThat(check.damage()).isEmpty());
    assertThat(store.isWhole()).as("%s", store).isTrue();
  }

  // ---- steps -----------------------------------------------------------------------------------

  private void step(PersistentStore store) {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    switch (random.nextInt(40)) {
      case 0 -> {
        assertThat(store.drop(name)).isEqualTo(maps.containsKey(name));
        maps.remove(name);
        kinds.remove(name);
      }
      case 1 -> rename(store, name, NAMES.get(random.nextInt(NAMES.size())));
      case 2, 3 -> {
        store.checkpoint();
        save();
      }
      case 4 -> {
        long by = random.nextInt(-5, 6);
        long now = store.counter(name).addAndGet(by);
        assertThat(now).isEqualTo(counters.merge(name, by, Long::sum));
      }
      case 5 -> {
        assertThat(store.dropCounter(name)).isEqualTo(counters.remove(name) != null);
      }
      case 6 -> {
        String text = text();
        store.value(name, String.class).set(text);
        values.put(name, text);
      }
      case 7 -> {
        assertThat(store.dropValue(name)).isEqualTo(values.remove(name) != null);
      }
      case 8 -> require(store, name);
      case 9 -> {
        if (maps.containsKey(name) && random.nextInt(3) == 0) {
          change(store, name, Change.CLEAR);
        }
      }
      case 10 -> store.atomically(() -> changeSome(store, name));
      default -> changeSome(store, name);
    }
  }

  private void rename(PersistentStore store, String name, String other) {
    boolean possible = maps.containsKey(name) && !maps.containsKey(other);
    try {
      store.rename(name, other);
      assertThat(possible).isTrue();
      maps.put(other, Objects.requireNonNull(maps.remove(name)));
      kinds.put(other, Objects.requireNonNull(kinds.remove(name)));
    } catch (IllegalArgumentException e) {
      assertThat(possible).isFalse();
    }
  }

  private String text() {
    return "v" + random.nextInt() + "x".repeat(random.nextInt(6000));
  }

  private enum Change {
    CLEAR,
    SOME
  }

  private void changeSome(PersistentStore store, String name) {
    change(store, name, Change.SOME);
  }

  private void change(PersistentStore store, String name, Change change) {
    Map<Integer, String> model = maps.computeIfAbsent(name, made -> new HashMap<>());
    Kind kind =
        kinds.computeIfAbsent(name, made -> Kind.values()[random.nextInt(Kind.values().length)]);
    View view = view(store, name, kind);
    if (change == Change.CLEAR) {
      view.clear();
      model.clear();
      return;
    }
    int count = random.nextInt(60);
    for (int i = 0; i < count; i++) {
      int key = random.nextInt(KEYS);
      switch (random.nextInt(6)) {
        case 0 -> assertThat(view.remove(key)).isEqualTo(model.remove(key));
        case 1 -> {
          String more = "+" + random.nextInt(10);
          view.append(key, more);
          model.computeIfPresent(key, (same, old) -> old + more);
        }
        case 2 -> assertThat(view.get(key)).isEqualTo(model.get(key));
        default -> {
          String text = text();
          view.put(key, text);
          model.put(key, text);
        }
      }
    }
  }

  private void require(PersistentStore store, String name) {
    if (maps.containsKey(name)) {
      assertThat(view(store, name, Objects.requireNonNull(kinds.get(name))).all())
          .as(name)
          .isEqualTo(maps.get(name));
    } else {
      assertThat(store.maps()).doesNotContain(name);
    }
  }

  private void requireAll(PersistentStore store) {
    assertThat(store.maps()).isEqualTo(maps.keySet());
    maps.keySet().forEach(name -> require(store, name));
    assertThat(store.counters()).isEqualTo(counters.keySet());
    counters.forEach((name, number) -> assertThat(store.counter(name).get()).isEqualTo(number));
    assertThat(store.values()).isEqualTo(values.keySet());
    values.forEach(
        (name, text) -> assertThat(store.value(name, String.class).get()).isEqualTo(text));
  }

  // ---- maps of several kinds as one ------------------------------------------------------------

  /** A map of whatever kind, as one of numbers and texts. */
  private interface View {
    @Nullable String get(int key);

    void put(int key, String text);

    @Nullable String remove(int key);

    /** Appends to the text that is there. */
    void append(int key, String more);

    void clear();

    Map<Integer, String> all();
  }

  private static View view(PersistentStore store, String name, Kind kind) {
    if (kind.byEquality) {
      TypeRef<Place> keys = new TypeRef<>() {};
      return kind.live
          ? new LiveView<>(
              store.map(name, keys, new TypeRef<List<String>>() {}),
              key -> new Place(List.of("place", "" + key)),
              place -> Integer.valueOf(place.names().get(1)))
          : new CopiedView<>(
              store.map(name, Place.class, String.class, o -> o.valueMode(ValueMode.COPIED)),
              key -> new Place(List.of("place", "" + key)),
              place -> Integer.valueOf(place.names().get(1)));
    }
    return kind.live
        ? new LiveView<>(
            store.map(name, new TypeRef<Integer>() {}, new TypeRef<List<String>>() {}),
            key -> key,
            key -> key)
        : new CopiedView<>(
            store.map(name, Integer.class, String.class, o -> o.valueMode(ValueMode.COPIED)),
            key -> key,
            key -> key);
  }

  private interface ToKey<K> {
    K key(int number);
  }

  private interface OfKey<K> {
    int number(K key);
  }

  private record CopiedView<K>(PersistentMap<K, String> map, ToKey<K> to, OfKey<K> of)
      implements View {
    @Override
    public @Nullable String get(int key) {
      return map.get(to.key(key));
    }

    @Override
    public void put(int key, String text) {
      map.put(to.key(key), text);
    }

    @Override
    public @Nullable String remove(int key) {
      return map.remove(to.key(key));
    }

    @Override
    public void append(int key, String more) {
      map.computeIfPresent(to.key(key), (same, old) -> old + more);
    }

    @Override
    public void clear() {
      map.clear();
    }

    @Override
    public Map<Integer, String> all() {
      Map<Integer, String> all = new HashMap<>();
      map.forEach((key, text) -> assertThat(all.put(of.number(key), text)).isNull());
      assertThat(map).hasSize(all.size());
      all.forEach((key, text) -> assertThat(get(key)).isEqualTo(text));
      return all;
    }
  }

  /** Its values are the parts of the texts. */
  private record LiveView<K>(PersistentMap<K, List<String>> map, ToKey<K> to, OfKey<K> of)
      implements View {
    private static @Nullable String text(@Nullable List<String> parts) {
      return parts == null ? null : String.join("", parts);
    }

    @Override
    public @Nullable String get(int key) {
      return text(map.get(to.key(key)));
    }

    @Override
    public void put(int key, String text) {
      map.put(to.key(key), new ArrayList<>(List.of(text)));
    }

    @Override
    public @Nullable String remove(int key) {
      return text(map.remove(to.key(key)));
    }

    @Override
    public void append(int key, String more) {
      List<String> parts = map.get(to.key(key));
      if (parts != null) {
        parts.add(more); // in place
      }
    }

    @Override
    public void clear() {
      map.clear();
    }

    @Override
    public Map<Integer, String> all() {
      Map<Integer, String> all = new HashMap<>();
      map.forEach(
          (key, parts) -> assertThat(all.put(of.number(key), String.join("", parts))).isNull());
      assertThat(map).hasSize(all.size());
      all.forEach((key, text) -> assertThat(get(key)).isEqualTo(text));
      return all;
    }
  }
}
