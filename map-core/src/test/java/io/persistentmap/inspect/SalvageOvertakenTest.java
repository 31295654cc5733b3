package io.persistentmap.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that salvage does not take an older checkpoint for the last one without a word, when the
 * newest superblock and a part of the log are gone.
 */
final class SalvageOvertakenTest {
  private static final int SEGMENT = FileLayout.SEGMENT_BYTES;
  private static final String BULKY = "v".repeat(100_000);

  @TempDir Path dir;
  private final FileSystem files = FileSystem.ofPlatform();
  private Path origin = Path.of("");
  private int runs;

  @BeforeEach
  void nameFile() {
    origin = dir.resolve("origin.map");
  }

  /** Checkpoint 1 is in segment 0; 2, with another value of "k", goes on behind it. */
  private Superblock store(int before, int behind) {
    try (PersistentMap<Object, String> map = open(origin)) {
      map.put("k", "old");
      map.put("x", "first");
      map.checkpoint();
      for (int i = 0; i < before; i++) {
        map.put("a" + i, BULKY);
      }
      map.put("k", "new");
      for (int i = 0; i < behind; i++) {
        map.put("b" + i, BULKY);
      }
      map.checkpoint();
    }
    return StoreFile.read(files, origin).superblock();
  }

  private static PersistentMap<Object, String> open(Path file) {
    return StoreWorkload.open(file, SnapshotMode.IN_PLACE, CloseMode.DISCARD);
  }

  @Test
  void newestSuperblockAndTailGone_allDoubtful() throws Exception {
    Superblock newest = store(60, 0);
    long tail = FileLayout.fileOffset(newest.tail().segment());
    assertThat(tail).isPositive();
    requireAllDoubtful(
        damage -> {
          damage.zero(0, FileLayout.SUPERBLOCKS_BYTES);
          damage.zero(tail, SEGMENT);
        });
    requireAllDoubtful(
        damage -> {
          damage.zero(0, FileLayout.SUPERBLOCKS_BYTES);
          damage.cut(tail);
        });
    requireAllDoubtful(
        damage -> {
          damage.zero(newest.fileOffset(), FileLayout.BLOCK_BYTES);
          damage.zero(tail, SEGMENT);
        });
    requireAllDoubtful(
        damage -> {
          damage.zero(newest.fileOffset(), FileLayout.BLOCK_BYTES);
          damage.cut(tail);
        });
  }

  @Test
  void newestSuperblockAndSegmentBetweenGone_allDoubtful() throws Exception {
    Superblock newest = store(60, 60);
    long end = FileLayout.fileOffset(newest.tail().segment()) + newest.tail().offset();
    requireAllDoubtful(
        damage -> {
          damage.zero(newest.fileOffset(), FileLayout.BLOCK_BYTES);
          damage.zero(SEGMENT, SEGMENT);
          damage.cut(end);
        });
  }

  /** Nothing can tell where the last batch was; but it is said that nothing tells. */
  @Test
  void newestSuperblockAndLastBatchGone_remark() throws Exception {
    Superblock newest = store(0, 0);
    long batch = newest.tail().offset() - FileLayout.BLOCK_BYTES;
    Salvaged salvaged =
        salvage(
            damage -> {
              damage.zero(newest.fileOffset(), FileLayout.BLOCK_BYTES);
              damage.zero(batch, FileLayout.BLOCK_BYTES);
            });
    assertThat(salvaged.checkpoint()).isEqualTo(1);
    assertThat(salvaged.remarks()).anyMatch(remark -> remark.contains("no superblock tells"));
  }

  @Test
  void cutWhereRecordEnds_told() throws Exception {
    Superblock superblock = store(60, 60);
    long[] cut = new long[1];
    try (FileBytes file = FileBytes.open(files, origin, damage -> {})) {
      new SegmentScan(file)
          .scan(
              LogSegment.of(file, superblock.salt(), 0, 1, 1),
              new SegmentScan.Visitor() {
                @Override
                public void record(LogRecord record) {
                  cut[0] = FileLayout.fileOffsetOf(record.address());
                }

                @Override
                public void damaged(Damage damage) {
                  throw new AssertionError(damage);
                }
              });
    }
    Salvaged salvaged = salvage(damage -> damage.cut(cut[0]));
    assertThat(salvaged.damage())
        .anyMatch(damage -> damage.what().equals("segment 0: the file ends before it"));
    assertThat(salvaged.doubtful()).isEqualTo(salvaged.saved()).isPositive();
  }

  private void requireAllDoubtful(Damager.Harm harm) throws IOException {
    Salvaged salvaged = salvage(harm);
    assertThat(salvaged.doubtful())
        .as("%s", salvaged)
        .isEqualTo(salvaged.saved())
        .isGreaterThanOrEqualTo(2);
    assertThat(salvaged.isComplete()).as("%s", salvaged).isFalse();
  }

  private Salvaged salvage(Damager.Harm harm) throws IOException {
    Path broken = dir.resolve("broken" + runs);
    Path target = dir.resolve("saved" + runs++);
    Damager.copy(origin, broken, harm);
    return Salvage.run(files, broken, target, null, Progress.NONE);
  }
}
