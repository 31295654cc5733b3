package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.DiskFullException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.LoopFileSystem;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Guards that a disk that the map itself has filled, to the last block, is no dead end: half of the
 * entries are removed, three checkpoints are made, and putting works again; nothing is lost.
 */
final class FullDiskRoomTest {
  private static final int VALUE_BYTES = 4000;
  private static final int CHECKPOINTS = 3;
  private static final int AGAIN = 500;

  private final Map<Integer, Integer> expected = new HashMap<>();

  @FileSystemTest(DEFAULT)
  void fill_xfsWithSnapshots_removingMakesRoom() throws Exception {
    fillAndRemove(XFS, SnapshotMode.REFLINK, XFS.smallBytes());
  }

  @FileSystemTest(DEFAULT)
  void fill_btrfsWithSnapshots_removingMakesRoom() throws Exception {
    fillAndRemove(BTRFS, SnapshotMode.REFLINK, 3 * BTRFS.smallBytes());
  }

  @FileSystemTest(DEFAULT)
  void fill_ext4InPlace_removingMakesRoom() throws Exception {
    fillAndRemove(EXT4, SnapshotMode.IN_PLACE, 320 << 20);
  }

  private void fillAndRemove(FileSystemKind kind, SnapshotMode mode, long bytes)
      throws IOException {
    LoopFileSystem.require(kind);
    SplittableRandom random = new SplittableRandom(TestSeeds.next("FullDiskRoomTest." + kind));
    try (LoopFileSystem disk = LoopFileSystem.mount(kind, bytes)) {
      Path file = disk.root().resolve("store");
      try (PersistentMap<Integer, String> map = open(file, mode)) {
        fill(map);
        report(kind, "full", disk, map);
        removeHalf(map, random);
        for (int i = 1; i <= CHECKPOINTS; i++) {
          map.checkpoint();
          report(kind, "checkpoint " + i, disk, map);
        }
        for (int i = 0; i < AGAIN; i++) {
          putPatiently(map, -1 - i, i);
        }
        map.checkpoint();
        report(kind, "put again", disk, map);
        requireAll(map);
      }
      try (PersistentMap<Integer, String> map = open(file, mode)) {
        assertThat(map.recovery().wasCrash()).isFalse();
        requireAll(map);
      }
    }
  }

  private static PersistentMap<Integer, String> open(Path file, SnapshotMode mode) {
    return PersistentMap.builder(Integer.class, String.class).snapshotMode(mode).open(file);
  }

  private void put(PersistentMap<Integer, String> map, int key, int fill) {
    String value = letter(fill).repeat(VALUE_BYTES);
    map.put(key, value);
    expected.put(key, fill);
  }

  /**
   * On ext4 some hundred blocks decide whether the last of the puts find room: who is refused makes
   * a checkpoint, as a program would, and tries again.
   */
  private void putPatiently(PersistentMap<Integer, String> map, int key, int fill) {
    for (int left = 4 * CHECKPOINTS; true; left--) {
      try {
        put(map, key, fill);
        return;
      } catch (DiskFullException e) {
        if (left == 0) {
          throw e;
        }
        System.out.println("refused at put " + fill + ", " + left + " checkpoints left");
        map.checkpoint();
      }
    }
  }

  private static String letter(int fill) {
    return String.valueOf((char) ('a' + fill % 26));
  }

  /** With a checkpoint now and then, as a program has them. */
  private void fill(PersistentMap<Integer, String> map) {
    boolean full = false;
    for (int i = 0; !full; i++) {
      try {
        put(map, i, i);
        if (i % 5_000 == 4_999) {
          map.checkpoint();
        }
      } catch (DiskFullException e) {
        full = true;
      }
    }
  }

  private void removeHalf(PersistentMap<Integer, String> map, SplittableRandom random) {
    List<Integer> keys = new ArrayList<>(expected.keySet());
    for (int key : keys) {
      if (random.nextBoolean()) {
        map.remove(key);
        expected.remove(key);
      }
    }
  }

  private void requireAll(PersistentMap<Integer, String> map) {
    Set<Integer> found = new HashSet<>(map.keySet());
    assertThat(found).isEqualTo(expected.keySet());
    expected.forEach(
        (key, fill) -> {
          String value = map.get(key);
          assertThat(value).isEqualTo(letter(fill).repeat(VALUE_BYTES));
        });
  }

  private static void report(
      FileSystemKind kind, String when, LoopFileSystem disk, PersistentMap<Integer, String> map)
      throws IOException {
    Path reserve = disk.root().resolve("store.reserve");
    System.out.printf(
        "%s, %s: %d MiB free, reserve %d MiB, %s%n",
        kind,
        when,
        Files.getFileStore(disk.root()).getUsableSpace() >> 20,
        Files.exists(reserve) ? Files.size(reserve) >> 20 : 0,
        map.stats());
  }
}
