package io.persistentmap.many;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.FileAccessException;
import io.persistentmap.FileLockedException;
import io.persistentmap.MapClosedException;
import io.persistentmap.MapOptions;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentStore;
import io.persistentmap.TypeMismatchException;
import io.persistentmap.TypeRef;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that a store has several maps with one checkpoint, and what it says of bad names. */
final class StoreTest {
  @TempDir Path dir;

  private Path file() {
    return dir.resolve("shop.store");
  }

  @FileSystemTest({EXT4, XFS})
  void checkpoint_ofSeveralMaps_allOrNothing(Path directory) {
    Path file = directory.resolve("store");
    try (PersistentStore store = PersistentStore.open(file)) {
      PersistentMap<String, String> names = store.map("names", String.class, String.class);
      PersistentMap<Long, List<String>> lists =
          store.map("lists", new TypeRef<Long>() {}, new TypeRef<List<String>>() {});
      names.put("a", "one");
      lists.put(1L, new ArrayList<>(List.of("x")));
      store.checkpoint();
      names.put("a", "two");
      lists.get(1L).add("y");
      store.close(CloseMode.DISCARD);
    }
    try (PersistentStore store = PersistentStore.open(file)) {
      assertThat(store.maps()).containsExactly("lists", "names");
      assertThat(store.map("names", String.class, String.class)).containsEntry("a", "one");
      assertThat(store.map("lists", new TypeRef<Long>() {}, new TypeRef<List<String>>() {}))
          .containsEntry(1L, List.of("x"));
    }
  }

  @Test
  void maps_sameKeys_areIndependent() {
    Map<String, Map<Integer, String>> expected = new HashMap<>();
    try (PersistentStore store = PersistentStore.open(file())) {
      for (String name : List.of("a", "b", "c")) {
        PersistentMap<Integer, String> map = store.map(name, Integer.class, String.class);
        for (int i = 0; i < 1000; i++) {
          map.put(i, name + i);
        }
      }
      store.map("b", Integer.class, String.class).clear();
      store.map("c", Integer.class, String.class).keySet().removeIf(key -> key % 2 == 0);
      for (String name : store.maps()) {
        expected.put(name, new HashMap<>(store.map(name, Integer.class, String.class)));
      }
      assertThat(expected.get("a")).hasSize(1000);
      assertThat(expected.get("b")).isEmpty();
      assertThat(expected.get("c")).hasSize(500);
      assertThat(store.stats().entries()).isEqualTo(1500);
    }
    try (PersistentStore store = PersistentStore.open(file())) {
      expected.forEach(
          (name, map) -> assertThat(store.map(name, Integer.class, String.class)).isEqualTo(map));
    }
  }

  @Test
  void map_askedForTwice_sameObject() {
    try (PersistentStore store = PersistentStore.open(file())) {
      PersistentMap<String, String> map = store.map("m", String.class, String.class);
      assertThat(store.map("m", String.class, String.class)).isSameAs(map);
      map.close(); // it is the store that is closed
      map.put("a", "b");
    }
  }

  @Test
  void map_otherTypes_refusedWithBoth() {
    try (PersistentStore store = PersistentStore.open(file())) {
      store.map("m", String.class, Integer.class).put("a", 1);
      assertThatThrownBy(() -> store.map("m", String.class, Long.class))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("java.lang.Integer")
          .hasMessageContaining("java.lang.Long");
    }
    try (PersistentStore store = PersistentStore.open(file())) {
      assertThatThrownBy(() -> store.map("m", String.class, Long.class))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("map \"m\"")
          .hasMessageContaining("java.lang.Integer")
          .hasMessageContaining("java.lang.Long");
      assertThat(store.map("m", String.class, Integer.class)).containsEntry("a", 1);
    }
  }

  @Test
  void map_otherOptions_refused() {
    try (PersistentStore store = PersistentStore.open(file())) {
      store.map("m", String.class, List.class, options -> options.valueMode(ValueMode.COPIED));
      store.map("m", String.class, List.class, options -> options.valueMode(ValueMode.COPIED));
      assertThatThrownBy(() -> store.map("m", String.class, List.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("other options");
    }
  }

  @Test
  void map_badName_refused() {
    try (PersistentStore store = PersistentStore.open(file())) {
      for (String name : List.of("", "x".repeat(256), "x".repeat(300))) {
        assertThatThrownBy(() -> store.map(name, String.class, String.class))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("shop.store")
            .hasMessageContaining("1 to 255");
      }
      for (String name : List.of("x".repeat(255), "line\nfeed", " ", "ünï/cödé", "map\n\n")) {
        store.map(name, String.class, String.class).put("name", name);
      }
    }
    try (PersistentStore store = PersistentStore.open(file())) {
      assertThat(store.maps()).hasSize(5);
      for (String name : store.maps()) {
        assertThat(store.map(name, String.class, String.class)).containsEntry("name", name);
      }
    }
  }

  @Test
  void rename_toFreeOrTakenName_asItShould() {
    try (PersistentStore store = PersistentStore.open(file())) {
      PersistentMap<String, String> map = store.map("old", String.class, String.class);
      map.put("a", "b");
      store.map("taken", String.class, String.class);
      assertThatThrownBy(() -> store.rename("old", "taken"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("there is one of that name");
      assertThatThrownBy(() -> store.rename("none", "other"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no such map");
      assertThatThrownBy(() -> store.rename("old", ""))
          .isInstanceOf(IllegalArgumentException.class);
      store.rename("old", "new");
      map.put("c", "d");
      assertThat(store.map("new", String.class, String.class)).isSameAs(map);
      assertThat(store.map("old", String.class, String.class)).isEmpty();
    }
    try (PersistentStore store = PersistentStore.open(file())) {
      assertThat(store.maps()).containsExactly("new", "old", "taken");
      assertThat(store.map("new", String.class, String.class)).hasSize(2);
    }
  }

  @Test
  void drop_whileIterating_handleRefused() {
    try (PersistentStore store = PersistentStore.open(file())) {
      PersistentMap<Integer, String> map = store.map("m", Integer.class, String.class);
      for (int i = 0; i < 10_000; i++) {
        map.put(i, "value " + i);
      }
      Iterator<Integer> keys = map.keySet().iterator();
      keys.next();
      assertThat(store.drop("m")).isTrue();
      assertThat(store.drop("m")).isFalse();
      assertThatThrownBy(() -> keys.forEachRemaining(key -> {}))
          .isInstanceOf(MapClosedException.class)
          .hasMessageContaining("dropped");
      assertThatThrownBy(() -> map.get(1)).isInstanceOf(MapClosedException.class);
      assertThatThrownBy(() -> map.put(1, "x")).isInstanceOf(MapClosedException.class);
      assertThatThrownBy(map::size).isInstanceOf(MapClosedException.class);
      assertThatThrownBy(() -> map.containsKey(1)).isInstanceOf(MapClosedException.class);
      assertThatThrownBy(map::clear).isInstanceOf(MapClosedException.class);
      assertThat(store.map("m", Integer.class, String.class)).isEmpty();
    }
    try (PersistentStore store = PersistentStore.open(file())) {
      assertThat(store.map("m", Integer.class, String.class)).isEmpty();
    }
  }

  @Test
  void drop_thenOthersOfItsNumber_haveOnlyTheirs() {
    for (int round = 0; round < 30; round++) {
      try (PersistentStore store = PersistentStore.open(file())) {
        for (String name : store.maps()) {
          PersistentMap<Integer, byte[]> map = store.map(name, Integer.class, byte[].class);
          assertThat(map).hasSize(100);
          for (byte[] value : map.values()) {
            assertThat(new String(value, 0, name.length(), UTF_8)).isEqualTo(name);
          }
        }
        for (int i = 0; i < 5; i++) {
          String name = "map " + (round + i) % 7;
          store.drop(name);
          PersistentMap<Integer, byte[]> map = store.map(name, Integer.class, byte[].class);
          for (int key = 0; key < 100; key++) {
            byte[] value = new byte[10_000];
            System.arraycopy(name.getBytes(UTF_8), 0, value, 0, name.length());
            map.put(key, value);
          }
          store.checkpoint();
        }
      }
    }
  }

  @Test
  void open_ofStoreAsOneMap_refusedWithNames() {
    try (PersistentStore store = PersistentStore.open(file())) {
      store.map("users", String.class, String.class);
    }
    assertThatThrownBy(() -> PersistentMap.open(file(), String.class, String.class))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("users")
        .hasMessageContaining("PersistentStore.open");
    Path single = dir.resolve("single");
    try (PersistentMap<String, String> map =
        PersistentMap.open(single, String.class, String.class)) {
      map.put("a", "b");
    }
    try (PersistentStore store = PersistentStore.open(single)) {
      assertThat(store.map("", String.class, String.class)).containsEntry("a", "b");
      store.rename("", "named");
    }
    try (PersistentStore store = PersistentStore.open(single)) {
      assertThat(store.map("named", String.class, String.class)).containsEntry("a", "b");
    }
  }

  @Test
  void open_secondWriterOrReadOnly_asOfMap() {
    try (PersistentStore store = PersistentStore.open(file())) {
      store.map("m", String.class, String.class).put("a", "b");
      assertThatThrownBy(() -> PersistentStore.open(file()))
          .isInstanceOf(FileLockedException.class);
    }
    try (PersistentStore store = PersistentStore.builder().readOnly(true).open(file())) {
      PersistentMap<String, String> map = store.map("m", String.class, String.class);
      assertThat(map).containsEntry("a", "b");
      assertThatThrownBy(() -> map.put("c", "d")).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> store.map("n", String.class, String.class))
          .isInstanceOf(FileAccessException.class)
          .hasMessageContaining("\"n\"")
          .hasMessageContaining("[m]");
      assertThatThrownBy(() -> store.drop("m")).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> store.rename("m", "n"))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void map_afterClose_refused() {
    PersistentStore store = PersistentStore.open(file());
    PersistentMap<String, String> map = store.map("m", String.class, String.class);
    store.close();
    assertThatThrownBy(() -> store.map("m", String.class, String.class))
        .isInstanceOf(MapClosedException.class);
    assertThatThrownBy(store::maps).isInstanceOf(MapClosedException.class);
    assertThatThrownBy(map::size).isInstanceOf(MapClosedException.class);
  }

  /** A key that equality decides about. */
  private record Place(List<String> names) {}

  @Test
  void keysByEquality_ofMapsAskedForLate_keptByCleanerAndFound() {
    for (int round = 0; round < 4; round++) {
      try (PersistentStore store = PersistentStore.open(file())) {
        PersistentMap<Integer, byte[]> bulk = store.map("bulk", Integer.class, byte[].class);
        for (int i = 0; i < 3000; i++) {
          bulk.put(i % 100, new byte[10_000]);
        }
        store.checkpoint(); // the cleaner moves keys of maps that nobody has asked for
        for (int i = 0; i < 3000; i++) {
          bulk.put(i % 100, new byte[10_000]);
        }
        if (round == 2) {
          store.checkpoint();
        }
        PersistentMap<Place, Integer> places = store.map("places", Place.class, Integer.class);
        assertThat(places).hasSize(round * 500);
        for (int i = 0; i < round * 500; i++) {
          assertThat(places.get(new Place(List.of("a" + i, "b")))).isEqualTo(i);
        }
        for (int i = round * 500; i < (round + 1) * 500; i++) {
          places.put(new Place(List.of("a" + i, "b")), i);
        }
      }
    }
  }

  @Test
  void keysByEquality_placedBetweenTwoCleanings_keptByTheSecond() throws Exception {
    Consumer<MapOptions> copied = options -> options.valueMode(ValueMode.COPIED);
    try (PersistentStore store = PersistentStore.open(file())) {
      PersistentMap<Integer, byte[]> bulk = store.map("bulk", Integer.class, byte[].class, copied);
      PersistentMap<Place, Integer> places = store.map("places", Place.class, Integer.class);
      for (int i = 0; i < 4000; i++) {
        bulk.put(i, new byte[10_000]);
        places.put(new Place(List.of("a" + i, "b")), i);
      }
    }
    try (PersistentStore store = PersistentStore.open(file())) {
      PersistentMap<Integer, byte[]> bulk = store.map("bulk", Integer.class, byte[].class, copied);
      bulk.keySet().removeIf(key -> key % 2 == 0);
      long first = awaitCleaned(store, 0);
      PersistentMap<Place, Integer> places = store.map("places", Place.class, Integer.class);
      bulk.clear();
      long unused = awaitCleaned(store, first);
      requirePlaces(places);
    }
    try (PersistentStore store = PersistentStore.open(file())) {
      requirePlaces(store.map("places", Place.class, Integer.class));
    }
  }

  private static void requirePlaces(PersistentMap<Place, Integer> places) {
    assertThat(places).hasSize(4000);
    for (int i = 0; i < 4000; i++) {
      assertThat(places.get(new Place(List.of("a" + i, "b")))).isEqualTo(i);
    }
  }

  /** Waits until the cleaner has worked, and rests; returns what it has cleaned. */
  private static long awaitCleaned(PersistentStore store, long before) throws Exception {
    long last = before;
    int same = 0;
    for (int i = 0; i < 200 && same < 5; i++) {
      store.checkpoint(); // which lets the cleaner look
      Thread.sleep(20);
      long now = store.stats().cleanedSegments();
      same = now > before && now == last ? same + 1 : 0;
      last = now;
    }
    assertThat(last).as("cleaned segments").isGreaterThan(before);
    return last;
  }
}
