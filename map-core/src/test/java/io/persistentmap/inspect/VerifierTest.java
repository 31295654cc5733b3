package io.persistentmap.inspect;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.Superblock;
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
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Guards that a whole store is found whole, and that no flipped byte of one goes unnoticed. */
final class VerifierTest {
  private final FileSystem files = FileSystem.ofPlatform();
  private final SplittableRandom random = new SplittableRandom(TestSeeds.next("verifier"));

  @FileSystemTest({DEFAULT, XFS})
  void checkStore_agedOpenCrashedClosed_whole(Path dir, FileSystemKind kind) throws Exception {
    SnapshotMode mode = kind == XFS ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    Path file = dir.resolve("v.map");
    StoreWorkload workload = new StoreWorkload(random, 20_000);
    for (int life = 0; life < 3; life++) {
      CloseMode closing = life == 1 ? CloseMode.CHECKPOINT : CloseMode.DISCARD;
      try (PersistentMap<Object, String> map = StoreWorkload.open(file, mode, closing)) {
        workload.model().clear();
        workload.model().putAll(map);
        workload.age(map);
        workload.changeRarely(map);
        workload.change(map, 10_000);
        map.checkpoint();
        if (mode == SnapshotMode.IN_PLACE) {
          Path copy = dir.resolve("copy.map");
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
          FileCheck check = Verifier.checkFile(files, copy, Progress.NONE);
          assertThat(check.damage()).isEmpty();
          assertThat(check.entries()).isEqualTo(workload.model().size());
        }
        workload.change(map, 1_000);
      }
      Verification store = Verifier.checkStore(files, StoreFiles.of(file), Progress.NONE);
      assertThat(store.files()).allSatisfy(check -> assertThat(check.damage()).isEmpty());
      assertThat(store.isWhole()).as("%s", store).isTrue();
      assertThat(store.files()).hasSize(mode == SnapshotMode.IN_PLACE ? 1 : life == 1 ? 3 : 2);
    }
  }

  @FileSystemTest(DEFAULT)
  void checkFile_bytesFlipped_found(Path dir) throws Exception {
    Path file = dir.resolve("v.map");
    StoreWorkload workload = new StoreWorkload(random, 10_000);
    try (PersistentMap<Object, String> map =
        StoreWorkload.open(file, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT)) {
      workload.age(map);
    }
    long size = Files.size(file);
    List<LogSegment> used = usedSegments(file);
    for (int i = 0; i < 60; i++) {
      boolean counts = i % 2 == 0;
      long at = counts ? random(used) : i < 16 ? i * 512L : random.nextLong(8192, size);
      flip(file, at);
      if (!counts && Verifier.checkFile(files, file, Progress.NONE).isWhole()) {
        assertThat(read(dir, file))
            .as("flipped 0x%x of 0x%x", at, size)
            .isEqualTo(workload.model());
      } else if (counts) {
        FileCheck check = Verifier.checkFile(files, file, Progress.NONE);
        assertThat(check.isWhole()).as("flipped 0x%x of 0x%x", at, size).isFalse();
        assertThat(check.damage()).isNotEmpty();
      }
      flip(file, at);
    }
    assertThat(Verifier.checkFile(files, file, Progress.NONE).isWhole()).isTrue();
  }

  private List<LogSegment> usedSegments(Path file) {
    Superblock superblock = StoreFile.read(files, file).superblock();
    try (FileBytes bytes = FileBytes.open(files, file, damage -> {})) {
      LogSelection selection = new LogSelection(bytes, superblock, new DamageList());
      selection.select(superblock);
      return List.copyOf(selection.segments());
    }
  }

  /** Returns the place of a byte of a header or a record. */
  private long random(List<LogSegment> used) {
    LogSegment segment = used.get(random.nextInt(used.size()));
    return FileLayout.fileOffset(segment.number())
        + random.nextLong(SegmentHeader.OFFSET, segment.limit());
  }

  private static Map<Object, String> read(Path dir, Path file) throws IOException {
    Path copy = dir.resolve("copy.map");
    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    try (PersistentMap<Object, String> map =
        StoreWorkload.open(copy, SnapshotMode.IN_PLACE, CloseMode.DISCARD)) {
      return new HashMap<>(map);
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(at);
      byte before = raw.readByte();
      raw.seek(at);
      raw.write(before ^ 0x10);
    }
  }
}
