package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.Checkpoint;
import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.ValueHeldException;
import io.persistentmap.ValueMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guards that no thread of the program waits for good since a checkpoint, or a put, reads a value
 * with a part that has a monitor of its own: a {@code Vector}, a {@code StringBuffer}. Which kinds
 * of parts these are, {@code OwnLocksTest} finds out.
 */
@SuppressWarnings("JdkObsolete") // they are there to be stored
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PartMonitorTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration FAST = Duration.ofMillis(3);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final long SECONDS = 30;

  @TempDir Path dir;
  private Path file;
  private ExecutorService threads;

  /** A value with a part. */
  private static final class Holder {
    private final Object part;

    @SuppressWarnings("unused") // read by the codec
    private int changes;

    Holder(Object part) {
      this.part = part;
    }

    synchronized void touch() {
      changes++;
    }
  }

  @BeforeEach
  void start() {
    file = dir.resolve("x.map");
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "worker");
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
        .closeMode(CloseMode.DISCARD)
        .monitorTimeout(LONG);
  }

  static Stream<Object> parts() {
    List<String> words = List.of("a", "b");
    Properties properties = new Properties();
    properties.setProperty("a", "b");
    Stack<String> stack = new Stack<>();
    stack.addAll(words);
    return Stream.of(
        new Vector<>(words),
        stack,
        properties,
        new StringBuffer("x"),
        new IllegalStateException("x"),
        Collections.synchronizedList(new LinkedList<>(words)),
        Collections.synchronizedSet(new TreeSet<>(words)),
        Collections.synchronizedMap(new TreeMap<>(Map.of("a", 1))));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Future<?> hold(Object part, CountDownLatch leave) throws InterruptedException {
    CountDownLatch holds = new CountDownLatch(1);
    Future<?> holder =
        threads.submit(
            () -> {
              Thread.currentThread().setName("holder");
              synchronized (part) {
                holds.countDown();
                await(leave);
              }
            });
    holds.await();
    return holder;
  }

  // ---- checkpoints -----------------------------------------------------------------------------

  /** It has the part, and wants the value: with a pass in between that would be a circle. */
  @ParameterizedTest
  @MethodSource("parts")
  void checkpoint_holderOfPartWantsValue_bothGoOn(Object part) throws Exception {
    Holder value = new Holder(part);
    try (PersistentMap<String, Object> map = builder().open(file)) {
      map.put("value", value);
      map.put("other", new Holder(1));
      for (int i = 0; i < 5; i++) {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch holds = new CountDownLatch(1);
        Future<?> holder =
            threads.submit(
                () -> {
                  synchronized (part) {
                    holds.countDown();
                    await(goOn);
                    value.touch();
                  }
                });
        holds.await();
        Future<Checkpoint> checkpoint = threads.submit(() -> map.checkpoint());
        awaitBlocked();
        goOn.countDown();
        holder.get(SECONDS, TimeUnit.SECONDS);
        checkpoint.get(SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  /** Waits until a thread of ours waits for a monitor. */
  private static void awaitBlocked() {
    while (monitorThreads().noneMatch(thread -> thread.getState() == Thread.State.BLOCKED)) {
      Thread.onSpinWait();
    }
  }

  private static Stream<Thread> monitorThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("persistentmap x.map monitor"));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void checkpoint_partHeldByCaller_made(Object part) {
    try (PersistentMap<String, Object> map = builder().open(file)) {
      for (int i = 0; i < 100; i++) {
        map.put("value" + i, new Holder(part));
      }
      synchronized (part) {
        map.checkpoint();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("parts")
  void checkpoint_valueHeldByCallerPartFree_made(Object part) {
    Holder value = new Holder(part);
    try (PersistentMap<String, Object> map = builder().open(file)) {
      map.put("value", value);
      synchronized (value) {
        map.checkpoint();
        map.checkpoint();
      }
    }
  }

  /** Each waits for the checkpoint of another one, with what that one needs. */
  @Test
  void checkpoint_callersWithValueAndWithPartInTurn_made() throws Exception {
    List<Holder> values = new ArrayList<>();
    try (PersistentMap<String, Object> map = builder().autoCheckpoint(FAST).open(file)) {
      for (int i = 0; i < 20; i++) {
        values.add(new Holder(new Vector<>(List.of(i))));
        map.put("value" + i, values.get(i));
      }
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread * 5;
        boolean byPart = thread % 2 == 0;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    Holder value = values.get(first + i % 5);
                    synchronized (byPart ? value.part : value) {
                      value.touch();
                      map.checkpoint();
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("parts")
  void checkpoint_partHeldForGood_throwsValueFreeRepeatable(Object part) throws Exception {
    Holder value = new Holder(part);
    try (PersistentMap<String, Object> map = builder().monitorTimeout(SHORT).open(file)) {
      map.put("before", new Holder(part.getClass().getName()));
      long number = map.checkpoint().number();
      map.put("value", value);
      CountDownLatch leave = new CountDownLatch(1);
      Future<?> holder = hold(part, leave);
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(map::checkpoint)
            .isInstanceOf(ValueHeldException.class)
            .hasMessageContaining("key value")
            .hasMessageContaining("has a part (a " + part.getClass().getTypeName())
            .hasMessageContaining("thread holder");
        threads.submit(value::touch).get(SECONDS, TimeUnit.SECONDS);
        threads.submit(() -> map.put("value", value)).get(SECONDS, TimeUnit.SECONDS);
        threads.submit(() -> map.compute("value", (k, v) -> v)).get(SECONDS, TimeUnit.SECONDS);
      }
      assertThat(map.stats().checkpoint()).isEqualTo(number);
      assertThat(monitorThreads().count()).isLessThan(6);
      leave.countDown();
      holder.get();
      map.checkpoint();
    }
  }

  /** The caller has the value, and lends it to threads of ours, which wait for the part. */
  @Test
  void checkpoint_valueHeldByCallerPartHeldForGood_throwsRepeatable() throws Exception {
    Holder value = new Holder(new StringBuffer("x"));
    try (PersistentMap<String, Object> map = builder().monitorTimeout(SHORT).open(file)) {
      map.put("value", value);
      CountDownLatch leave = new CountDownLatch(1);
      Future<?> holder = hold(value.part, leave);
      synchronized (value) {
        for (int i = 0; i < 4; i++) {
          assertThatThrownBy(map::checkpoint)
              .isInstanceOf(ValueHeldException.class)
              .hasMessageContaining("thread holder");
        }
      }
      assertThat(monitorThreads().count()).isLessThan(6);
      leave.countDown();
      holder.get();
      map.checkpoint();
    }
  }

  /** Two parts, of which the caller has one and somebody else the other. */
  @Test
  void checkpoint_onePartHeldByCallerOtherForGood_throws() throws Exception {
    Vector<Object> own = new Vector<>(List.of(1));
    Vector<Object> others = new Vector<>(List.of(2));
    try (PersistentMap<String, Object> map = builder().monitorTimeout(SHORT).open(file)) {
      map.put("value", new Holder(List.of(own, others)));
      CountDownLatch leave = new CountDownLatch(1);
      Future<?> holder = hold(others, leave);
      synchronized (own) {
        assertThatThrownBy(map::checkpoint).isInstanceOf(ValueHeldException.class);
      }
      leave.countDown();
      holder.get();
      map.checkpoint();
    }
  }

  /** What is read in one piece of the value's monitor agrees with the part. */
  @Test
  void autoCheckpoint_valueAndPartChangedInValuesMonitor_neverTorn() throws Exception {
    for (int run = 0; run < 15; run++) {
      Path each = dir.resolve("torn" + run);
      PersistentMap<String, Object> map = builder().autoCheckpoint(FAST).open(each);
      Agreeing value = new Agreeing();
      map.put("value", value);
      AtomicBoolean stop = new AtomicBoolean();
      Future<?> changer =
          threads.submit(
              () -> {
                while (!stop.get()) {
                  value.change();
                }
              });
      Thread.sleep(60);
      stop.set(true);
      changer.get();
      map.close(CloseMode.DISCARD);
      try (PersistentMap<String, Object> read = builder().readOnly(true).open(each)) {
        Agreeing found = (Agreeing) read.get("value");
        assertThat(found == null || found.agrees()).isTrue();
      }
    }
  }

  /** Its vector has as many elements as its text has characters. */
  private static final class Agreeing {
    private final Vector<Integer> numbers = new Vector<>();
    private final StringBuffer text = new StringBuffer();

    synchronized void change() {
      if (numbers.size() > 20) {
        numbers.clear();
        text.setLength(0);
      }
      numbers.add(1);
      Thread.onSpinWait();
      text.append('x');
    }

    synchronized boolean agrees() {
      return numbers.size() == text.length();
    }
  }

  // ---- puts ------------------------------------------------------------------------------------

  /**
   * In copied mode its thread waits for the part, as any reader of that would, but with no lock of
   * ours; a live value is left for the checkpoint to read.
   */
  @ParameterizedTest
  @EnumSource(
      value = ValueMode.class,
      names = {"COPIED", "AUTO"})
  void put_partHeldForGood_othersAndCheckpointGoOn(ValueMode mode) throws Exception {
    Holder value = new Holder(new Vector<>(List.of("a")));
    try (PersistentMap<String, Object> map = builder().valueMode(mode).open(file)) {
      CountDownLatch leave = new CountDownLatch(1);
      Future<?> holder = hold(value.part, leave);
      Future<?> put = threads.submit(() -> map.put("value", value)); // first of its class
      Future<?> compute = threads.submit(() -> map.compute("computed", (k, v) -> value));
      for (int i = 0; i < 2_000; i++) { // each shard
        map.put("other" + i, i);
      }
      assertThat(map.get("other7")).isEqualTo(7);
      threads.submit(() -> map.put("of the class", new Holder(1))).get(SECONDS, TimeUnit.SECONDS);
      if (mode == ValueMode.COPIED) {
        threads.submit(() -> map.checkpoint()).get(SECONDS, TimeUnit.SECONDS);
        assertThat(put.isDone()).isFalse();
      } else {
        put.get(SECONDS, TimeUnit.SECONDS);
        compute.get(SECONDS, TimeUnit.SECONDS);
      }
      leave.countDown();
      holder.get();
      put.get(SECONDS, TimeUnit.SECONDS);
      compute.get(SECONDS, TimeUnit.SECONDS);
      map.checkpoint();
      assertThat(map).containsKeys("value", "computed");
    }
  }
}
