package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards values and keys of any length, in particular around the size of a segment. */
final class LargeValueTest {
  private static final int SEGMENT = 4 << 20;
  private static final int FIRST_RUN = 1000;

  @TempDir Path dir;

  @Test
  void put_lengthsAroundSegment_readBackAfterReopen() {
    int[] lengths = {
      0,
      1,
      7,
      8,
      9,
      4095,
      4096,
      SEGMENT - 200,
      SEGMENT - 128,
      SEGMENT - 127,
      SEGMENT - 100,
      SEGMENT,
      SEGMENT + 1,
      3 * SEGMENT - 150,
      3 * SEGMENT,
      9 * SEGMENT + 17
    };
    Path file = dir.resolve("large.map");
    try (PersistentMap<Integer, byte[]> map =
        PersistentMap.open(file, Integer.class, byte[].class)) {
      for (int length : lengths) {
        map.put(length, bytes(length, 1));
      }
      map.checkpoint();
      for (int length : lengths) {
        assertThat(Arrays.equals(map.put(length, bytes(length, 2)), bytes(length, 1))).isTrue();
        map.checkpoint();
      }
    }
    try (PersistentMap<Integer, byte[]> map =
        PersistentMap.open(file, Integer.class, byte[].class)) {
      assertThat(map.mappingCount()).isEqualTo(lengths.length);
      for (int length : lengths) {
        assertThat(Arrays.equals(map.get(length), bytes(length, 2))).isTrue();
      }
    }
  }

  /** The sequence of the first run is lower than the number of its segments. */
  @Test
  void put_runAtTheStartAndImage_readBackAfterReopen() throws Exception {
    Path file = dir.resolve("first.map");
    byte[] large = bytes(9 * SEGMENT, 1);
    try (PersistentMap<Integer, byte[]> map =
        PersistentMap.open(file, Integer.class, byte[].class)) {
      map.put(0, large);
      for (int i = 0; map.stats().imageBytes() == 0 && i < 200; i++) {
        map.put(1, bytes(SEGMENT / 2, i));
        map.checkpoint();
        Thread.sleep(10); // images are written beside the map
      }
      assertThat(map.stats().imageBytes()).isPositive();
    }
    try (PersistentMap<Integer, byte[]> map =
        PersistentMap.open(file, Integer.class, byte[].class)) {
      assertThat(Arrays.equals(map.get(0), large)).isTrue();
    }
  }

  /**
   * An image may name a run that was emptied after it, and that closing has cut off with the end of
   * the file.
   */
  @Test
  void open_runsOfTheImageCutOff_sameEntries() throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("cut-off-runs"));
    Path file = dir.resolve("cut.map");
    Map<Integer, Integer> lengths = new HashMap<>();
    for (int life = 0; life < 30; life++) {
      try (PersistentMap<Integer, byte[]> map =
          PersistentMap.open(file, Integer.class, byte[].class)) {
        assertThat(map.mappingCount()).isEqualTo(lengths.size());
        lengths.forEach((key, length) -> assertThat(map.get(key)).hasSize(length));
        int steps = random.nextInt(5, 30);
        for (int step = 0; step < steps; step++) {
          change(map, lengths, random);
          map.checkpoint();
          Thread.sleep(random.nextInt(30)); // cleaner and image writer work beside the map
        }
        if (random.nextBoolean()) {
          removeRuns(map, lengths);
          map.checkpoint();
          Thread.sleep(100);
          map.checkpoint();
        }
      }
    }
  }

  private static void change(
      PersistentMap<Integer, byte[]> map, Map<Integer, Integer> lengths, SplittableRandom random) {
    switch (random.nextInt(6)) {
      case 0 -> put(map, lengths, FIRST_RUN + random.nextInt(2), random.nextInt(5, 25) << 20);
      case 1 -> removeRuns(map, lengths);
      default -> {
        for (int i = 0; i < 20; i++) {
          put(map, lengths, random.nextInt(40), random.nextInt(100_000));
        }
      }
    }
  }

  private static void put(
      PersistentMap<Integer, byte[]> map, Map<Integer, Integer> lengths, int key, int length) {
    map.put(key, new byte[length]);
    lengths.put(key, length);
  }

  private static void removeRuns(
      PersistentMap<Integer, byte[]> map, Map<Integer, Integer> lengths) {
    for (int key = FIRST_RUN; key < FIRST_RUN + 2; key++) {
      map.remove(key);
      lengths.remove(key);
    }
  }

  @Test
  void put_moreThan256MiB_readBackAfterReopen() {
    int length = (256 << 20) + 12_345;
    Path file = dir.resolve("huge.map");
    try (PersistentMap<String, byte[]> map = PersistentMap.open(file, String.class, byte[].class)) {
      map.put("before", bytes(10, 1));
      map.put("huge", bytes(length, 3));
      map.put("after", bytes(10, 2));
    }
    try (PersistentMap<String, byte[]> map = PersistentMap.open(file, String.class, byte[].class)) {
      assertThat(map.get("before")).isEqualTo(bytes(10, 1));
      assertThat(Arrays.equals(map.get("huge"), bytes(length, 3))).isTrue();
      assertThat(map.get("after")).isEqualTo(bytes(10, 2));
    }
  }

  @Test
  void put_longKeys_readBackAfterReopen() {
    Path file = dir.resolve("keys.map");
    try (PersistentMap<String, Integer> map =
        PersistentMap.open(file, String.class, Integer.class)) {
      for (int length = 1; length <= 1 << 20; length *= 2) {
        map.put("k".repeat(length), length);
      }
    }
    try (PersistentMap<String, Integer> map =
        PersistentMap.open(file, String.class, Integer.class)) {
      for (int length = 1; length <= 1 << 20; length *= 2) {
        assertThat(map.get("k".repeat(length))).isEqualTo(length);
      }
    }
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length * 31L + seed).nextBytes(bytes);
    return bytes;
  }
}
