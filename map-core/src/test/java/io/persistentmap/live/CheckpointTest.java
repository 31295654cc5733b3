package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.Checkpoint;
import io.persistentmap.CloseMode;
import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.UnstorableException;
import io.persistentmap.ValueMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guards what a checkpoint does with live values: what it writes, waits for, and can't write. */
@Timeout(60)
final class CheckpointTest {
  @TempDir Path dir;
  private Path file;
  private PersistentMap<String, Object> map;
  private ExecutorService threads;

  @BeforeEach
  void open() {
    file = dir.resolve("x.map");
    map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .open(file);
    threads = Executors.newCachedThreadPool();
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    map.close(CloseMode.DISCARD);
  }

  /** Leaves the map as a crash would, and returns what is recovered then. */
  private Map<String, Object> recovered() {
    map.close(CloseMode.DISCARD);
    try (PersistentMap<String, Object> copied =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .valueMode(ValueMode.COPIED)
            .readOnly(true)
            .open(file)) {
      return Map.copyOf(copied);
    }
  }

  // ---- what is written -------------------------------------------------------------------------

  @Test
  void checkpoint_nothingChanged_writesNothing() {
    map.put("a", new Cell(1));
    map.put("b", new ArrayList<>(List.of(1)));
    Checkpoint first = map.checkpoint();
    assertThat(first.liveValues()).isEqualTo(2);
    assertThat(first.changedValues()).isEqualTo(2);
    Checkpoint second = map.checkpoint();
    assertThat(second.number()).isEqualTo(first.number());
    assertThat(second.bytes()).isZero();
    assertThat(second.changedValues()).isZero();
    assertThat(second.liveValues()).isEqualTo(2);
  }

  @Test
  void checkpoint_oneOfManyChanged_writesThatOne() {
    for (int i = 0; i < 20_000; i++) {
      map.put("cell" + i, new Cell(i));
    }
    assertThat(map.checkpoint().changedValues()).isEqualTo(20_000);
    cell("cell77").push(5);
    map.put("cell78", new Cell(78)); // another object, the same bytes
    assertThat(map.checkpoint().changedValues()).isEqualTo(1);
    assertThat(recovered()).hasSize(20_000).containsEntry("cell77", new Cell(77).push(5));
  }

  @Test
  void checkpoint_inPlaceThenBack_writesNothing() {
    map.put("a", new Cell(1));
    map.checkpoint();
    cell("a").set(2);
    cell("a").set(1);
    assertThat(map.checkpoint().changedValues()).isZero();
  }

  @Test
  void checkpoint_removedFresh_noRecord() {
    map.put("a", new Cell(1));
    map.put("b", new Cell(2));
    map.remove("a");
    assertThat(map.checkpoint().changedValues()).isEqualTo(1);
    assertThat(recovered()).containsOnlyKeys("b");
  }

  @Test
  void checkpoint_removedWithRecord_gone() {
    map.put("a", new Cell(1));
    map.checkpoint();
    cell("a").set(2);
    map.remove("a");
    map.checkpoint();
    assertThat(recovered()).isEmpty();
  }

  @Test
  void clear_liveValues_goneAndStartAgain() {
    map.put("a", new Cell(1));
    map.checkpoint();
    Cell kept = cell("a");
    map.put("b", new Cell(2));
    map.clear();
    assertThat(map).isEmpty();
    assertThat(map.stats().liveValues()).isZero();
    kept.set(9);
    map.put("c", new Cell(3));
    map.put("a", new Cell(4));
    map.checkpoint();
    assertThat(recovered()).isEqualTo(Map.of("c", new Cell(3), "a", new Cell(4)));
  }

  // ---- what can't be written -------------------------------------------------------------------

  @Test
  void checkpoint_unstorableInside_failsWithKeyPreviousIntact() {
    map.put("good", new Cell(1));
    map.put("bad", new ArrayList<>(List.of("text")));
    long number = map.checkpoint().number();
    cell("good").set(2);
    list("bad").add(new Thread("never started"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("key bad")
          .hasMessageContaining("Thread")
          .hasMessageContaining("previous one is intact");
    }
    assertThat(map.stats().checkpoint()).isEqualTo(number);
    assertThat(recovered()).isEqualTo(Map.of("good", new Cell(1), "bad", List.of("text")));
  }

  @Test
  void checkpoint_unstorableRemoved_succeedsAgain() {
    map.put("good", new Cell(1));
    map.put("bad", new ArrayList<>(List.of("text")));
    list("bad").add(new Thread("never started"));
    assertThatThrownBy(map::checkpoint).isInstanceOf(UnstorableException.class);
    map.put("meanwhile", new Cell(3)); // the map goes on
    cell("good").set(2);
    list("bad").remove(1);
    map.checkpoint();
    assertThat(recovered())
        .isEqualTo(Map.of("good", new Cell(2), "bad", List.of("text"), "meanwhile", new Cell(3)));
  }

  @Test
  void checkpoint_changedByOtherThreadAgainAndAgain_retriedUntilWhole() throws Exception {
    List<Object> hot = new ArrayList<>(List.of("x"));
    map.put("hot", hot);
    CountDownLatch rounds = new CountDownLatch(300);
    AtomicBoolean stop = new AtomicBoolean();
    Future<?> changer =
        threads.submit(
            () -> {
              while (!stop.get()) {
                for (int i = 0; i < 20_000; i++) {
                  hot.add("more" + i);
                }
                while (hot.size() > 1) {
                  hot.remove(hot.size() - 1);
                }
                rounds.countDown();
                LockSupport.parkNanos(1_000_000); // about as long as the changes take
              }
            });
    while (rounds.getCount() > 0) {
      map.checkpoint();
    }
    stop.set(true);
    changer.get();
    map.checkpoint();
    assertThat(recovered()).containsEntry("hot", hot);
  }

  @Test
  void checkpoint_concurrentMapChangedAllTheTime_alwaysMadeAndReadable() throws Exception {
    Map<String, Object> hot = new ConcurrentHashMap<>();
    map.put("hot", hot);
    AtomicBoolean stop = new AtomicBoolean();
    Future<?> changer =
        threads.submit(
            () -> {
              for (int i = 0; !stop.get(); i++) {
                hot.put("key" + i % 50, "value" + i);
                hot.remove("key" + (i * 7) % 50);
              }
            });
    for (int i = 0; i < 200; i++) {
      map.put("new" + i, hot); // writes itself, if that falls into a pass
      map.checkpoint();
    }
    stop.set(true);
    changer.get();
    assertThat(recovered()).hasSize(201);
  }

  @Test
  void autoCheckpoint_unstorableForAWhile_goesOn() throws Exception {
    map.close();
    map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .autoCheckpoint(Duration.ofMillis(20))
            .open(file);
    map.put("bad", new ArrayList<>(List.of("text")));
    list("bad").add(new Thread("never started"));
    Thread.sleep(500);
    list("bad").set(1, "good");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    long before = map.stats().checkpoint();
    while (map.stats().checkpoint() <= before && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(recovered()).containsEntry("bad", List.of("text", "good"));
  }

  // ---- closing ---------------------------------------------------------------------------------

  @Test
  void close_changedInPlace_written() {
    map.put("a", new Cell(1));
    cell("a").set(2);
    map.close();
    assertThat(recovered()).containsEntry("a", new Cell(2));
  }

  @Test
  void close_onlyChangedInPlaceSinceOpen_written() {
    map.put("a", new Cell(1));
    map.close();
    map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .open(file);
    cell("a").set(2);
    map.close();
    assertThat(recovered()).containsEntry("a", new Cell(2));
  }

  @Test
  void close_onlyRead_fileUnchanged() throws Exception {
    map.put("a", new Cell(1));
    map.close();
    byte[] before = java.nio.file.Files.readAllBytes(file);
    map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .open(file);
    assertThat(cell("a")).isEqualTo(new Cell(1));
    map.close();
    assertThat(java.nio.file.Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void close_unstorable_throwsStaysOpenCanBeRepeated() {
    map.put("bad", new ArrayList<>(List.of("text")));
    list("bad").add(new Thread("never started"));
    assertThatThrownBy(map::close)
        .isInstanceOf(UnstorableException.class)
        .hasMessageContaining("key bad");
    map.put("more", new Cell(1));
    list("bad").remove(1);
    map.close();
    assertThatThrownBy(() -> map.get("more")).isInstanceOf(MapClosedException.class);
    assertThatThrownBy(() -> map.put("more", new Cell(2))).isInstanceOf(MapClosedException.class);
    assertThatThrownBy(() -> map.size()).isInstanceOf(MapClosedException.class);
    assertThatThrownBy(() -> map.values().iterator().hasNext())
        .isInstanceOf(MapClosedException.class);
    assertThat(recovered()).isEqualTo(Map.of("more", new Cell(1), "bad", List.of("text")));
  }

  @Test
  void close_unstorableDiscarding_closed() {
    map.put("a", new Cell(1));
    map.checkpoint();
    map.put("bad", new ArrayList<>(List.of("text")));
    list("bad").add(new Thread("never started"));
    assertThatThrownBy(map::close).isInstanceOf(UnstorableException.class);
    map.close(CloseMode.DISCARD);
    assertThatThrownBy(() -> map.get("a")).isInstanceOf(MapClosedException.class);
    assertThat(recovered()).isEqualTo(Map.of("a", new Cell(1)));
  }

  // ---- functions that hold a key ---------------------------------------------------------------

  @Test
  void checkpoint_computeHalfway_waitsForAllOfIt() throws Exception {
    map.put("a", new ArrayList<>(List.of(0)));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> computing =
        threads.submit(
            () ->
                map.compute(
                    "a",
                    (key, value) -> {
                      asList(value).add(1);
                      inside.countDown();
                      await(leave);
                      asList(value).add(2);
                      return value;
                    }));
    inside.await();
    Future<Checkpoint> checkpoint = threads.submit(() -> map.checkpoint());
    assertThatThrownBy(() -> checkpoint.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    map.put("other", new Cell(1)); // changes go on, and write themselves
    map.put("other", new Cell(2));
    assertThat(map.get("a")).isEqualTo(List.of(0, 1));
    leave.countDown();
    checkpoint.get();
    computing.get();
    assertThat(recovered()).isEqualTo(Map.of("a", List.of(0, 1, 2), "other", new Cell(2)));
  }

  @Test
  void checkpoint_insideCompute_takesValueAsItIs() {
    map.put("a", new ArrayList<>(List.of(0)));
    map.compute(
        "a",
        (key, value) -> {
          asList(value).add(1);
          map.checkpoint();
          asList(value).add(2);
          return value;
        });
    assertThat(map.get("a")).isEqualTo(List.of(0, 1, 2));
    assertThat(recovered()).isEqualTo(Map.of("a", List.of(0, 1)));
  }

  @Test
  void checkpoint_computeOfOtherThreadWaitsForIt_noDeadlock() throws Exception {
    map.put("a", new ArrayList<>(List.of(0)));
    map.put("b", new ArrayList<>(List.of(0)));
    CountDownLatch bothInside = new CountDownLatch(2);
    List<Future<?>> all = new ArrayList<>();
    for (String key : List.of("a", "b")) {
      all.add(
          threads.submit(
              () ->
                  map.compute(
                      key,
                      (same, value) -> {
                        asList(value).add(1);
                        bothInside.countDown();
                        await(bothInside);
                        map.checkpoint();
                        return value;
                      })));
    }
    for (Future<?> one : all) {
      one.get(20, TimeUnit.SECONDS);
    }
    assertThat(recovered()).isEqualTo(Map.of("a", List.of(0, 1), "b", List.of(0, 1)));
  }

  /** The thread that makes the checkpoint holds "a"; the holder of "b" waits for "a". */
  @Test
  void checkpoint_holderWaitsForKeyOfThisThread_noDeadlock() throws Exception {
    map.put("a", new ArrayList<>(List.of(0)));
    map.put("b", new ArrayList<>(List.of(0)));
    CountDownLatch holdsB = new CountDownLatch(1);
    CountDownLatch holdsA = new CountDownLatch(1);
    Future<?> holderOfB =
        threads.submit(
            () ->
                map.compute(
                    "b",
                    (key, value) -> {
                      holdsB.countDown();
                      await(holdsA);
                      map.put("a", "from b");
                      return value;
                    }));
    holdsB.await();
    map.compute(
        "a",
        (key, value) -> {
          holdsA.countDown();
          map.checkpoint();
          asList(value).add(1);
          return value;
        });
    holderOfB.get(20, TimeUnit.SECONDS);
    assertThat(map.get("a")).isEqualTo("from b");
    assertThat(recovered()).isEqualTo(Map.of("a", List.of(0), "b", List.of(0)));
  }

  /** A put that had seen no checkpoint before it waited for its key, and gets it during one. */
  @Test
  void put_waitsForKeyWhenCheckpointBegins_writesItself() throws Exception {
    map.put("slow", new Cell(0));
    CountDownLatch leaveSlow = new CountDownLatch(1);
    CountDownLatch leaveNew = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(2);
    Future<?> slow =
        threads.submit(
            () ->
                map.compute(
                    "slow",
                    (key, value) -> {
                      inside.countDown();
                      await(leaveSlow);
                      return value;
                    }));
    Future<?> absent =
        threads.submit(
            () ->
                map.computeIfAbsent(
                    "new",
                    key -> {
                      inside.countDown();
                      await(leaveNew);
                      return null;
                    }));
    inside.await();
    Future<?> put =
        threads.submit(
            () -> {
              map.put("new", new Cell(1));
              map.put("afterwards", "in the log at once");
            });
    awaitWaiting(put);
    Future<Checkpoint> checkpoint = threads.submit(() -> map.checkpoint());
    awaitWaiting(checkpoint);
    leaveNew.countDown();
    put.get();
    absent.get();
    assertThat(checkpoint.isDone()).isFalse();
    leaveSlow.countDown();
    checkpoint.get();
    slow.get();
    assertThat(recovered())
        .isEqualTo(
            Map.of("slow", new Cell(0), "new", new Cell(1), "afterwards", "in the log at once"));
  }

  private static void awaitWaiting(Future<?> call) throws InterruptedException {
    Thread.sleep(200);
    assertThat(call.isDone()).isFalse();
  }

  @Test
  void put_besideCompute_waitsForTheKey() throws Exception {
    map.put("a", new Cell(1));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> computing =
        threads.submit(
            () ->
                map.compute(
                    "a",
                    (key, value) -> {
                      inside.countDown();
                      await(leave);
                      return new Cell(2);
                    }));
    inside.await();
    Future<Object> put = threads.submit(() -> map.put("a", new Cell(3)));
    Future<Object> removed = threads.submit(() -> map.remove("a"));
    assertThatThrownBy(() -> put.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(removed.isDone()).isFalse();
    assertThat(map.get("a")).isEqualTo(new Cell(1));
    leave.countDown();
    computing.get();
    assertThat(Arrays.asList(put.get(), removed.get())).contains(new Cell(2));
  }

  // ---- what is done by the way -----------------------------------------------------------------

  private Cell cell(String key) {
    return (Cell) Objects.requireNonNull(map.get(key));
  }

  private List<Object> list(String key) {
    return asList(map.get(key));
  }

  @SuppressWarnings("unchecked") // the test knows what it has put
  private static List<Object> asList(@org.jspecify.annotations.Nullable Object value) {
    return (List<Object>) Objects.requireNonNull(value);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
