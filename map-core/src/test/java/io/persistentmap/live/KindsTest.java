package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards values that are live and copied in turn under the same keys, beside readers, iterations,
 * checkpoints and the cache: nobody sees an older value than was there before, each entry comes
 * once in an iteration, and the count is always right.
 */
@Timeout(120)
final class KindsTest {
  private static final int KEYS = 600;
  private static final int WRITERS = 2;
  private static final long MILLIS = Long.getLong("persistentmap.kinds.millis", 5000);

  @TempDir Path dir;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLongArray written = new AtomicLongArray(KEYS);
  private final List<Future<?>> running = new ArrayList<>();

  @Test
  void put_kindsInTurn_neverStaleAlwaysOnce() throws Exception {
    run(
        (map, key, version) -> {
          Object old = map.put("key" + key, value(version));
          assertThat(version(old)).isEqualTo(version - 1);
        },
        true);
  }

  /** Entries that are not there all the time come at most once. */
  @Test
  void removeAndPut_kindsInTurn_neverStaleAtMostOnce() throws Exception {
    run(
        (map, key, version) -> {
          Object old = map.remove("key" + key);
          assertThat(version(old)).isEqualTo(version - 1);
          assertThat(map.put("key" + key, value(version))).isNull();
        },
        false);
  }

  @Test
  void compute_kindsInTurn_neverStaleAlwaysOnce() throws Exception {
    run(
        (map, key, version) ->
            map.compute(
                "key" + key,
                (same, old) -> {
                  assertThat(version(old)).isEqualTo(version - 1);
                  return value(version);
                }),
        true);
  }

  private interface Change {
    void apply(PersistentMap<String, Object> map, int key, long version);
  }

  private void run(Change change, boolean alwaysThere) throws Exception {
    long seed = TestSeeds.next("kinds");
    Path file = dir.resolve("x.map");
    ExecutorService threads = Executors.newCachedThreadPool();
    try (PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .cacheBytes(20_000)
            .closeMode(CloseMode.DISCARD)
            .open(file)) {
      for (int key = 0; key < KEYS; key++) {
        map.put("key" + key, value(0));
      }
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        submit(threads, () -> write(map, change, writer, seed));
      }
      submit(threads, () -> read(map, seed, alwaysThere));
      submit(threads, () -> iterate(map, alwaysThere));
      submit(threads, () -> checkpoint(map, alwaysThere));
      long end = System.nanoTime() + MILLIS * 1_000_000;
      while (System.nanoTime() < end && running.stream().noneMatch(Future::isDone)) {
        Thread.sleep(20);
      }
      stop.set(true);
      for (Future<?> one : running) {
        one.get();
      }
      map.checkpoint();
    } finally {
      stop.set(true);
      threads.shutdownNow();
    }
    try (PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .open(file)) {
      assertThat(map.mappingCount()).isEqualTo(KEYS);
      for (int key = 0; key < KEYS; key++) {
        assertThat(version(map.get("key" + key))).isEqualTo(written.get(key));
      }
    }
  }

  private void submit(ExecutorService threads, Runnable work) {
    running.add(
        threads.submit(
            () -> {
              while (!stop.get()) {
                work.run();
              }
            }));
  }

  /** Each key has one writer. The version is noted after the change returned. */
  private void write(PersistentMap<String, Object> map, Change change, int writer, long seed) {
    SplittableRandom random = new SplittableRandom(seed + writer);
    for (int i = 0; i < 1000 && !stop.get(); i++) {
      // Some keys much more often than others.
      int key = random.nextInt(1 + random.nextInt(KEYS / WRITERS)) * WRITERS + writer;
      long version = written.get(key) + 1;
      change.apply(map, key, version);
      written.set(key, version);
    }
  }

  private void read(PersistentMap<String, Object> map, long seed, boolean alwaysThere) {
    SplittableRandom random = new SplittableRandom(~seed);
    for (int i = 0; i < 1000 && !stop.get(); i++) {
      int key = random.nextInt(1 + random.nextInt(KEYS));
      long before = written.get(key);
      Object value = map.get("key" + key);
      if (alwaysThere || value != null) {
        assertThat(version(value)).isGreaterThanOrEqualTo(before);
      }
      if (alwaysThere) {
        assertThat(map.containsKey("key" + key)).isTrue();
      }
    }
  }

  private void iterate(PersistentMap<String, Object> map, boolean alwaysThere) {
    Set<String> keys = new HashSet<>();
    long[] before = new long[KEYS];
    for (int key = 0; key < KEYS; key++) {
      before[key] = written.get(key);
    }
    for (Map.Entry<String, Object> entry : map.entrySet()) {
      assertThat(keys.add(entry.getKey())).as("%s comes once", entry.getKey()).isTrue();
      assertThat(version(entry.getValue()))
          .isGreaterThanOrEqualTo(before[Integer.parseInt(entry.getKey().substring(3))]);
    }
    Set<String> onlyKeys = new HashSet<>();
    map.keySet().forEach(key -> assertThat(onlyKeys.add(key)).as(key).isTrue());
    if (alwaysThere) {
      assertThat(keys).hasSize(KEYS);
      assertThat(onlyKeys).hasSize(KEYS);
    }
  }

  private void checkpoint(PersistentMap<String, Object> map, boolean alwaysThere) {
    map.checkpoint();
    if (alwaysThere) {
      assertThat(map.mappingCount()).isEqualTo(KEYS);
    } else {
      // Each shard is counted at a moment of its own, as ConcurrentHashMap does; and meanwhile a
      // writer may have removed, and put back, more than one.
      assertThat(map.mappingCount()).isBetween(KEYS / 2L, (long) KEYS);
    }
  }

  /** Live, copied and cached, live of another class. */
  private static Object value(long version) {
    return switch ((int) (version % 4)) {
      case 0, 2 -> new Cell((int) version);
      case 1 -> version;
      default -> new ArrayList<>(List.of(version));
    };
  }

  private static long version(@Nullable Object value) {
    if (value instanceof Cell cell) {
      return cell.number;
    }
    Object number = value instanceof List<?> list ? list.get(0) : value;
    return (Long) Objects.requireNonNull(number);
  }
}
