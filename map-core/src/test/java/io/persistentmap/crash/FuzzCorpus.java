package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Small stores of every shape that {@link StoreMutator} damages: closed and crashed, with and
 * without snapshots, with an index image, with a record that fills a run of segments.
 */
final class FuzzCorpus {
  static final String NAME = "store";

  private static final int SMALL = 12;
  private static final int LARGE = 12;
  private static final int LARGE_BYTES = 150_000;
  private static final int HUGE_BYTES = 5 << 20;

  private FuzzCorpus() {}

  /**
   * A store.
   *
   * @param name for messages
   * @param files its files, by name
   * @param older the same files, some checkpoints before
   * @param expected the entries
   */
  record Base(
      String name,
      Map<String, byte[]> files,
      Map<String, byte[]> older,
      Map<String, Object> expected) {

    /** Returns how many bytes the files have. */
    long bytes() {
      return files.values().stream().mapToLong(bytes -> bytes.length).sum();
    }
  }

  /** A value that is a record. */
  record Point(int x, List<String> names) {}

  /** A value that is an enum constant. */
  enum Colour {
    RED,
    GREEN
  }

  /** Makes stores of two checkpoints, so small that each byte can be damaged. */
  static List<Base> tiny(Path directory) throws IOException {
    List<Base> bases = new ArrayList<>();
    for (SnapshotMode mode : List.of(SnapshotMode.IN_PLACE, SnapshotMode.REFLINK)) {
      for (CloseMode closeMode : CloseMode.values()) {
        Path place = Files.createDirectory(directory.resolve("tiny"));
        Map<String, Object> expected = new TreeMap<>();
        try (PersistentMap<String, Object> map = open(place, mode, closeMode)) {
          map.put("a", 1L);
          map.put("b", "two");
          map.checkpoint();
          map.put("a", 3L);
          map.remove("b");
          map.put("c", new Point(4, List.of()));
          expected.putAll(map);
          map.checkpoint();
          if (closeMode == CloseMode.DISCARD) {
            map.put("lost", "by the crash");
          }
        }
        Map<String, byte[]> files = read(place);
        bases.add(new Base("tiny, " + mode + ", " + closeMode, files, Map.of(), expected));
        StoreDirectory.delete(place);
      }
    }
    return bases;
  }

  /** Makes the small stores: most of the cases. */
  static List<Base> small(Path directory) throws IOException {
    List<Base> bases = new ArrayList<>();
    for (SnapshotMode mode : List.of(SnapshotMode.IN_PLACE, SnapshotMode.REFLINK)) {
      for (CloseMode closeMode : CloseMode.values()) {
        bases.add(make(directory, mode, closeMode, 0));
      }
    }
    return bases;
  }

  /** Makes stores of several segments. */
  static List<Base> large(Path directory) throws IOException {
    return List.of(
        make(directory, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT, LARGE_BYTES),
        make(directory, SnapshotMode.IN_PLACE, CloseMode.DISCARD, LARGE_BYTES),
        make(directory, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT, HUGE_BYTES));
  }

  private static Base make(Path directory, SnapshotMode mode, CloseMode closeMode, int valueBytes)
      throws IOException {
    String name = mode + " " + closeMode + " " + valueBytes;
    Path place = Files.createDirectory(directory.resolve(name.replace(' ', '-')));
    Map<String, Object> expected = new TreeMap<>();
    work(place, mode, closeMode, valueBytes, 1, expected);
    Map<String, byte[]> older = read(place);
    work(place, mode, closeMode, valueBytes, 2, expected);
    Map<String, byte[]> files = read(place);
    StoreDirectory.delete(place);
    return new Base(name, files, older, expected);
  }

  private static void work(
      Path place,
      SnapshotMode mode,
      CloseMode closeMode,
      int valueBytes,
      int round,
      Map<String, Object> expected) {
    try (PersistentMap<String, Object> map = open(place, mode, closeMode)) {
      change(map, valueBytes, round);
      map.checkpoint();
      map.remove("key 3");
      map.put("key 4", "replaced in round " + round);
      if (round == 1) {
        map.clear();
        change(map, valueBytes, round);
      }
      map.checkpoint();
      expected.clear();
      expected.putAll(map);
      if (closeMode == CloseMode.DISCARD) {
        map.put("lost", "by the crash");
      }
    }
  }

  private static PersistentMap<String, Object> open(
      Path place, SnapshotMode mode, CloseMode closeMode) {
    PersistentMapBuilder<String, Object> builder =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .snapshotMode(mode)
            .closeMode(closeMode)
            .cacheBytes(0);
    FileSystem files = FaultyFileSystem.copyingClones(FileSystem.ofPlatform());
    return FaultInjection.into(builder, files).open(place.resolve(NAME));
  }

  private static void change(Map<String, Object> map, int valueBytes, int round) {
    if (round == 2 && valueBytes == HUGE_BYTES) {
      map.put("huge", "x".repeat(HUGE_BYTES + round));
    }
    for (int i = 0; i < (round == 2 && valueBytes == LARGE_BYTES ? LARGE : 0); i++) {
      map.put("large " + i, (round + "y").repeat(LARGE_BYTES));
    }
    for (int i = 0; i < SMALL; i++) {
      map.put("key " + i, value(i, round));
    }
  }

  private static Object value(int number, int round) {
    return switch (number % 12) {
      case 0 -> "text " + number + " " + round;
      case 1 -> (long) number << 40;
      case 2 -> new UUID(number, round);
      case 3 -> BigInteger.valueOf(number).pow(40);
      case 4 -> new BigDecimal("3.14159");
      case 5 -> LocalDate.of(2000 + round, 1, 1 + number);
      case 6 -> new Point(number, List.of("a", "b" + round));
      case 7 -> Colour.GREEN;
      case 8 -> new ArrayList<>(List.of(1, 2L, "three"));
      case 9 -> Instant.ofEpochSecond(number, round);
      case 10 -> new HashMap<>(Map.of("k", List.of(new Point(1, List.of()))));
      default -> "ünï\u4e2d" + number;
    };
  }

  private static Map<String, byte[]> read(Path place) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (Path file : StoreDirectory.files(place)) {
      String name = String.valueOf(file.getFileName());
      if (!name.endsWith(".lock") && !name.endsWith(".holder")) {
        files.put(name, Files.readAllBytes(file));
      }
    }
    return files;
  }
}
