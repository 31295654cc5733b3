package io.persistentmap.inspect;

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
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that verify reports every flipped byte, but where {@code docs/file-format.md} says that
 * nothing is: behind the second copy of a superblock, between the copies, and where segments are
 * free. All of them with {@code -Dpersistentmap.exhaustive=true}, else a sample.
 */
final class FlippedByteTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("persistentmap.exhaustive");
  private static final int SAMPLE = 2_000;
  private static final int COPY_DISTANCE = 2048;
  private static final int COPY_BYTES = 512;

  private final FileSystem files = FileSystem.ofPlatform();
  private final SplittableRandom random = new SplittableRandom(TestSeeds.next("flipped-byte"));

  @TempDir Path dir;
  private Path file = Path.of("");

  @BeforeEach
  void nameFile() {
    file = dir.resolve("f.map");
  }

  private PersistentMap<Object, String> open() {
    return StoreWorkload.open(file, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT);
  }

  @Test
  void smallStore_eachByte_reported() throws Exception {
    try (PersistentMap<Object, String> map = open()) {
      for (int i = 0; i < 20; i++) {
        map.put("key " + i, "v".repeat(i));
        map.put(new StoreWorkload.Caseless("Key " + i), "w".repeat(i));
      }
      map.checkpoint();
      map.remove("key 3");
      map.put("key 4", "another");
      map.remove(new StoreWorkload.Caseless("key 5"));
    }
    requireReported(offsets(0, Files.size(file)));
  }

  @Test
  void storeWithImage_eachByteOfIt_reported() throws Exception {
    try (PersistentMap<Object, String> map = open()) {
      map.put("large", "x".repeat(1 << 20)); // what is compacted gets an image from a MiB on
      for (int i = 0; i < 300; i++) {
        map.put("key " + i, "v");
        map.put(new StoreWorkload.Caseless("key " + i), "w");
      }
    }
    Compacted unused = Compaction.run(files, StoreFiles.of(file), Progress.NONE);
    List<Long> offsets = new ArrayList<>();
    StoreFile found = StoreFile.read(files, file);
    Superblock superblock = found.superblock();
    assertThat(superblock.imageSegment()).isNotEqualTo(Superblock.NO_IMAGE);
    try (FileBytes bytes = FileBytes.open(files, file, damage -> {})) {
      LogSegment image =
          LogSegment.of(
              bytes, superblock.salt(), superblock.imageSegment(), 1, superblock.imageSequence());
      long start = FileLayout.fileOffset(image.number());
      offsets.addAll(offsets(start + SegmentHeader.OFFSET, start + image.limit()));
    }
    requireReported(offsets);
  }

  private List<Long> offsets(long from, long to) {
    List<Long> offsets = new ArrayList<>();
    for (long at = from; at < to; at++) {
      boolean chosen = EXHAUSTIVE || random.nextLong(to - from) < SAMPLE;
      if (chosen && !isUnused(at)) {
        offsets.add(at);
      }
    }
    return offsets;
  }

  private static boolean isUnused(long at) {
    return at < FileLayout.SUPERBLOCKS_BYTES && at % COPY_DISTANCE >= COPY_BYTES;
  }

  private void requireReported(List<Long> offsets) throws IOException {
    assertThat(Verifier.checkStore(files, StoreFiles.of(file), Progress.NONE).isWhole()).isTrue();
    List<String> missed = new ArrayList<>();
    for (long at : offsets) {
      int bit = 1 << random.nextInt(8);
      flip(at, bit);
      Verification found = Verifier.checkStore(files, StoreFiles.of(file), Progress.NONE);
      if (found.isWhole()) {
        missed.add("0x" + Long.toHexString(at));
      }
      flip(at, bit);
    }
    assertThat(missed).as("flipped, but not reported").isEmpty();
    assertThat(offsets).isNotEmpty();
  }

  private void flip(long at, int bit) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(at);
      byte before = raw.readByte();
      raw.seek(at);
      raw.write(before ^ bit);
    }
  }
}
