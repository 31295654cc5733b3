package io.persistentmap.crash;

import static io.persistentmap.crash.ClosedMaps.awaitLatch;
import static io.persistentmap.crash.ClosedMaps.failureOf;
import static io.persistentmap.crash.ClosedMaps.full;
import static io.persistentmap.crash.ClosedMaps.openObjects;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.DiskFullException;
import io.persistentmap.FaultInjection;
import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Serializer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guards what closing has to do with functions that hold keys, and with code that it calls. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClosingFunctionsTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  @TempDir Path dir;

  private final FileSystem real = FileSystem.ofPlatform();

  // ---- functions that hold keys
  // ------------------------------------------------------------------

  /** A function that holds a key until it is let go. */
  private static final class Holder {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;

    Holder(PersistentMap<String, Object> map, String key, Function<Object, Object> change) {
      thread =
          new Thread(
              () ->
                  failure.set(
                      failureOf(
                          () ->
                              map.compute(
                                  key,
                                  (same, value) -> {
                                    begun.countDown();
                                    awaitLatch(goOn);
                                    return change.apply(value);
                                  }))),
              "holder of " + key);
      thread.start();
      awaitLatch(begun);
    }

    @Nullable Throwable end() throws InterruptedException {
      goOn.countDown();
      thread.join();
      return failure.get();
    }
  }

  private PersistentMap<String, Object> openFor(ValueMode values, Path file, Duration timeout) {
    return PersistentMap.builder(String.class, Object.class)
        .valueMode(values)
        .closeTimeout(timeout)
        .open(file);
  }

  /** Guards that a function which returns in time is in the checkpoint, as a whole. */
  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void close_functionReturnsInTime_isInTheCheckpoint(ValueMode values) throws Exception {
    Path file = dir.resolve("store");
    PersistentMap<String, Object> map = openFor(values, file, Duration.ofSeconds(60));
    map.put("k", new ArrayList<>(List.of(1)));
    Holder holder =
        new Holder(
            map,
            "k",
            value -> {
              map.put("inside", "the holder may");
              return List.of(2);
            });
    AtomicReference<@Nullable Throwable> outcome = new AtomicReference<>();
    Thread closer = new Thread(() -> outcome.set(failureOf(map::close)));
    closer.start();
    awaitRefusal(map);
    assertThatThrownBy(() -> map.compute("x", (key, value) -> "no"))
        .isInstanceOf(MapClosedException.class);
    assertThatThrownBy(map::clear).isInstanceOf(MapClosedException.class);
    assertThat(map.get("k")).isEqualTo(List.of(1));
    assertThat(holder.end()).isNull();
    closer.join();
    assertThat(outcome.get()).isNull();
    try (PersistentMap<String, Object> again = openObjects(real, file)) {
      assertThat(again).isEqualTo(Map.of("k", List.of(2), "inside", "the holder may"));
    }
  }

  /** Waits until the closing has begun: changes of other threads are refused. */
  private static void awaitRefusal(PersistentMap<String, Object> map) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (failureOf(() -> map.remove("never there")) == null && System.nanoTime() < end) {
      Thread.sleep(1);
    }
    assertThatThrownBy(() -> map.remove("never there")).isInstanceOf(MapClosedException.class);
  }

  /** Guards that nobody waits for ever for a function, and that nothing torn is written. */
  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void close_functionDoesNotReturn_keyKeepsItsLastRecordedState(ValueMode values) throws Exception {
    Path file = dir.resolve("store");
    PersistentMap<String, Object> map = openFor(values, file, SHORT);
    List<Object> recorded = new ArrayList<>(List.of("recorded"));
    map.put("k", recorded);
    map.checkpoint();
    map.put("other", new ArrayList<>(List.of(1)));
    Holder holder = new Holder(map, "k", value -> "too late");
    recorded.add("half of a change");
    AtomicReference<@Nullable Throwable> waiting = new AtomicReference<>();
    Thread waiter = new Thread(() -> waiting.set(failureOf(() -> map.put("k", "waits"))));
    waiter.start();
    while (waiter.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(1);
    }
    long begin = System.nanoTime();
    map.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(SHORT, SHORT.plusSeconds(20));
    waiter.join(); // who waits for the key is told, though its holder is still there
    assertThat(waiting.get()).isInstanceOf(MapClosedException.class);
    try (PersistentMap<String, Object> again = openObjects(real, file)) {
      assertThat(again).isEqualTo(Map.of("k", List.of("recorded"), "other", List.of(1)));
      assertThat(holder.end()).isInstanceOf(MapClosedException.class);
      assertThat(again.get("k")).isEqualTo(List.of("recorded"));
    }
  }

  /** Guards a live value that no checkpoint has: it is not there, rather than torn. */
  @Test
  void close_functionOnNewLiveValueDoesNotReturn_keyIsNotThere() throws Exception {
    Path file = dir.resolve("store");
    PersistentMap<String, Object> map = openFor(ValueMode.LIVE, file, SHORT);
    map.put("other", new ArrayList<>(List.of(1)));
    map.put("k", new ArrayList<>(List.of("new")));
    Holder holder = new Holder(map, "k", value -> "too late");
    map.close();
    try (PersistentMap<String, Object> again = openObjects(real, file)) {
      assertThat(again).isEqualTo(Map.of("other", List.of(1)));
    }
    assertThat(holder.end()).isInstanceOf(MapClosedException.class);
  }

  /** Guards keys that equality finds: they share a lock by hash, but only the held one is left. */
  @Test
  void close_functionHoldsOneOfTwoKeysWithOneHash_otherIsWritten() throws Exception {
    record Key(List<Object> parts) {}
    Path file = dir.resolve("store");
    PersistentMap<Object, Object> map =
        PersistentMap.builder(Object.class, Object.class)
            .allow(Key.class)
            .valueMode(ValueMode.LIVE)
            .closeTimeout(SHORT)
            .open(file);
    Key held = new Key(new ArrayList<>(List.of("Aa")));
    Key other = new Key(new ArrayList<>(List.of("BB")));
    assertThat(held).hasSameHashCodeAs(other);
    map.put(held, "held");
    map.put(other, "other");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread holder =
        new Thread(
            () ->
                failureOf(
                    () ->
                        map.compute(
                            held,
                            (key, value) -> {
                              begun.countDown();
                              awaitLatch(goOn);
                              return value;
                            })));
    holder.start();
    begun.await();
    map.close();
    goOn.countDown();
    holder.join();
    try (PersistentMap<Object, Object> again =
        PersistentMap.builder(Object.class, Object.class).allow(Key.class).open(file)) {
      assertThat(again).isEqualTo(Map.of(other, "other"));
    }
  }

  /** Guards a checkpoint that waits for a function: closing does not wait for both. */
  @Test
  void close_checkpointWaitsForFunction_closesInTime() throws Exception {
    Path file = dir.resolve("store");
    PersistentMap<String, Object> map = openFor(ValueMode.LIVE, file, SHORT);
    List<Object> value = new ArrayList<>(List.of(1));
    map.put("k", value);
    map.checkpoint();
    Holder holder = new Holder(map, "k", same -> same);
    value.add(2);
    AtomicReference<@Nullable Throwable> outcome = new AtomicReference<>();
    Thread checkpoint = new Thread(() -> outcome.set(failureOf(map::checkpoint)));
    checkpoint.start();
    while (checkpoint.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(1);
    }
    long begin = System.nanoTime();
    map.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    checkpoint.join();
    assertThat(outcome.get()).isInstanceOf(MapClosedException.class);
    assertThat(holder.end()).isInstanceOf(MapClosedException.class);
    try (PersistentMap<String, Object> again = openObjects(real, file)) {
      assertThat(again).isEqualTo(Map.of("k", List.of(1)));
    }
  }

  /** Guards that a closing which fails after waiting leaves functions their change. */
  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void close_failsWhileFunctionHoldsKey_functionGoesOn(ValueMode values) throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    Path file = dir.resolve("store");
    PersistentMap<String, Object> map =
        FaultInjection.into(PersistentMap.builder(String.class, Object.class), full(full))
            .valueMode(values)
            .closeTimeout(SHORT)
            .open(file);
    map.put("k", new ArrayList<>(List.of(1)));
    map.put("other", new ArrayList<>(List.of(1)));
    Holder holder = new Holder(map, "k", value -> List.of(2));
    full.set(true);
    assertThatThrownBy(map::close).isInstanceOf(DiskFullException.class);
    full.set(false);
    assertThat(holder.end()).isNull();
    assertThat(map.get("k")).isEqualTo(List.of(2));
    map.close();
    try (PersistentMap<String, Object> again = openObjects(real, file)) {
      assertThat(again).isEqualTo(Map.of("k", List.of(2), "other", List.of(1)));
    }
  }

  // ---- closing from within
  // -----------------------------------------------------------------------

  /** Guards that closing inside a function says so, and does nothing. */
  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void close_insideCompute_throwsAndMapGoesOn(ValueMode values) {
    Path file = dir.resolve("store");
    PersistentMap<String, Object> map = openFor(values, file, SHORT);
    map.compute(
        "k",
        (key, value) -> {
          assertThatThrownBy(map::close)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("inside a function");
          assertThatThrownBy(() -> map.close(CloseMode.DISCARD))
              .isInstanceOf(IllegalStateException.class);
          return "done";
        });
    map.close();
    try (PersistentMap<String, Object> again = openObjects(real, file)) {
      assertThat(again).isEqualTo(Map.of("k", "done"));
    }
  }

  /** A value whose serializer does what it should not. */
  static final class Closer {
    static volatile @Nullable PersistentMap<?, ?> map;
    int changed;
  }

  /** Closes the map while it is written. */
  private static final class ClosingSerializer implements Serializer<Closer> {
    @Override
    public void write(Closer value, ByteWriter to) {
      to.writeInt(value.changed);
      PersistentMap<?, ?> map = Closer.map;
      if (map != null) {
        map.close();
      }
    }

    @Override
    public Closer read(ByteReader from) {
      Closer read = new Closer();
      read.changed = from.readInt();
      return read;
    }
  }

  /** Guards that code which writes a value can't close the map, in whatever thread it runs. */
  @Test
  void close_insideSerializer_throwsAndMapGoesOn() {
    for (int values : List.of(1, 5_000)) {
      Path file = dir.resolve("store" + values);
      PersistentMap<Integer, Closer> map = openClosers(file);
      for (int i = 0; i < values; i++) {
        map.put(i, new Closer());
      }
      map.checkpoint();
      map.values().forEach(value -> value.changed = 1);
      Closer.map = map;
      try {
        assertThatThrownBy(map::checkpoint).hasStackTraceContaining("close() was called inside");
        assertThatThrownBy(map::close).hasStackTraceContaining("close() was called inside");
      } finally {
        Closer.map = null;
      }
      map.close();
      try (PersistentMap<Integer, Closer> again = openClosers(file)) {
        assertThat(again.values()).hasSize(values).allMatch(value -> value.changed == 1);
      }
    }
  }

  private static PersistentMap<Integer, Closer> openClosers(Path file) {
    return PersistentMap.builder(Integer.class, Closer.class)
        .serializer(Closer.class, new ClosingSerializer())
        .open(file);
  }
}
