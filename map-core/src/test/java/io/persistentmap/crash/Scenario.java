package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.DiskFullException;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A short life of a store, from its creation over checkpoints, closing with an index image, opening
 * and a crash to recovery; and what of it must survive at each moment.
 */
final class Scenario {
  private static final int LARGE_VALUES = 6;
  private static final String LARGE = "x".repeat(300_000);

  private final FileSystem fileSystem;
  private final Path file;
  private final SnapshotMode mode;
  private final ValueMode values;
  private final boolean retry;

  /** What the map must have. */
  private Map<String, String> entries = new HashMap<>();

  /** What the last successful checkpoint has. */
  private Map<String, String> acknowledged = Map.of();

  /** What the checkpoint has that is being made, or that was tried last and failed. */
  private @Nullable Map<String, String> inFlight;

  private @Nullable PersistentMap<String, String> map;
  private int checkpoints;

  /**
   * Prepares it.
   *
   * @param values whether the values are copied, or all live
   * @param retry whether a call that meets a full disk is repeated once
   */
  Scenario(FileSystem fileSystem, Path file, SnapshotMode mode, ValueMode values, boolean retry) {
    this.fileSystem = fileSystem;
    this.file = file;
    this.mode = mode;
    this.values = values;
    this.retry = retry;
  }

  /** Lives it to the end. */
  void run() {
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
    inFlight = Map.copyOf(entries);
    long number = attempt(() -> open().checkpoint().number());
    assertThat(number).isGreaterThanOrEqualTo(++checkpoints);
    acknowledge();
  }

  private void close() {
    if (closesWithCheckpoint()) {
      inFlight = Map.copyOf(entries);
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

  private void acknowledge() {
    if (inFlight != null) {
      acknowledged = inFlight;
      inFlight = null;
    }
  }

  private PersistentMap<String, String> open() {
    PersistentMap<String, String> present = map;
    if (present == null) {
      throw new IllegalStateException("not open");
    }
    return present;
  }

  /** A call that met a full disk must work when it is repeated, and must have lost nothing. */
  private <T> T attempt(Supplier<T> call) {
    try {
      return call.get();
    } catch (DiskFullException e) {
      if (!retry) {
        throw e;
      }
      return call.get();
    }
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
      try {
        present.close();
      } catch (Throwable e) {
        // Its system calls fail; what matters is what is on disk.
      }
    }
  }

  /**
   * Opens the store with working system calls: it must have the last checkpoint, or the one in
   * flight, and it must be possible to work on it.
   */
  void verifyRecovery(FileSystem real, String when) {
    Map<String, String> found;
    try (PersistentMap<String, String> recovered = openWith(real, CloseMode.CHECKPOINT)) {
      found = new HashMap<>(recovered);
      if (inFlight == null || !found.equals(inFlight)) {
        assertThat(summary(found)).as("%s, %s", when, recovered.recovery()).isEqualTo(expected());
      }
      assertThat(found.equals(acknowledged) || found.equals(inFlight)).as(when).isTrue();
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

  private String expected() {
    return summary(acknowledged);
  }

  private static String summary(Map<String, String> entries) {
    StringBuilder text = new StringBuilder();
    entries.keySet().stream()
        .sorted()
        .forEach(
            key -> {
              String value = entries.getOrDefault(key, "");
              text.append(key)
                  .append('=')
                  .append(value.length() > 8 ? value.substring(0, 8) : value)
                  .append(' ');
            });
    return text.toString();
  }
}
