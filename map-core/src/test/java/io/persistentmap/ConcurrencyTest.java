package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Guards lock-free reads against writers, the cleaner, images and checkpoints: a reader sees a
 * value that belongs to its key, whole, and never one older than it saw before.
 */
@OnFileSystems({FileSystemKind.DEFAULT, FileSystemKind.BTRFS})
final class ConcurrencyTest {
  private static final int KEYS = 4000;
  private static final int WRITERS = 2;
  private static final long MILLIS = 6000;

  private final AtomicBoolean stop = new AtomicBoolean();

  @FileSystemTest
  void readers_besideWritersCleanerCheckpoints_monotonicVersions(Path dir) throws Exception {
    long seed = TestSeeds.next("concurrency");
    Path file = dir.resolve("x.map");
    AtomicLongArray written = new AtomicLongArray(KEYS);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (PersistentMap<Integer, String> map =
        PersistentMap.builder(Integer.class, String.class).cacheBytes(50_000).open(file)) {
      for (int key = 0; key < KEYS; key++) {
        map.put(key, value(key, 0));
      }
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        futures.add(threads.submit(() -> write(map, written, writer, seed + writer)));
      }
      for (int i = 0; i < 2; i++) {
        long readerSeed = seed + 100 + i;
        futures.add(threads.submit(() -> read(map, written, readerSeed)));
      }
      futures.add(threads.submit(() -> iterate(map)));
      futures.add(threads.submit(() -> checkpoint(map)));
      Thread.sleep(MILLIS);
      stop.set(true);
      for (Future<?> future : futures) {
        future.get();
      }
      assertThat(map.stats().cleanedSegments()).isPositive();
    } finally {
      stop.set(true);
      threads.shutdownNow();
    }
    try (PersistentMap<Integer, String> map =
        PersistentMap.open(file, Integer.class, String.class)) {
      assertThat(map.mappingCount()).isEqualTo(KEYS);
      for (int key = 0; key < KEYS; key++) {
        assertThat(map.get(key)).isEqualTo(value(key, written.get(key)));
      }
    }
  }

  /** Each key has one writer. The version is noted after the put returned. */
  private void write(
      PersistentMap<Integer, String> map, AtomicLongArray written, int writer, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    while (!stop.get()) {
      int key = random.nextInt(KEYS / WRITERS) * WRITERS + writer;
      long version = written.get(key) + 1;
      String old = map.put(key, value(key, version));
      assertThat(old).isEqualTo(value(key, version - 1));
      written.set(key, version);
    }
  }

  private void read(PersistentMap<Integer, String> map, AtomicLongArray written, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    while (!stop.get()) {
      int key = random.nextInt(KEYS);
      long before = written.get(key);
      String value = map.get(key);
      long version = version(key, value);
      assertThat(version).isGreaterThanOrEqualTo(before);
      assertThat(version).isLessThanOrEqualTo(written.get(key) + 1);
      assertThat(map.containsKey(key)).isTrue();
    }
  }

  private void iterate(PersistentMap<Integer, String> map) {
    while (!stop.get()) {
      boolean[] seen = new boolean[KEYS];
      int count = 0;
      for (var entry : map.entrySet()) {
        version(entry.getKey(), entry.getValue());
        assertThat(seen[entry.getKey()]).isFalse();
        seen[entry.getKey()] = true;
        count++;
      }
      assertThat(count).isEqualTo(KEYS);
    }
  }

  private void checkpoint(PersistentMap<Integer, String> map) {
    long last = 0;
    while (!stop.get()) {
      long number = map.checkpoint().number();
      assertThat(number).isGreaterThanOrEqualTo(last);
      last = number;
    }
  }

  private static String value(int key, long version) {
    return key + ":" + version + ":" + "x".repeat((int) ((key * 31L + version) % 700)) + ":" + key;
  }

  private static long version(int key, @Nullable String value) {
    assertThat(value).isNotNull();
    long version = Long.parseLong(Objects.requireNonNull(value).split(":", 3)[1]);
    assertThat(value).isEqualTo(value(key, version));
    return version;
  }
}
