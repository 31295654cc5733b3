package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.persistentmap.Checkpoint;
import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.UnstorableException;
import io.persistentmap.ValueHeldException;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guards what a checkpoint does with objects that a program changes in their own monitors: it never
 * sees half of a change, and is part of no deadlock.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MonitorTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration FAST = Duration.ofMillis(3);
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path dir;
  private Path file;
  private ExecutorService threads;

  @BeforeEach
  void start() {
    file = dir.resolve("x.map");
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(null, task, "worker", 256L << 20);
              thread.setDaemon(true);
              return thread;
            });
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private PersistentMapBuilder<String, Object> builder() {
    return PersistentMap.builder(String.class, Object.class)
        .allowPackage("io.persistentmap")
        .monitorTimeout(LONG);
  }

  /** Returns what a crash now would leave. */
  private Map<String, Object> recovered(PersistentMap<String, Object> map) {
    map.close(CloseMode.DISCARD);
    try (PersistentMap<String, Object> copied =
        builder().valueMode(ValueMode.COPIED).readOnly(true).open(file)) {
      return Map.copyOf(copied);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- nothing torn ----------------------------------------------------------------------------

  @Test
  void autoCheckpoint_mapAndSetThatAgreeInMonitor_neverTorn() throws Exception {
    for (int run = 0; run < 30; run++) {
      PersistentMap<String, Object> map = builder().autoCheckpoint(FAST).open(file);
      Pair pair = new Pair();
      map.put("pair", pair);
      changeFor(40, pair, () -> {});
      assertWhole(recovered(map));
    }
  }

  @Test
  void checkpoint_severalThreadsAndPuts_neverTorn() throws Exception {
    for (int run = 0; run < 5; run++) {
      PersistentMap<String, Object> map = builder().open(file);
      Pair pair = new Pair();
      AtomicLong puts = new AtomicLong();
      Runnable other =
          () -> {
            map.put("again" + puts.incrementAndGet() % 7, pair);
            map.checkpoint();
          };
      changeFor(150, pair, other, other);
      assertWhole(recovered(map));
    }
  }

  /** The first object of a class is read back and compared, while others change it. */
  @Test
  void put_firstOfItsClassChangedInMonitor_acceptedEachTime() throws Exception {
    for (int run = 0; run < 60; run++) {
      Pair pair = new Pair();
      AtomicBoolean stop = new AtomicBoolean();
      Future<?> changer = threads.submit(() -> changeUntil(stop, pair));
      try (PersistentMap<String, Object> map =
          builder().closeMode(CloseMode.DISCARD).open(dir.resolve("fresh" + run))) {
        map.put("first", pair);
      } finally {
        stop.set(true);
      }
      changer.get();
    }
  }

  private static void changeUntil(AtomicBoolean stop, Pair pair) {
    for (int i = 0; !stop.get(); i++) {
      pair.change(i * i);
    }
  }

  private void changeFor(long millis, Pair pair, Runnable... others) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<?>> all = new ArrayList<>();
    all.add(threads.submit(() -> changeUntil(stop, pair)));
    for (Runnable other : others) {
      all.add(
          threads.submit(
              () -> {
                while (!stop.get()) {
                  other.run();
                }
              }));
    }
    Thread.sleep(millis);
    stop.set(true);
    for (Future<?> one : all) {
      one.get();
    }
  }

  private static void assertWhole(Map<String, Object> recovered) {
    recovered.forEach((key, value) -> assertThat(((Pair) value).tear()).as(key).isEmpty());
  }

  // ---- checkpoints of threads that have monitors -----------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {1, 5_000})
  void checkpoint_allMonitorsHeldByCaller_made(int count) throws Exception {
    PersistentMap<String, Object> map = builder().open(file);
    List<Pair> pairs = put(map, count);
    threads.submit(() -> inMonitors(pairs, 0, map::checkpoint)).get();
    assertThat(recovered(map)).hasSize(count);
  }

  /** Another thread makes the checkpoint at the time, and each of these waits for it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5_000})
  void checkpoint_allMonitorsHeldByCallerWhileOthersMakeThem_made(int count) throws Exception {
    PersistentMap<String, Object> map = builder().autoCheckpoint(FAST).open(file);
    List<Pair> pairs = put(map, count);
    AtomicLong made = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    Future<?> other =
        threads.submit(
            () -> {
              while (!stop.get()) {
                map.checkpoint();
                made.incrementAndGet();
              }
            });
    for (int i = 0; i < 20; i++) {
      pairs.forEach(Pair::touch);
      threads.submit(() -> inMonitors(pairs, 0, map::checkpoint)).get();
    }
    stop.set(true);
    other.get();
    assertThat(made.get()).isPositive();
    Map<String, Object> recovered = recovered(map);
    for (int i = 0; i < count; i++) {
      assertThat(recovered).containsEntry("key" + i, pairs.get(i));
    }
  }

  @Test
  void checkpoint_twoThreadsWithMonitorsCrosswise_made() throws Exception {
    PersistentMap<String, Object> map = builder().open(file);
    List<Pair> pairs = put(map, 2);
    List<Future<?>> both = new ArrayList<>();
    for (Pair own : pairs) {
      both.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 100; i++) {
                  synchronized (own) {
                    own.touch();
                    map.checkpoint();
                  }
                }
              }));
    }
    for (Future<?> one : both) {
      one.get();
    }
    assertThat(recovered(map)).containsValue(pairs.get(0)).hasSize(2);
  }

  private static List<Pair> put(PersistentMap<String, Object> map, int count) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Pair pair = new Pair();
      pair.change(i);
      pairs.add(pair);
      map.put("key" + i, pair);
    }
    return pairs;
  }

  private static void inMonitors(List<Pair> pairs, int from, Runnable code) {
    if (from == pairs.size()) {
      code.run();
      return;
    }
    synchronized (pairs.get(from)) {
      inMonitors(pairs, from + 1, code);
    }
  }

  // ---- no deadlock that the program alone has not ----------------------------------------------

  @Test
  void compute_functionLocksValueThatOthersComputeWith_noDeadlock() throws Exception {
    PersistentMap<String, Object> map = builder().autoCheckpoint(FAST).open(file);
    List<Pair> pairs = put(map, 2);
    AtomicBoolean stop = new AtomicBoolean();
    Pair first = pairs.get(0);
    List<Runnable> loops =
        List.of(
            () ->
                map.compute(
                    "key0",
                    (key, value) -> {
                      ((Pair) Objects.requireNonNull(value)).change(3);
                      return value;
                    }),
            () -> {
              synchronized (first) {
                map.compute("key1", (key, value) -> value);
                map.put("key2", first);
              }
            },
            () -> {
              synchronized (first) {
                map.checkpoint();
              }
            });
    List<Future<?>> all = new ArrayList<>();
    for (Runnable loop : loops) {
      all.add(
          threads.submit(
              () -> {
                while (!stop.get()) {
                  loop.run();
                }
              }));
    }
    Thread.sleep(1_000);
    stop.set(true);
    for (Future<?> one : all) {
      one.get(20, TimeUnit.SECONDS);
    }
    map.checkpoint();
    assertThat(recovered(map)).containsEntry("key0", first).containsEntry("key2", first);
  }

  /** A put must not wait for the monitor of its value: its thread has what the holder wants. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void put_holderOfMonitorWaitsForLockOfPuttingThread_returns(boolean known) throws Exception {
    PersistentMap<String, Object> map = builder().closeMode(CloseMode.DISCARD).open(file);
    if (known) {
      map.put("other", new Pair());
    }
    Pair pair = new Pair();
    Pair held = new Pair();
    map.put("held", new Cell(1));
    Object lock = new Object();
    CountDownLatch hasMonitor = new CountDownLatch(1);
    CountDownLatch hasLock = new CountDownLatch(1);
    Future<?> holder =
        threads.submit(
            () -> {
              synchronized (pair) {
                hasMonitor.countDown();
                await(hasLock);
                synchronized (lock) {
                  pair.touch();
                }
              }
            });
    hasMonitor.await();
    map.put("pass", held);
    Future<Checkpoint> checkpoint;
    synchronized (lock) {
      hasLock.countDown();
      map.put("pair", pair);
      checkpoint = threads.submit(() -> map.checkpoint()); // has to wait for the pair
      Thread.sleep(50);
      map.put("pair2", pair);
    }
    holder.get(20, TimeUnit.SECONDS);
    checkpoint.get(20, TimeUnit.SECONDS);
    map.checkpoint();
    assertThat(recovered(map)).containsEntry("pair", pair).containsEntry("pair2", pair);
  }

  // ---- a monitor that is held for ever ---------------------------------------------------------

  @Test
  void checkpoint_monitorHeldForEver_namesHolderPreviousIntactRepeatable() throws Exception {
    PersistentMap<String, Object> map = builder().monitorTimeout(SHORT).open(file);
    List<Pair> pairs = put(map, 100);
    long number = map.checkpoint().number();
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> holder = hold(pairs.get(50), leave);
    pairs.get(51).touch();
    for (int i = 0; i < 10; i++) {
      long begin = System.nanoTime();
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(ValueHeldException.class)
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("key50")
          .hasMessageContaining(Pair.class.getTypeName())
          .hasMessageContaining("thread holder")
          .hasMessageContaining("park")
          .hasMessageContaining("MonitorTest.await")
          .hasMessageContaining("monitorTimeout")
          .hasMessageContaining("previous one is intact");
      assertThat(System.nanoTime() - begin).isGreaterThan(SHORT.toNanos() * 9 / 10);
      map.put("meanwhile", new Cell(i));
    }
    assertThat(map.stats().checkpoint()).isEqualTo(number);
    assertThat(monitorThreads()).isLessThan(6);
    leave.countDown();
    holder.get();
    map.checkpoint();
    assertThat(recovered(map))
        .hasSize(101)
        .containsEntry("meanwhile", new Cell(9))
        .containsEntry("key51", pairs.get(51));
  }

  private static long monitorThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("persistentmap x.map monitor"))
        .count();
  }

  @Test
  void close_monitorHeldForEver_throwsStaysOpenThenCloses() throws Exception {
    PersistentMap<String, Object> map = builder().monitorTimeout(SHORT).open(file);
    List<Pair> pairs = put(map, 3);
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> holder = hold(pairs.get(1), leave);
    assertThatThrownBy(map::close).isInstanceOf(ValueHeldException.class);
    map.put("more", new Cell(1));
    leave.countDown();
    holder.get();
    map.close();
    assertThat(recovered(map)).hasSize(4).containsEntry("key1", pairs.get(1));
  }

  @Test
  void checkpoint_heldValueRemovedMeanwhile_made() throws Exception {
    PersistentMap<String, Object> map = builder().open(file);
    List<Pair> pairs = put(map, 3);
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> holder = hold(pairs.get(1), leave);
    Future<Checkpoint> checkpoint = threads.submit(() -> map.checkpoint());
    Thread.sleep(100);
    assertThat(checkpoint.isDone()).isFalse();
    map.remove("key1");
    checkpoint.get(20, TimeUnit.SECONDS);
    leave.countDown();
    holder.get();
    assertThat(recovered(map)).containsOnlyKeys("key0", "key2");
  }

  private Future<?> hold(Object value, CountDownLatch leave) throws InterruptedException {
    CountDownLatch holds = new CountDownLatch(1);
    Future<?> holder =
        threads.submit(
            () -> {
              Thread.currentThread().setName("holder");
              synchronized (value) {
                holds.countDown();
                await(leave);
              }
            });
    holds.await();
    return holder;
  }

  // ---- virtual threads -------------------------------------------------------------------------

  /**
   * They change values, have monitors while they make checkpoints or rest, and put. They rest also
   * without a monitor: one that is always taken is held for longer than the timeout.
   */
  @Test
  void virtualThreads_changeAndHoldValuesWhileCheckpointsAreMade_neverTorn() throws Exception {
    PersistentMap<String, Object> map = builder().autoCheckpoint(FAST).open(file);
    List<Pair> pairs = put(map, 20);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong changes = new AtomicLong();
    List<Future<?>> all = new ArrayList<>();
    ExecutorService virtual = virtualThreads();
    try {
      long first = map.checkpoint().number();
      for (int thread = 0; thread < 2 * pairs.size(); thread++) {
        int number = thread % pairs.size();
        Runnable inMonitor = thread % 10 == 0 ? map::checkpoint : MonitorTest::rest;
        all.add(
            virtual.submit(
                () -> {
                  Pair own = pairs.get(number);
                  while (!stop.get()) {
                    own.change((int) changes.incrementAndGet());
                    map.put("key" + number, own);
                    synchronized (own) {
                      own.touch();
                      inMonitor.run();
                    }
                    rest();
                  }
                }));
      }
      while (changes.get() < 5_000) {
        map.checkpoint();
      }
      stop.set(true);
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
      assertThat(map.checkpoint().number()).isGreaterThan(first);
    } finally {
      stop.set(true); // else they would take the processors from the next test
      virtual.shutdown();
    }
    Map<String, Object> recovered = recovered(map);
    assertWhole(recovered);
    for (int i = 0; i < pairs.size(); i++) {
      assertThat(recovered).containsEntry("key" + i, pairs.get(i));
    }
  }

  private static void rest() {
    LockSupport.parkNanos(200_000);
  }

  /** Nothing in the virtual machine tells whose monitor it is; but the checkpoint ends. */
  @Test
  void virtualThread_holdsMonitorForEver_checkpointThrowsRepeatable() throws Exception {
    PersistentMap<String, Object> map = builder().monitorTimeout(SHORT).open(file);
    List<Pair> pairs = put(map, 3);
    CountDownLatch holds = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    ExecutorService virtual = virtualThreads();
    Future<?> holder =
        virtual.submit(
            () -> {
              synchronized (pairs.get(1)) {
                holds.countDown();
                await(leave);
              }
            });
    holds.await();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(ValueHeldException.class)
          .hasMessageContaining("key1")
          .hasMessageContaining("can't be named");
    }
    leave.countDown();
    holder.get();
    virtual.shutdown();
    map.checkpoint();
    assertThat(recovered(map)).hasSize(3);
  }

  /** By reflection: the tests are compiled for Java 17. */
  private static ExecutorService virtualThreads() throws ReflectiveOperationException {
    assumeTrue(
        Runtime.version().feature() >= 21, "this Java has no virtual threads; they came with 21");
    return (ExecutorService)
        Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
  }

  // ---- all of it at once -----------------------------------------------------------------------

  /** Every thread takes locks in one order: the program alone has no deadlock. */
  @Test
  void random_manyThreadsWithMonitors_noDeadlockNothingTorn() throws Exception {
    Random seeds = new Random(TestSeeds.next("monitors"));
    PersistentMap<String, Object> map = builder().autoCheckpoint(FAST).open(file);
    List<Pair> pairs = put(map, 20);
    List<Pair> nested = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      nested.add(new Pair());
      map.put("nested" + i, nested.get(i));
    }
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<?>> all = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      Random random = new Random(seeds.nextLong());
      all.add(
          threads.submit(
              () -> {
                while (!stop.get()) {
                  step(map, pairs, nested, random);
                }
              }));
    }
    Thread.sleep(3_000);
    stop.set(true);
    for (Future<?> one : all) {
      one.get(60, TimeUnit.SECONDS); // the watchdog
    }
    map.checkpoint();
    Map<String, Object> recovered = recovered(map);
    assertWhole(recovered);
    recovered.forEach(
        (key, value) -> {
          if (key.startsWith("key")) {
            assertThat(value).as(key).isEqualTo(pairs.get(Integer.parseInt(key.substring(3))));
          }
        });
  }

  private static void step(
      PersistentMap<String, Object> map, List<Pair> pairs, List<Pair> nested, Random random) {
    int number = random.nextInt(pairs.size());
    Pair pair = pairs.get(number);
    String key = "key" + number;
    int seed = random.nextInt();
    switch (random.nextInt(9)) {
      case 0 -> pair.change(seed);
      case 1 -> map.put(key, pair);
      case 2 -> {
        synchronized (pair) {
          pair.change(seed);
          map.checkpoint();
        }
      }
      case 3 ->
          map.compute(
              key,
              (same, value) -> {
                pair.change(seed);
                return pair;
              });
      case 4 -> {
        synchronized (pair) {
          map.put("extra" + number, pair); // a key that no function holds
        }
      }
      case 5 -> {
        // Only these are locked one in the other: else a thread that has one and wants another
        // would
        // wait for a thread that has that and waits for the checkpoint, which waits for the first.
        inMonitors(nested.subList(0, 1 + random.nextInt(nested.size())), 0, map::checkpoint);
      }
      case 6 -> map.remove("extra" + number);
      case 7 -> map.checkpoint();
      default ->
          map.compute(
              key,
              (same, value) -> {
                pair.change(seed);
                map.checkpoint();
                pair.change(seed);
                return pair;
              });
    }
  }
}
