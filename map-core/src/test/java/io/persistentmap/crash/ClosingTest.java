package io.persistentmap.crash;

import static io.persistentmap.crash.ClosedMaps.failureOf;
import static io.persistentmap.crash.ClosedMaps.openObjects;
import static io.persistentmap.crash.ClosedMaps.openStrings;
import static io.persistentmap.crash.ClosedMaps.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.DiskFullException;
import io.persistentmap.FaultInjection;
import io.persistentmap.FileAccessException;
import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Guards that closing is one event, and that a closing that fails drops nothing. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClosingTest {
  @TempDir Path dir;

  private final FileSystem real = FileSystem.ofPlatform();

  // ---- each call of a closing fails, while others wait for it
  // ------------------------------------

  /** A way to fail. */
  enum Fault {
    SPACE,
    RESOURCE,
    ACCESS,
    HEAP,
    STACK,
    DEVICE;

    Throwable at(FaultyFileSystem.Call call) {
      String text = "injected at " + call;
      return switch (this) {
        case SPACE -> new DiskFullException(text);
        case RESOURCE -> new ResourceExhaustedException(text);
        case ACCESS -> new FileAccessException(text);
        case HEAP -> new OutOfMemoryError(text);
        case STACK -> new StackOverflowError(text);
        case DEVICE -> new StorageFailureException(text);
      };
    }

    boolean isForGood() {
      return this == DEVICE;
    }
  }

  /** One store, whose system calls fail from the n-th of a closing on. */
  private final class Life {
    private static final int CLOSERS = 3;

    private final Path file;
    private final AtomicInteger failFrom = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean struck = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final List<Thread> closers = new ArrayList<>();
    private final List<AtomicReference<@Nullable Throwable>> outcomes = new ArrayList<>();
    private final FaultyFileSystem faulty;
    private final PersistentMap<String, Object> map;
    private final Map<String, Object> saved = new HashMap<>();
    private final Map<String, Object> model = new HashMap<>();
    private final String name;

    Life(Fault fault, SnapshotMode mode, ValueMode values, int from) {
      name = fault + ", " + mode + ", " + values + ", from call " + from;
      file = dir.resolve(fault + "-" + mode + "-" + values + "-" + from);
      faulty =
          FaultyFileSystem.copyingClones(
              real,
              (number, call) -> {
                if (!closing.get()) {
                  return null;
                }
                awaitOthers();
                boolean strikes = calls.incrementAndGet() >= failFrom.get();
                struck.compareAndSet(false, strikes);
                return strikes ? fault.at(call) : null;
              });
      map =
          FaultInjection.into(PersistentMap.builder(String.class, Object.class), faulty)
              .snapshotMode(mode)
              .valueMode(values)
              .open(file);
      put("a", "1");
      put("b", new ArrayList<>(List.of(1, 2)));
      map.checkpoint();
      saved.putAll(model);
      put("a", "2");
      put("c", new ArrayList<>(List.of(3)));
      failFrom.set(from);
    }

    private void put(String key, Object value) {
      map.put(key, value);
      model.put(key, value);
    }

    /** Holds the first call of the closing until all others wait for its end. */
    private void awaitOthers() throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (calls.get() == 0 && waiting() < CLOSERS - 1 && System.nanoTime() < end) {
        Thread.sleep(1);
      }
    }

    private long waiting() {
      return closers.stream()
          .filter(thread -> thread.getState() == Thread.State.TIMED_WAITING)
          .count();
    }

    void closeAtOnce() throws InterruptedException {
      for (int i = 0; i < CLOSERS; i++) {
        AtomicReference<@Nullable Throwable> outcome = new AtomicReference<>();
        outcomes.add(outcome);
        closers.add(new Thread(() -> outcome.set(failureOf(map::close)), "closer " + i));
      }
      closing.set(true);
      for (Thread closer : closers) {
        closer.start();
      }
      for (Thread closer : closers) {
        closer.join();
      }
    }

    void requireOneOutcome(Fault fault) {
      @Nullable Throwable first = outcomes.get(0).get();
      for (AtomicReference<@Nullable Throwable> outcome : outcomes) {
        Throwable failure = outcome.get();
        if (first == null) {
          assertThat(failure).as(name).isNull();
        } else {
          assertThat(failure)
              .as(name)
              .hasSameClassAs(first)
              .hasSameClassAs(fault.at(new FaultyFileSystem.Call("", "", "")))
              .hasMessageContaining("injected at");
        }
      }
      assertThat(outcomes.stream().map(AtomicReference::get).filter(f -> f != null).distinct())
          .as(name + ": an exception of its own for each, or suppressing would fail")
          .hasSize(first == null ? 0 : CLOSERS);
    }

    void end(Fault fault) {
      if (outcomes.get(0).get() == null) {
        requireContents(List.of(model));
      } else if (fault.isForGood()) {
        assertThatThrownBy(map::close).as(name).isInstanceOf(StorageFailureException.class);
        closing.set(false);
        requireContents(List.of(saved, model));
        assertThat(PersistentMap.discard(file)).as(name).isFalse();
      } else {
        requireStillOpen(fault);
      }
    }

    private void requireStillOpen(Fault fault) {
      assertThat(map).as(name).isEqualTo(model);
      put("late", "3");
      assertThatThrownBy(() -> openObjects(real, file))
          .as(name)
          .hasSameClassAs(fault.at(new FaultyFileSystem.Call("", "", "")))
          .hasMessageContaining("PersistentMap.discard(path)")
          .hasMessageContaining("injected at");
      put("later", "4");
      closing.set(false);
      if ((calls.get() & 1) == 0) {
        requireContents(List.of(model)); // opening takes over
        assertThatThrownBy(() -> map.get("a")).isInstanceOf(MapClosedException.class);
        assertThat(PersistentMap.discard(file)).as(name).isFalse();
      } else {
        assertThat(PersistentMap.discard(file)).as(name).isTrue();
        assertThatThrownBy(() -> map.get("a")).isInstanceOf(MapClosedException.class);
        assertThat(PersistentMap.discard(file)).as(name).isFalse();
        Map<String, Object> whole = new HashMap<>(model);
        whole.remove("later");
        Map<String, Object> before = new HashMap<>(whole);
        before.remove("late");
        requireContents(List.of(saved, before, whole));
      }
    }

    private void requireContents(List<Map<String, Object>> allowed) {
      try (PersistentMap<String, Object> again = openObjects(real, file)) {
        assertThat(new HashMap<>(again)).as(name).isIn(allowed);
      }
    }
  }

  static Stream<Object[]> faults() {
    return Stream.of(Fault.values())
        .flatMap(
            fault ->
                Stream.of(SnapshotMode.IN_PLACE, SnapshotMode.REFLINK)
                    .map(mode -> new Object[] {fault, mode}));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void close_eachCallFailsWhileOthersWait_oneOutcomeAndNothingLost(Fault fault, SnapshotMode mode)
      throws Exception {
    for (ValueMode values : List.of(ValueMode.COPIED, ValueMode.AUTO)) {
      boolean struck = true;
      for (int from = 1; struck; from++) {
        Life life = new Life(fault, mode, values, from);
        life.closeAtOnce();
        life.requireOneOutcome(fault);
        life.end(fault);
        struck = life.struck.get();
        assertThat(from).as("calls of a closing").isLessThan(100);
      }
    }
  }

  // ---- one event
  // ---------------------------------------------------------------------------------

  /** Guards the second closer: it returned at once, the process ended, and the rest was lost. */
  @Test
  void close_whileAnotherWritesTheCheckpoint_processEndsAfterIt() throws Exception {
    Path file = dir.resolve("store");
    try (ChildJvm child = ChildJvm.start(ExitChild.class, "second-closer", file.toString())) {
      assertThat(child.awaitEnd()).as(child.report()).isZero();
    }
    try (PersistentMap<String, String> map = openStrings(file)) {
      assertThat(map).isEqualTo(Map.of("a", "2", "b", "1"));
    }
  }

  /** Guards closers that are interrupted: they wait all the same, and stay interrupted. */
  @Test
  void close_interruptedWhileAnotherCloses_waits() throws Exception {
    HeldCall write = new HeldCall(Set.of("write"));
    Path file = dir.resolve("store");
    PersistentMap<String, String> map = strings(write.of(real)).open(file);
    map.put("a", "1");
    write.arm();
    Thread first = new Thread(map::close);
    first.start();
    write.await();
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch returned = new CountDownLatch(1);
    Thread second =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              map.close();
              interrupted.set(Thread.interrupted());
              returned.countDown();
            });
    second.start();
    assertThat(returned.await(200, TimeUnit.MILLISECONDS)).isFalse();
    write.release();
    assertThat(returned.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(interrupted).isTrue();
    first.join();
    try (PersistentMap<String, String> again = openStrings(file)) {
      assertThat(again).isEqualTo(Map.of("a", "1"));
    }
  }

  /** Guards changes and checkpoints that meet a closing: done and durable, or refused. */
  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void close_besidePutsAndCheckpoints_acknowledgedIsThere(ValueMode values) throws Exception {
    for (int round = 0; round < 20; round++) {
      Path file = dir.resolve("store" + round);
      PersistentMap<String, Object> map =
          PersistentMap.builder(String.class, Object.class).valueMode(values).open(file);
      List<Thread> threads = new ArrayList<>();
      AtomicInteger[] acknowledged = {new AtomicInteger(), new AtomicInteger()};
      AtomicReference<@Nullable Throwable> unexpected = new AtomicReference<>();
      CountDownLatch begun = new CountDownLatch(3);
      for (int writer = 0; writer < 2; writer++) {
        int own = writer;
        threads.add(
            new Thread(
                () ->
                    untilClosed(
                        unexpected,
                        begun,
                        () -> {
                          int next = acknowledged[own].get() + 1;
                          map.put("key " + own, new ArrayList<>(List.of(next)));
                          acknowledged[own].set(next);
                        })));
      }
      threads.add(new Thread(() -> untilClosed(unexpected, begun, map::checkpoint)));
      threads.forEach(Thread::start);
      begun.await();
      map.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(unexpected.get()).isNull();
      try (PersistentMap<String, Object> again = openObjects(real, file)) {
        for (int writer = 0; writer < 2; writer++) {
          assertThat(again.get("key " + writer)).isEqualTo(List.of(acknowledged[writer].get()));
        }
      }
    }
  }

  private static void untilClosed(
      AtomicReference<@Nullable Throwable> unexpected, CountDownLatch begun, Runnable step) {
    try {
      step.run();
      begun.countDown();
      while (true) {
        step.run();
      }
    } catch (MapClosedException e) {
      // The end.
    } catch (Throwable e) {
      unexpected.set(e);
    }
  }
}
