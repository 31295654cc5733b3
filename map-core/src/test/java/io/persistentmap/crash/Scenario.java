package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMap;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A short life of a store, and what of it must survive at each moment: from its creation over
 * checkpoints, closing with an index image, opening and a crash to recovery; or one with so much
 * garbage that the cleaner has work.
 */
final class Scenario {
  private static final int LARGE_VALUES = 6;
  private static final int BULKY_VALUES = 9;
  private static final String BULKY = "y".repeat(1_000_000);
  private static final String LARGE = "x".repeat(300_000);

  /** What is told: a checkpoint begins with these entries, or has them. */
  static final String BEGUN = "begun ";

  static final String SUCCESSFUL = "successful ";

  private final FileSystem fileSystem;
  private final Path file;
  private final SnapshotMode mode;
  private final ValueMode values;
  private final int retries;

  /** What the map must have. */
  private Map<String, String> entries = new HashMap<>();

  /** What the last successful checkpoint has. */
  private Map<String, String> acknowledged = Map.of();

  /** What the checkpoint has that is being made, or that was tried last and failed. */
  private @Nullable Map<String, String> inFlight;

  private @Nullable PersistentMap<String, String> map;
  private int checkpoints;
  private int refused;
  private Consumer<String> listener = said -> {};

  /**
   * Prepares it.
   *
   * @param values whether the values are copied, or all live
   * @param retries how often a call that meets a full disk is repeated at most
   */
  Scenario(FileSystem fileSystem, Path file, SnapshotMode mode, ValueMode values, int retries) {
    this.fileSystem = fileSystem;
    this.file = file;
    this.mode = mode;
    this.values = values;
    this.retries = retries;
  }

  /** Passes on what must survive from now on, for verifying. */
  void tell(Consumer<String> to) {
    listener = to;
  }

  /** What happens. */
  enum Story {
    /** Creation, checkpoints, closing with an index image, opening, a crash, recovery. */
    LIFE,
    /** So much garbage that the cleaner has work, and images; and opening again. */
    GARBAGE
  }

  /** Lives it to the end. */
  void run(Story story) {
    switch (story) {
      case LIFE -> live();
      case GARBAGE -> liveWithGarbage();
    }
  }

  private void live() {
    open(CloseMode.CHECKPOINT); // creates it
    put("a", "1");
    put("b", "2");
    checkpoint();
    put("a", "3");
    remove("b");
    checkpoint();
    for (int i = 0; i < LARGE_VALUES; i++) {
      put("large" + i, i + LARGE);
    }
    close(); // with an image
    open(CloseMode.DISCARD); // as it was closed
    put("c", "4");
    remove("large1");
    checkpoint();
    put("d", "lost");
    close();
    open(CloseMode.CHECKPOINT); // recovers
    put("e", "5");
    checkpoint();
    clear();
    put("f", "6");
    checkpoint();
    put("g", "7");
    close();
  }

  private void liveWithGarbage() {
    open(CloseMode.CHECKPOINT);
    for (int round = 1; round <= 2; round++) {
      for (int i = 0; i < BULKY_VALUES; i++) {
        put("bulky" + i, round + BULKY);
        put("kept" + i + round, "small");
      }
      checkpoint();
    }
    rest(); // segments are cleaned, an image is written
    assertThat(open().stats().cleanedSegments()).isPositive();
    put("a", "1");
    checkpoint(); // the segments are free
    rest(); // and become holes
    for (int i = 0; i < BULKY_VALUES / 2; i++) {
      put("again" + i, BULKY); // and are used again
    }
    checkpoint();
    rest();
    close();
    open(CloseMode.DISCARD);
    put("b", "2");
    checkpoint();
    put("c", "lost");
    close();
    open(CloseMode.CHECKPOINT);
    close();
  }

  /** Waits for the threads of the map. */
  private void rest() {
    try {
      FaultInjection.awaitMaintenance(open());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- steps -----------------------------------------------------------------------------------

  private void open(CloseMode closeMode) {
    map = attempt(() -> openWith(fileSystem, closeMode));
    requireEntries();
  }

  private PersistentMap<String, String> openWith(FileSystem files, CloseMode closeMode) {
    return FaultInjection.into(
            PersistentMap.builder(String.class, String.class)
                .snapshotMode(mode)
                .valueMode(values)
                .closeMode(closeMode)
                .cacheBytes(0),
            files)
        .open(file);
  }

  private void put(String key, String value) {
    attempt(() -> open().put(key, value));
    entries.put(key, value);
  }

  private void remove(String key) {
    attempt(() -> open().remove(key));
    entries.remove(key);
  }

  private void clear() {
    attempt(
        () -> {
          open().clear();
          return "";
        });
    entries.clear();
  }

  private void checkpoint() {
    beginCheckpoint();
    long number = attempt(() -> open().checkpoint().number());
    assertThat(number).isGreaterThanOrEqualTo(++checkpoints);
    acknowledge();
  }

  private void close() {
    if (closesWithCheckpoint()) {
      beginCheckpoint();
    } else {
      entries = new HashMap<>(acknowledged);
    }
    attempt(
        () -> {
          open().close();
          return "";
        });
    acknowledge();
  }

  private boolean closesWithCheckpoint() {
    return !entries.containsValue("lost");
  }

  private void beginCheckpoint() {
    inFlight = Map.copyOf(entries);
    listener.accept(BEGUN + summary(inFlight));
  }

  private void acknowledge() {
    if (inFlight != null) {
      acknowledged = inFlight;
      inFlight = null;
      listener.accept(SUCCESSFUL + summary(acknowledged));
    }
  }

  private PersistentMap<String, String> open() {
    PersistentMap<String, String> present = map;
    if (present == null) {
      throw new IllegalStateException("not open");
    }
    return present;
  }

  /**
   * A call that met a full disk, a lack of something else, or a file it had no access to, must work
   * when it is repeated, and must have lost nothing.
   */
  private <T> T attempt(Supplier<T> call) {
    for (int left = retries; left > 0; left--) {
      try {
        return call.get();
      } catch (ResourceExhaustedException | FileAccessException e) {
        refused++;
      }
    }
    return call.get();
  }

  /** Returns how many calls were repeated. */
  int refusedCalls() {
    return refused;
  }

  private void requireEntries() {
    assertThat(new HashMap<>(open())).isEqualTo(entries);
  }

  // ---- afterwards ------------------------------------------------------------------------------

  /** Returns the map, if it was opened. */
  @Nullable PersistentMap<String, String> map() {
    return map;
  }

  /** Ends the map's threads, and lets go of its files. */
  void abandon() {
    PersistentMap<String, String> present = map;
    if (present != null) {
      FaultInjection.abandon(present);
    }
  }

  /**
   * Opens the store with working system calls: it must have the last checkpoint, or the one in
   * flight, and it must be possible to work on it.
   */
  void verifyRecovery(FileSystem real, String when) {
    verifyRecovery(real, when, summary(acknowledged), inFlight == null ? "" : summary(inFlight));
  }

  /** As above, for a scenario that another process lived, and told. */
  void verifyRecovery(FileSystem real, String when, String expected, String orInFlight) {
    Map<String, String> found;
    try (PersistentMap<String, String> recovered = openWith(real, CloseMode.CHECKPOINT)) {
      found = new HashMap<>(recovered);
      assertThat(summary(found))
          .as("%s, %s", when, recovered.recovery())
          .isIn(expected, orInFlight.isEmpty() ? expected : orInFlight);
      recovered.put("after", "crash");
      recovered.checkpoint();
      recovered.put("before", "close");
    } catch (RuntimeException e) {
      throw new AssertionError(when + ": " + e, e);
    }
    found.put("after", "crash");
    found.put("before", "close");
    try (PersistentMap<String, String> reopened = openWith(real, CloseMode.CHECKPOINT)) {
      assertThat(summary(new HashMap<>(reopened))).as(when).isEqualTo(summary(found));
    }
  }

  private static String summary(Map<String, String> entries) {
    return entries.keySet().stream()
        .sorted()
        .map(key -> key + "=" + summary(entries.getOrDefault(key, "")))
        .collect(Collectors.joining(" ", "{", "}"));
  }

  private static String summary(String value) {
    return value.length() > 8 ? value.length() + "/" + value.hashCode() : value;
  }
}
