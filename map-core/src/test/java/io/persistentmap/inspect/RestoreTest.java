package io.persistentmap.inspect;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMap;
import io.persistentmap.Recovery;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Guards that a restored or compacted store has the state it should, and loses no file. */
final class RestoreTest {
  private final FileSystem files = FileSystem.ofPlatform();
  private final SplittableRandom random = new SplittableRandom(TestSeeds.next("restore"));
  private final StoreWorkload workload = new StoreWorkload(random, 10_000);
  private final Map<Long, Map<Object, String>> checkpoints = new HashMap<>();

  /** Makes a store with several checkpoints, and changes behind the last. */
  private void store(Path file, SnapshotMode mode, CloseMode closing) throws Exception {
    try (PersistentMap<Object, String> map = StoreWorkload.open(file, mode, closing)) {
      workload.age(map);
      for (int i = 0; i < 5; i++) {
        workload.change(map, 3_000);
        checkpoints.put(map.checkpoint().number(), workload.state());
      }
      workload.change(map, 3_000);
    }
  }

  @FileSystemTest(XFS)
  void run_olderSnapshot_thatStateAndNothingLost(Path dir) throws Exception {
    Path file = dir.resolve("x.map");
    StoreFiles names = StoreFiles.of(file);
    store(file, SnapshotMode.REFLINK, CloseMode.DISCARD);
    long even = StoreFile.read(files, names.even()).superblock().checkpoint();
    long odd = StoreFile.read(files, names.odd()).superblock().checkpoint();
    long older = Math.min(even, odd);
    Restore restore = Restore.ofCheckpoint(files, names, older);
    Restored plan = restore.plan();
    assertThat(plan.source()).isEqualTo(names.snapshot(older));
    Restored restored = restore.run(Progress.NONE);
    assertThat(restored.kept()).isEqualTo(plan.kept()).hasSize(2).allMatch(Files::exists);
    requireState(file, older, SnapshotMode.REFLINK);
    // What was newer can be restored from where it was put.
    Restore back = Restore.ofFile(files, names, restored.kept().get(1));
    assertThat(back.run(Progress.NONE).checkpoint()).isEqualTo(older + 1);
    requireState(file, older + 1, SnapshotMode.REFLINK);
  }

  @FileSystemTest({DEFAULT, XFS})
  void run_newestOrEven_thatState(Path dir, FileSystemKind kind) throws Exception {
    SnapshotMode mode = kind == XFS ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    Path file = dir.resolve("x.map");
    StoreFiles names = StoreFiles.of(file);
    store(file, mode, CloseMode.DISCARD);
    long newest = checkpoints.keySet().stream().mapToLong(Long::longValue).max().orElseThrow();
    Restored restored = Restore.ofCheckpoint(files, names, newest).run(Progress.NONE);
    assertThat(restored.entries()).isEqualTo(checkpoints.getOrDefault(newest, Map.of()).size());
    requireState(file, newest, mode);
    if (kind == XFS) {
      Restored even = Restore.ofFile(files, names, names.even()).run(Progress.NONE);
      requireState(file, even.checkpoint(), mode);
    }
  }

  @FileSystemTest(DEFAULT)
  void run_olderSuperblockInPlace_thatState(Path dir) throws Exception {
    Path file = dir.resolve("x.map");
    StoreFiles names = StoreFiles.of(file);
    try (PersistentMap<Object, String> map =
        StoreWorkload.open(file, SnapshotMode.IN_PLACE, CloseMode.DISCARD)) {
      for (int i = 0; i < 4; i++) {
        workload.change(map, 500); // too little for the cleaner, which might use segments again
        checkpoints.put(map.checkpoint().number(), workload.state());
      }
    }
    Restored restored = Restore.ofCheckpoint(files, names, 3).run(Progress.NONE);
    assertThat(restored.checkpoint()).isEqualTo(3);
    requireState(file, 3, SnapshotMode.IN_PLACE);
  }

  @FileSystemTest(DEFAULT)
  void run_backup_thatState(Path dir) throws Exception {
    Path file = dir.resolve("x.map");
    StoreFiles names = StoreFiles.of(file);
    Path backup = dir.resolve("backup.map");
    store(file, SnapshotMode.IN_PLACE, CloseMode.DISCARD);
    BackedUp backedUp = Backup.run(files, names, backup, false, Progress.NONE);
    try (PersistentMap<Object, String> map =
        StoreWorkload.open(file, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT)) {
      map.clear();
    }
    Restored unused = Restore.ofFile(files, names, backup).run(Progress.NONE);
    requireState(file, backedUp.checkpoint(), SnapshotMode.IN_PLACE);
    assertThat(backup).exists();
  }

  @FileSystemTest(DEFAULT)
  void run_damagedForeignMissing_refusedAndUnchanged(Path dir) throws Exception {
    Path file = dir.resolve("x.map");
    StoreFiles names = StoreFiles.of(file);
    store(file, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT);
    Path foreign = dir.resolve("foreign.map");
    StoreWorkload.open(foreign, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT).close();
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> Restore.ofFile(files, names, foreign))
        .isInstanceOf(RecoveryRefusedException.class)
        .hasMessageContaining("belongs to store");
    assertThatThrownBy(() -> Restore.ofFile(files, names, names.even()))
        .isInstanceOf(FileAccessException.class);
    assertThatThrownBy(() -> Restore.ofCheckpoint(files, names, 1))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("there are [");
    Path damaged = dir.resolve("damaged.map");
    Files.copy(file, damaged);
    zeroRecords(damaged);
    assertThatThrownBy(() -> Restore.ofFile(files, names, damaged).run(Progress.NONE))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("nothing was changed");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(names.newHash()).doesNotExist();
  }

  private static void zeroRecords(Path file) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      for (long at = FileLayout.SUPERBLOCKS_BYTES;
          at < raw.length();
          at += FileLayout.SEGMENT_BYTES) {
        raw.seek(at + 64);
        raw.write(new byte[64]);
      }
    }
  }

  /** Opens, compares, and works on it. */
  private void requireState(Path file, long checkpoint, SnapshotMode mode) {
    try (PersistentMap<Object, String> map = StoreWorkload.open(file, mode, CloseMode.DISCARD)) {
      assertThat(map.recovery().source()).isEqualTo(Recovery.Source.CLOSED_FILE);
      assertThat(map.recovery().checkpoint()).isEqualTo(checkpoint);
      assertThat(map.equals(checkpoints.get(checkpoint))).isTrue();
      workload.change(map, 1_000); // goes no further than the memory
    }
    try (PersistentMap<Object, String> map = StoreWorkload.open(file, mode, CloseMode.DISCARD)) {
      assertThat(map.equals(checkpoints.get(checkpoint))).isTrue();
    }
  }

  // ---- compaction ------------------------------------------------------------------------------

  @FileSystemTest({DEFAULT, XFS})
  void compact_agedOrCrashed_sameEntriesSmallFile(Path dir, FileSystemKind kind) throws Exception {
    SnapshotMode mode = kind == XFS ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    for (CloseMode closing : CloseMode.values()) {
      Path file = dir.resolve(closing + ".map");
      StoreFiles names = StoreFiles.of(file);
      workload.model().clear();
      checkpoints.clear();
      store(file, mode, closing);
      Map<Object, String> expected =
          closing == CloseMode.CHECKPOINT ? workload.state() : newestCheckpoint();
      Compacted compacted = Compaction.run(files, names, Progress.NONE);
      assertThat(compacted.entries()).isEqualTo(expected.size());
      assertThat(compacted.bytesAfter()).isLessThan(compacted.bytesBefore());
      assertThat(Verifier.checkStore(files, names, Progress.NONE).isWhole()).isTrue();
      try (PersistentMap<Object, String> map = StoreWorkload.open(file, mode, CloseMode.DISCARD)) {
        assertThat(map.recovery().source()).isEqualTo(Recovery.Source.CLOSED_FILE);
        assertThat(map.recovery().checkpoint()).isEqualTo(compacted.checkpoint());
        assertThat(map.equals(expected)).isTrue();
        workload.model().clear();
        workload.model().putAll(expected);
        workload.change(map, 5_000);
        map.checkpoint();
        expected = workload.state();
        workload.change(map, 5_000);
      }
      try (PersistentMap<Object, String> map =
          StoreWorkload.open(file, mode, CloseMode.CHECKPOINT)) {
        assertThat(map.equals(expected)).isTrue();
      }
      assertThat(Verifier.checkStore(files, names, Progress.NONE).isWhole()).isTrue();
    }
  }

  private Map<Object, String> newestCheckpoint() {
    long newest = checkpoints.keySet().stream().mapToLong(Long::longValue).max().orElseThrow();
    return checkpoints.getOrDefault(newest, Map.of());
  }
}
