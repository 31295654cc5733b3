package io.persistentmap.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.testing.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run: workers that change a map, a thread that makes checkpoints, and what happens to a map
 * meanwhile. It is closed and opened; it is dropped and recovered; and its files are copied while
 * everybody works on, and opened: they must give a state that was, for all threads at one moment,
 * between the call of the last checkpoint and its return.
 */
final class Stress {
  static final int WORKERS = 3;

  private static final int[] KEY_COUNTS = {40, 1500, 20_000};
  private static final int[] CACHE_BYTES = {0, 50_000, 50_000_000};
  private static final int STEPS_PER_LOCK = 16;
  private static final long MOST_PAUSE_NANOS = 20_000_000;

  private final Path directory;
  private final SplittableRandom random;
  private final int keyCount;
  private final List<Worker> workers = new ArrayList<>();
  private final SharedKeys shared = new SharedKeys();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Read by who takes a step, written by who needs that nobody does. */
  private final ReentrantReadWriteLock steps = new ReentrantReadWriteLock();

  /** Protects the files that the last checkpoint needs from being overwritten by the next ones. */
  private final ReentrantLock checkpoints = new ReentrantLock();

  /** Changes under the write lock. */
  private volatile PersistentMap<Object, Object> map;

  /** Changes under the write lock: whose keys are whose. */
  private volatile int rotation;

  /** Used under the write lock. */
  private CloseMode mode = CloseMode.CHECKPOINT;

  private volatile boolean stop;
  private int copies;

  Stress(Path directory, long seed) {
    this.directory = directory;
    this.random = new SplittableRandom(seed);
    this.keyCount = KEY_COUNTS[random.nextInt(KEY_COUNTS.length)];
    this.map = open(file(), mode);
    for (int number = 0; number < WORKERS; number++) {
      workers.add(new Worker(number, this, map, random.nextLong()));
    }
    shareOut(new HashMap<>());
  }

  int keyCount() {
    return keyCount;
  }

  SharedKeys shared() {
    return shared;
  }

  /** Returns the number of the worker that changes a key. */
  int ownerOf(int key) {
    return (key + rotation) % WORKERS;
  }

  private Path file() {
    return directory.resolve("x.map");
  }

  private PersistentMap<Object, Object> open(Path file, CloseMode mode) {
    return PersistentMap.builder(Object.class, Object.class)
        .allowPackage("io.persistentmap")
        .cacheBytes(CACHE_BYTES[random.nextInt(CACHE_BYTES.length)])
        .closeMode(mode)
        .open(file);
  }

  // ---- running ---------------------------------------------------------------------------------

  /** Runs for that time, and returns a line about what was done. */
  String run(long millis) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Worker worker : workers) {
      threads.add(start("worker " + threads.size(), () -> work(worker)));
    }
    long seed = random.nextLong();
    threads.add(start("checkpoints", () -> makeCheckpoints(new SplittableRandom(seed))));
    long end = System.nanoTime() + millis * 1_000_000;
    long[] counts = new long[5];
    try {
      while (System.nanoTime() < end && failure.get() == null) {
        LockSupport.parkNanos(random.nextLong(10 * MOST_PAUSE_NANOS));
        event(counts);
      }
    } catch (Throwable e) {
      fail(e);
    } finally {
      stop = true;
      for (Thread thread : threads) {
        thread.join();
      }
    }
    rethrow();
    checkAll(map);
    map.close();
    return String.format(
        "%d keys: %d copies opened, %d reopened, %d recovered, %d cleared, %d segments cleaned",
        keyCount, counts[0], counts[1], counts[2], counts[3], counts[4]);
  }

  private Thread start(String name, Runnable action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (Throwable e) {
                fail(e);
              }
            },
            name);
    thread.start();
    return thread;
  }

  private void fail(Throwable e) {
    stop = true;
    Throwable first = failure.compareAndExchange(null, e);
    if (first != null) {
      first.addSuppressed(e);
    }
  }

  private void rethrow() {
    Throwable first = failure.get();
    if (first != null) {
      throw new AssertionError(keyCount + " keys: " + first.getMessage(), first);
    }
  }

  private void work(Worker worker) {
    while (!stop) {
      steps.readLock().lock();
      try {
        for (int i = 0; i < STEPS_PER_LOCK && !stop; i++) {
          worker.step();
        }
      } finally {
        steps.readLock().unlock();
      }
    }
  }

  private void makeCheckpoints(SplittableRandom pauses) {
    while (!stop) {
      LockSupport.parkNanos(pauses.nextLong(MOST_PAUSE_NANOS));
      steps.readLock().lock();
      try {
        checkpoint();
      } finally {
        steps.readLock().unlock();
      }
    }
  }

  /** Makes a checkpoint, unless none may be made now. */
  void checkpoint() {
    if (checkpoints.tryLock()) {
      try {
        map.checkpoint();
      } finally {
        checkpoints.unlock();
      }
    }
  }

  // ---- events ----------------------------------------------------------------------------------

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the write lock
  private void event(long[] counts) throws IOException {
    int kind = random.nextInt(8);
    if (kind < 4) {
      openCopy();
      counts[0]++;
      return;
    }
    steps.writeLock().lock();
    try {
      checkAll(map);
      if (kind == 4) {
        clear();
        counts[3]++;
      }
      counts[4] += map.stats().cleanedSegments();
      if (mode == CloseMode.DISCARD) {
        map.checkpoint();
      }
      counts[mode == CloseMode.DISCARD ? 2 : 1]++;
      map.close();
      mode = random.nextInt(3) == 0 ? CloseMode.DISCARD : CloseMode.CHECKPOINT;
      map = open(file(), mode);
      checkAll(map);
      rotation++;
      shareOut(allVersions());
    } finally {
      steps.writeLock().unlock();
    }
  }

  private void clear() {
    workers.forEach(worker -> worker.history().beginClear());
    map.clear();
    workers.forEach(worker -> worker.model().clear());
    shared.cleared();
    assertThat(map).isEmpty();
  }

  private Map<Integer, Long> allVersions() {
    Map<Integer, Long> versions = new HashMap<>();
    workers.forEach(worker -> versions.putAll(worker.model()));
    return versions;
  }

  private void shareOut(Map<Integer, Long> versions) {
    for (int number = 0; number < WORKERS; number++) {
      List<Integer> own = new ArrayList<>();
      for (int key = 0; key < keyCount; key++) {
        if (ownerOf(key) == number) {
          own.add(key);
        }
      }
      int[] keys = own.stream().mapToInt(Integer::intValue).toArray();
      workers.get(number).restart(keys, versions, map);
    }
  }

  /** While nobody takes a step: the map has what the workers know, no more and no less. */
  private void checkAll(PersistentMap<Object, Object> checked) {
    Map<Integer, Long> expected = allVersions();
    History.requireEqual(versionsIn(checked), expected);
    SharedKeys.check(checked, shared.doneCounts(), shared.begunCounts());
    shared.checkLocks(checked);
    expected.forEach(
        (key, version) -> {
          Object value = checked.get(Contents.key(key, random));
          assertThat(value).isEqualTo(Contents.value(key, version));
        });
  }

  private static Map<Integer, Long> versionsIn(PersistentMap<Object, Object> checked) {
    Map<Integer, Long> versions = new HashMap<>();
    int[] count = new int[1];
    checked.forEach(
        (keyObject, value) -> {
          count[0]++;
          if (!SharedKeys.isShared(keyObject)) {
            int key = Contents.keyOf(keyObject);
            Long before = versions.put(key, Contents.versionOf(key, value));
            assertThat(before).as("key %d twice", key).isNull();
          }
        });
    assertThat(checked.size()).isEqualTo(count[0]);
    return versions;
  }

  // ---- copies ----------------------------------------------------------------------------------

  private void openCopy() throws IOException {
    Path copy = directory.resolveSibling(directory.getFileName() + "-copy-" + copies++);
    int[] least = new int[WORKERS];
    int[] most = new int[WORKERS];
    long[] leastShared;
    long[] mostShared;
    checkpoints.lock();
    try {
      leastShared = shared.doneCounts();
      for (int number = 0; number < WORKERS; number++) {
        least[number] = workers.get(number).history().doneCount();
      }
      map.checkpoint();
      mostShared = shared.begunCounts();
      for (int number = 0; number < WORKERS; number++) {
        most[number] = workers.get(number).history().begunCount();
      }
      copyFiles(copy);
    } finally {
      checkpoints.unlock();
    }
    try (PersistentMap<Object, Object> opened = open(copy.resolve("x.map"), CloseMode.DISCARD)) {
      SharedKeys.check(opened, leastShared, mostShared);
      checkCut(versionsIn(opened), least, most);
    }
    Directories.delete(copy);
  }

  private void copyFiles(Path copy) throws IOException {
    Files.createDirectory(copy);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
  }

  /** The changes of each thread up to some point, and these points at one moment for all. */
  private void checkCut(Map<Integer, Long> versions, int[] least, int[] most) {
    List<Map<Integer, Long>> byWorker = new ArrayList<>();
    for (int number = 0; number < WORKERS; number++) {
      byWorker.add(new HashMap<>());
    }
    versions.forEach((key, version) -> byWorker.get(ownerOf(key)).put(key, version));
    long latestBegun = Long.MIN_VALUE;
    long earliestDone = Long.MAX_VALUE;
    for (int number = 0; number < WORKERS; number++) {
      History history = workers.get(number).history();
      History.Prefix prefix = history.find(byWorker.get(number), least[number], most[number]);
      latestBegun = Math.max(latestBegun, history.begunNanos(prefix.least()));
      earliestDone = Math.min(earliestDone, history.doneNanos(prefix.most()));
    }
    assertThat(latestBegun)
        .as("when the last change that the copy has began; one that it has not was done earlier")
        .isLessThanOrEqualTo(earliestDone);
  }
}
