package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Mixed work, for a long time: sessions of four threads on one map, with checkpoints, garbage,
 * interrupts, iteration, a reader of a copy, closing and opening. After each session it compares
 * the map with what the threads know, and says "figures ..." as {@link SoakFigures} reads them.
 *
 * <p>Arguments: directory, snapshot mode, seed, seconds.
 */
final class SoakChild {
  private static final int THREADS = 4;
  private static final int KEYS = 5000;
  private static final int MOST_BYTES = 3000;
  private static final int LARGE_BYTES = 200_000;

  /** One each for what is cleaned, the even and the odd snapshot, and the holes after them. */
  private static final int RESTS = 4;

  private static final long SESSION_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

  private final Path directory;
  private final SnapshotMode mode;
  private final SplittableRandom random;
  private final AtomicLong operations = new AtomicLong();

  /** By thread: what it has put, by key, as the seed of the value. */
  private final List<Map<String, Integer>> models =
      IntStream.range(0, THREADS).<Map<String, Integer>>mapToObj(i -> new HashMap<>()).toList();

  private SoakChild(Path directory, SnapshotMode mode, long seed) {
    this.directory = directory;
    this.mode = mode;
    this.random = new SplittableRandom(seed);
  }

  public static void main(String[] arguments) throws Exception {
    ChildJvm.endWithParent();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          failure.printStackTrace();
          Runtime.getRuntime().halt(SigkillChild.FAILED);
        });
    SoakChild soak =
        new SoakChild(
            Path.of(arguments[0]),
            SnapshotMode.valueOf(arguments[1]),
            Long.parseLong(arguments[2]));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[3]));
    while (System.nanoTime() < end) {
      soak.session();
      soak.readCopy();
      SigkillChild.say(SoakFigures.measure(soak.directory, soak.operations.get()).toLine());
    }
    SigkillChild.say("end");
  }

  private PersistentMapBuilder<String, byte[]> builder() {
    return PersistentMap.builder(String.class, byte[].class)
        .snapshotMode(mode)
        .closeMode(CloseMode.CHECKPOINT)
        .cacheBytes(1 << 20);
  }

  private Path file() {
    return directory.resolve("store");
  }

  private void session() throws InterruptedException {
    PersistentMapBuilder<String, byte[]> builder = builder();
    if (random.nextBoolean()) {
      builder.autoCheckpoint(Duration.ofMillis(50));
    }
    try (PersistentMap<String, byte[]> map = builder.open(file())) {
      compare(map);
      long end = System.nanoTime() + SESSION_NANOS;
      Thread[] threads = new Thread[THREADS];
      for (int i = 0; i < THREADS; i++) {
        SplittableRandom choice = random.split();
        int number = i;
        threads[i] = new Thread(() -> work(map, number, choice, end), "worker " + i);
        threads[i].start();
      }
      while (System.nanoTime() < end) {
        Thread.sleep(random.nextInt(100));
        threads[random.nextInt(THREADS)].interrupt();
        map.checkpoint();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      compare(map);
      rest(map);
    }
  }

  /**
   * Lets the cleaner end, and both snapshots move on. What is left is what the entries need; during
   * the work it is as much more as the threads were faster than the disk.
   */
  private static void rest(PersistentMap<String, byte[]> map) throws InterruptedException {
    for (int i = 0; i < RESTS; i++) {
      FaultInjection.awaitMaintenance(map);
      map.checkpoint();
    }
  }

  private void work(
      PersistentMap<String, byte[]> map, int thread, SplittableRandom choice, long end) {
    Map<String, Integer> model = models.get(thread);
    while (System.nanoTime() < end) {
      step(map, model, thread, choice);
      operations.incrementAndGet();
    }
  }

  private static void step(
      PersistentMap<String, byte[]> map,
      Map<String, Integer> model,
      int thread,
      SplittableRandom choice) {
    String key = thread + "/" + choice.nextInt(KEYS);
    int seed = choice.nextInt();
    switch (choice.nextInt(10)) {
      case 0, 1, 2, 3 -> {
        map.put(key, value(seed));
        model.put(key, seed);
      }
      case 4 -> {
        map.remove(key);
        model.remove(key);
      }
      case 5 -> {
        map.merge(key, value(seed), (before, given) -> given);
        model.put(key, seed);
      }
      case 6 -> {
        map.computeIfPresent(key, (same, before) -> null);
        model.remove(key);
      }
      case 7 -> {
        int left = 50;
        for (Map.Entry<String, byte[]> entry : map.entrySet()) {
          if (left-- == 0 || entry.getValue().length == 0) {
            break;
          }
        }
      }
      default -> require(key, map.get(key), model.get(key));
    }
  }

  private void compare(PersistentMap<String, byte[]> map) {
    int expected = 0;
    for (Map<String, Integer> model : models) {
      expected += model.size();
      model.forEach((key, seed) -> require(key, map.get(key), seed));
    }
    if (map.size() != expected) {
      throw new AssertionError(map.size() + " entries, expected " + expected);
    }
  }

  private static void require(String key, byte @Nullable [] found, @Nullable Integer seed) {
    if (seed == null ? found != null : found == null || !Arrays.equals(found, value(seed))) {
      throw new AssertionError(key + " is wrong");
    }
  }

  private static byte[] value(int seed) {
    SplittableRandom bytes = new SplittableRandom(seed);
    boolean large = bytes.nextInt(300) == 0;
    byte[] value = new byte[1 + bytes.nextInt(large ? LARGE_BYTES : MOST_BYTES)];
    bytes.nextBytes(value);
    return value;
  }

  /** A reader has a copy of its own, since the writer has the store; then it is thrown away. */
  private void readCopy() throws IOException {
    Path copy = directory.resolveSibling("copy");
    StoreDirectory.copy(directory, copy);
    try (PersistentMap<String, byte[]> map =
        builder().readOnly(true).open(copy.resolve(file().getFileName()))) {
      compare(map);
    }
    StoreDirectory.delete(copy);
    Files.deleteIfExists(copy);
  }
}
