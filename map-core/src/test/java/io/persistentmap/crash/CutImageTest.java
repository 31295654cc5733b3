package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CorruptFileException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import io.persistentmap.testing.FileSystemTest;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Guards that of an image which the end of the file cuts, nothing is read that is only in memory:
 * an older image, say, with all its checks right. The fuzzer found a key that was gone.
 */
final class CutImageTest {
  private static final int ENTRIES = 40_000;

  @FileSystemTest(DEFAULT)
  void open_imageCut_refused(Path directory) throws Exception {
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map = open(file)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.set("key " + i, "x".repeat(100));
      }
    }
    Superblock superblock = StoreFile.read(FileSystem.ofPlatform(), file).superblock();
    assertThat(superblock.imageSegment()).isNotEqualTo(Superblock.NO_IMAGE);
    long image = FileLayout.fileOffset(superblock.imageSegment());
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.setLength(image + FileLayout.SEGMENT_BYTES - FileLayout.BLOCK_BYTES);
    }
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("index image")
        .hasMessageContaining("the end of the file in segment " + superblock.imageSegment());
  }

  private static PersistentMap<String, String> open(Path file) {
    return PersistentMap.builder(String.class, String.class)
        .snapshotMode(SnapshotMode.IN_PLACE)
        .open(file);
  }
}
