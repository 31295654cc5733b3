package io.persistentmap.bench;

import io.persistentmap.PersistentMap;
import io.persistentmap.Recovery;
import io.persistentmap.ValueMode;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One life of a map of many entries, in a process of its own with a small heap: fills it, opens it,
 * or changes it until it is killed. What it measures, it prints as {@code name=number}.
 */
public final class ManyEntries {
  /** Printed when the last checkpoint is durable; then the process waits to be killed. */
  static final String READY = "ready";

  private static final int DISTINCT_USERS = 1 << 12;
  private static final int CHECKS = 1_000;
  private static final int CHECKPOINT_EVERY = 100_000;

  private final Path file;
  private final long entries;
  private final User[] users = User.random(DISTINCT_USERS, 1);

  private ManyEntries(Path file, long entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Lives one life.
   *
   * @param args {@code fill}, {@code open} or {@code change}; the file; how many entries; how many
   *     changes
   */
  public static void main(String[] args) throws Exception {
    ManyEntries life = new ManyEntries(Path.of(args[1]), Long.parseLong(args[2]));
    switch (args[0]) {
      case "fill" -> life.fill();
      case "open" -> life.open();
      case "change" -> life.change(Long.parseLong(args[3]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private PersistentMap<String, User> map() {
    return PersistentMap.builder(String.class, User.class).valueMode(ValueMode.COPIED).open(file);
  }

  private User user(long number) {
    return users[(int) number & (DISTINCT_USERS - 1)];
  }

  private void fill() throws Exception {
    long start = System.nanoTime();
    PersistentMap<String, User> map = map();
    for (long i = 0; i < entries; i++) {
      map.put(Keys.of(i), user(i));
    }
    print("fill", millisSince(start));
    long beforeCheckpoint = System.nanoTime();
    map.checkpoint();
    print("checkpoint", millisSince(beforeCheckpoint));
    print("live", map.stats().liveBytes());
    long beforeClose = System.nanoTime();
    map.close();
    print("close", millisSince(beforeClose));
    print("length", Files.size(file));
  }

  private void open() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = System.nanoTime();
    long cpuStart = threads.getCurrentThreadCpuTime();
    try (PersistentMap<String, User> map = map()) {
      print("open", millisSince(start));
      print("cpu", TimeUnit.NANOSECONDS.toMillis(threads.getCurrentThreadCpuTime() - cpuStart));
      Recovery recovery = map.recovery();
      print("recovery", recovery.duration().toMillis());
      print("replayed", recovery.replayedBytes());
      print("crash", recovery.wasCrash() ? 1 : 0);
      check(map);
    }
  }

  private void check(PersistentMap<String, User> map) {
    if (map.mappingCount() != entries) {
      throw new IllegalStateException(map.mappingCount() + " entries instead of " + entries);
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < CHECKS; i++) {
      String key = Keys.of(random.nextLong(entries));
      if (map.get(key) == null) {
        throw new IllegalStateException("no entry for " + key);
      }
    }
  }

  private void change(long changes) throws InterruptedException {
    PersistentMap<String, User> map = map();
    SplittableRandom random = new SplittableRandom(2);
    for (long i = 1; i <= changes; i++) {
      map.put(Keys.of(random.nextLong(entries)), user(random.nextLong()));
      if (i % CHECKPOINT_EVERY == 0) {
        map.checkpoint();
      }
    }
    map.checkpoint();
    System.out.println(READY);
    Thread.sleep(Long.MAX_VALUE);
  }

  private static void print(String name, long number) {
    System.out.println(name + "=" + number);
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
