package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/** Guards the size of the file: garbage is given back, and nothing live with it. */
@OnFileSystems({FileSystemKind.EXT4, FileSystemKind.XFS})
final class CleanerTest {
  private static final int ENTRIES = 250_000;
  private static final int ROUNDS = 6;

  @FileSystemTest
  void overwriteAll_manyRounds_fileAtMostTwiceLive(Path dir, FileSystemKind kind) throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("cleaner"));
    Path file = dir.resolve("clean.map");
    long live;
    try (PersistentMap<String, String> map = PersistentMap.open(file, String.class, String.class)) {
      int[] round = new int[ENTRIES];
      for (int i = 0; i < ROUNDS * ENTRIES; i++) {
        int key = random.nextInt(ENTRIES);
        map.put(key(key), value(key, ++round[key]));
        if (i % ENTRIES == ENTRIES - 1) {
          map.checkpoint();
        }
      }
      settle(map);
      for (int key = 0; key < ENTRIES; key++) {
        assertThat(map.get(key(key))).isEqualTo(round[key] == 0 ? null : value(key, round[key]));
      }
      live = map.stats().liveBytes();
      assertThat(map.stats().cleanedSegments()).isPositive();
      Stats stats = map.stats();
      assertThat(stats.logBytes() + stats.waitingBytes() + stats.imageBytes())
          .as("%s", stats)
          .isLessThanOrEqualTo(2 * live);
      if (kind
          != FileSystemKind
              .XFS) { // which keeps blocks behind the end of a file that has grown, until close
        assertThat(allocatedBytes(file)).as("%s", stats).isLessThanOrEqualTo(2 * live);
      }
    }
    assertThat(allocatedBytes(file)).isLessThanOrEqualTo(2 * live);
  }

  @FileSystemTest
  void putAndRemove_manyRounds_tombstonesDoNotPileUp(Path dir) throws Exception {
    Path file = dir.resolve("queue.map");
    try (PersistentMap<Integer, String> map =
        PersistentMap.open(file, Integer.class, String.class)) {
      for (int i = 0; i < 1000; i++) {
        map.put(-1000 - i, "cold".repeat(100));
      }
      for (int i = 1; i < 1_000_000; i++) {
        map.put(i, "hot");
        map.remove(i - 100);
        if (i % 50_000 == 0) {
          map.checkpoint();
        }
      }
      settle(map);
      assertThat(map.mappingCount()).isEqualTo(1000 + 100);
      assertThat(allocatedBytes(file)).isLessThan(64L << 20);
    }
  }

  /** Removals move slots while the cleaner looks for them without a lock. */
  @FileSystemTest
  void putAndRemove_twoWritersWhileCleaning_nothingLost(Path dir) throws Exception {
    long seed = TestSeeds.next("removals");
    try (PersistentMap<Integer, String> map =
        PersistentMap.builder(Integer.class, String.class)
            .cacheBytes(0)
            .open(dir.resolve("removals.map"))) {
      Thread other = new Thread(() -> putAndRemove(map, 1, seed + 1));
      AtomicReference<Throwable> failure = new AtomicReference<>();
      other.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
      other.start();
      putAndRemove(map, 0, seed);
      other.join();
      assertThat(failure.get()).isNull();
      assertThat(map.stats().cleanedSegments()).isPositive();
    }
  }

  private static void putAndRemove(PersistentMap<Integer, String> map, int parity, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String[] model = new String[8000];
    for (int i = 0; i < 600_000; i++) {
      int index = random.nextInt(model.length);
      int key = index * 2 + parity;
      String value = random.nextInt(5) < 2 ? null : value(key, i);
      String old = value == null ? map.remove(key) : map.put(key, value);
      assertThat(old).isEqualTo(model[index]);
      model[index] = value;
      if (i % 20_000 == 0) {
        map.checkpoint();
      }
    }
    for (int index = 0; index < model.length; index++) {
      assertThat(map.get(index * 2 + parity)).isEqualTo(model[index]);
    }
  }

  /** Cleaned segments become free by a checkpoint, and some by the image after it; then holes. */
  private static void settle(PersistentMap<?, ?> map) throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      map.store().awaitMaintenance();
      map.checkpoint();
    }
    map.store().awaitMaintenance(); // what the last one freed becomes holes
  }

  private static String key(int key) {
    return String.format("key%07d", key);
  }

  private static String value(int key, int round) {
    return "value of " + key + " in round " + round + " " + "x".repeat(60);
  }

  private static long allocatedBytes(Path file) throws IOException, InterruptedException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(stat.waitFor()).isZero();
    return Long.parseLong(blocks.strip()) * 512;
  }
}
