package io.persistentmap.many;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.Checkpoint;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentStore;
import io.persistentmap.TypeRef;
import io.persistentmap.platform.MemoryInUse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that a store can have a thousand small maps: what they cost, and that they are right. */
final class ThousandMapsTest {
  private static final int MAPS = 1000;
  private static final int ENTRIES = 40;
  private static final long MOST_BYTES = 16 << 10;

  @TempDir Path dir;

  @Test
  void thousandMaps_smallEach_costLittleAndAreRight() {
    Path file = dir.resolve("store");
    fill(file);
    long before = MemoryInUse.bytes() + ofEmptyStore();
    long begin = System.nanoTime();
    try (PersistentStore store = PersistentStore.open(file)) {
      Duration ofStore = Duration.ofNanos(System.nanoTime() - begin);
      List<PersistentMap<Integer, String>> maps = new ArrayList<>();
      for (int i = 0; i < MAPS; i++) {
        maps.add(map(store, i));
      }
      Duration opened = Duration.ofNanos(System.nanoTime() - begin);
      long each = (MemoryInUse.bytes() - before) / MAPS;
      System.out.println(
          "1,000 maps opened in "
              + opened.toMillis()
              + " ms (the store in "
              + ofStore.toMillis()
              + " ms), "
              + each
              + " bytes each");
      assertThat(each).isLessThan(MOST_BYTES);
      for (int i = 0; i < MAPS; i++) {
        assertThat(maps.get(i)).hasSize(i == 7 ? ENTRIES + 1 : ENTRIES);
        assertThat(maps.get(i)).containsEntry(3, "value " + i + " 3");
      }
    }
  }

  @Test
  void thousandLiveMaps_opened_costLittleBesidesTheirValues() {
    Path file = dir.resolve("store");
    fillLive(file);
    long before = MemoryInUse.bytes() + ofEmptyStore();
    try (PersistentStore store = PersistentStore.open(file)) {
      List<PersistentMap<Integer, List<String>>> maps = new ArrayList<>();
      for (int i = 0; i < MAPS; i++) {
        maps.add(liveMap(store, i));
      }
      long each = (MemoryInUse.bytes() - before) / MAPS;
      System.out.println("1,000 live maps opened, " + each + " bytes each");
      assertThat(each).isLessThan(MOST_BYTES);
      for (int i = 0; i < MAPS; i++) {
        assertThat(maps.get(i)).containsEntry(i, List.of("value " + i));
      }
    }
  }

  /** In a method of its own, so that nothing keeps that store reachable. */
  private static void fill(Path file) {
    try (PersistentStore store = PersistentStore.open(file)) {
      for (int i = 0; i < MAPS; i++) {
        PersistentMap<Integer, String> map = map(store, i);
        for (int key = 0; key < ENTRIES; key++) {
          map.put(key, "value " + i + " " + key);
        }
      }
      Checkpoint first = store.checkpoint();
      map(store, 7).put(-1, "changed");
      Checkpoint second = store.checkpoint();
      System.out.println(
          "stop "
              + first.stop().toNanos() / 1000
              + ", then "
              + second.stop().toNanos() / 1000
              + " us");
      assertThat(second.bytes()).isLessThan(100_000);
    }
    try (PersistentStore warm = PersistentStore.open(file)) {
      assertThat(warm.maps()).hasSize(MAPS);
    }
  }

  /** Returns what a store takes that has no map: buffers of the log, threads. */
  private long ofEmptyStore() {
    long before = MemoryInUse.bytes();
    try (PersistentStore store = PersistentStore.open(dir.resolve("empty"))) {
      assertThat(store.maps()).isEmpty();
      return MemoryInUse.bytes() - before;
    }
  }

  /** As the other. */
  private static void fillLive(Path file) {
    try (PersistentStore store = PersistentStore.open(file)) {
      for (int i = 0; i < MAPS; i++) {
        liveMap(store, i).put(i, new ArrayList<>(List.of("value " + i)));
      }
    }
  }

  private static PersistentMap<Integer, List<String>> liveMap(PersistentStore store, int number) {
    return store.map("map " + number, new TypeRef<Integer>() {}, new TypeRef<List<String>>() {});
  }

  private static PersistentMap<Integer, String> map(PersistentStore store, int number) {
    return store.map("map " + number, Integer.class, String.class);
  }
}
