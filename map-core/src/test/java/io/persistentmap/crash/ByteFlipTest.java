package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.TMPFS;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.CorruptFileException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.UnstorableException;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/**
 * Guards that a damaged byte, wherever it is, never gives a wrong or a missing entry: the state is
 * right, or opening or reading says that the file is damaged. A sample of the bytes, or all with
 * {@code -Dpersistentmap.exhaustive=true}.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class ByteFlipTest {
  private static final boolean ALL = Boolean.getBoolean("persistentmap.exhaustive");
  private static final int SAMPLE = 150;
  private static final int COLLECT_EVERY = 50;
  private static final int BLOCK_BYTES = 4096;
  private static final int COPY_BYTES = 512;
  private static final int SECOND_COPY = 2048;
  private static final int CHUNK_BYTES = 16;
  private static final int ENTRIES = 12;

  /** What became of a flip. */
  private enum Outcome {
    RIGHT,
    REFUSED_AT_OPEN,
    REFUSED_AT_READ
  }

  private record Place(Path file, int offset) {}

  @FileSystemTest(TMPFS)
  void flip_crashedInPlace_neverWrong(Path directory) throws Exception {
    flipAll(directory, SnapshotMode.IN_PLACE, CloseMode.DISCARD);
  }

  @FileSystemTest(TMPFS)
  void flip_closedInPlace_neverWrong(Path directory) throws Exception {
    flipAll(directory, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT);
  }

  @FileSystemTest(XFS)
  void flip_crashedWithSnapshots_neverWrong(Path directory) throws Exception {
    flipAll(directory, SnapshotMode.REFLINK, CloseMode.DISCARD);
  }

  @FileSystemTest(XFS)
  void flip_closedWithSnapshots_neverWrong(Path directory) throws Exception {
    flipAll(directory, SnapshotMode.REFLINK, CloseMode.CHECKPOINT);
  }

  private static void flipAll(Path directory, SnapshotMode mode, CloseMode closeMode)
      throws IOException {
    long seed = TestSeeds.next("ByteFlipTest." + mode + "." + closeMode);
    SplittableRandom random = new SplittableRandom(seed);
    Path origin = Files.createDirectory(directory.resolve("origin"));
    makeStore(origin.resolve("store"), mode, closeMode);
    List<Place> used = new ArrayList<>();
    for (Path file : StoreDirectory.files(origin)) {
      if (!file.toString().endsWith(".lock") && !file.toString().endsWith(".holder")) {
        addUsed(used, file);
      }
    }
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    List<String> wrong = new ArrayList<>();
    int flips = ALL ? used.size() : SAMPLE;
    for (int flip = 0; flip < flips; flip++) {
      Place place = used.get(ALL ? flip : random.nextInt(used.size()));
      int mask = 1 + random.nextInt(255);
      Path copy = directory.resolve("copy");
      StoreDirectory.copy(origin, copy);
      damage(copy.resolve(String.valueOf(place.file.getFileName())), place.offset, mask);
      try {
        outcomes.merge(outcome(copy.resolve("store"), mode), 1, Integer::sum);
      } catch (AssertionError | RuntimeException | OutOfMemoryError e) {
        wrong.add(place + " ^ 0x" + Integer.toHexString(mask) + ": " + e);
      }
      StoreDirectory.delete(copy);
      if (flip % COLLECT_EVERY == 0) {
        System.gc(); // memory outside the heap is released only with the objects that own it
      }
    }
    System.out.println(
        "flipped "
            + flips
            + " of "
            + used.size()
            + " bytes, "
            + mode
            + ", "
            + closeMode
            + ": "
            + outcomes);
    assertThat(wrong).as("seed %s", seed).isEmpty();
  }

  /** Adds the copies of the superblocks, and whatever is not surrounded by zeros. */
  private static void addUsed(List<Place> used, Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at++) {
      boolean superblock = at < 2 * BLOCK_BYTES && at % SECOND_COPY < COPY_BYTES;
      if (superblock || isUsed(bytes, at)) {
        used.add(new Place(file, at));
      }
    }
  }

  private static boolean isUsed(byte[] bytes, int at) {
    int from = at / CHUNK_BYTES * CHUNK_BYTES;
    for (int i = from; i < Math.min(bytes.length, from + CHUNK_BYTES); i++) {
      if (bytes[i] != 0) {
        return true;
      }
    }
    return false;
  }

  private static void damage(Path file, int offset, int mask) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= (byte) mask;
    Files.delete(file);
    Files.write(file, bytes);
  }

  private static Outcome outcome(Path file, SnapshotMode mode) {
    try (PersistentMap<String, String> map =
        builder(mode).closeMode(CloseMode.DISCARD).open(file)) {
      return read(map);
    } catch (PersistentMapException e) {
      return Outcome.REFUSED_AT_OPEN;
    }
  }

  private static Outcome read(PersistentMap<String, String> map) {
    Outcome outcome = Outcome.RIGHT;
    assertThat(map).hasSize(expected().size());
    for (Map.Entry<String, String> entry : expected().entrySet()) {
      try {
        assertThat(map.get(entry.getKey())).as(entry.getKey()).isEqualTo(entry.getValue());
      } catch (CorruptFileException | UnstorableException e) {
        outcome = Outcome.REFUSED_AT_READ;
      }
    }
    try {
      assertThat(new HashMap<>(map)).isEqualTo(expected());
    } catch (CorruptFileException | UnstorableException e) {
      outcome = Outcome.REFUSED_AT_READ;
    }
    return outcome;
  }

  private static void makeStore(Path file, SnapshotMode mode, CloseMode closeMode) {
    Map<String, String> expected = expected();
    for (int session = 0; session < 2; session++) {
      try (PersistentMap<String, String> map = builder(mode).closeMode(closeMode).open(file)) {
        map.put("removed", "later");
        map.put("key 1", "old");
        map.checkpoint();
        map.remove("removed");
        map.putAll(expected);
        map.checkpoint();
        if (closeMode == CloseMode.DISCARD) {
          map.put("lost", "by the crash");
        }
      }
    }
  }

  private static Map<String, String> expected() {
    Map<String, String> entries = new HashMap<>();
    for (int i = 0; i < ENTRIES; i++) {
      entries.put("key " + i, "value of " + i);
    }
    return entries;
  }

  private static PersistentMapBuilder<String, String> builder(SnapshotMode mode) {
    return PersistentMap.builder(String.class, String.class).snapshotMode(mode).cacheBytes(0);
  }
}
