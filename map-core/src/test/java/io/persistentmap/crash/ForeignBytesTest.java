package io.persistentmap.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CorruptFileException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that bytes which are whole, but of another place or another store, are damage, and not an
 * entry that is missing or another value. Found by the fuzzer: a record over another one (seed
 * -5668903706933631743, case 98537), a sector of an index image (4309853409395360233, case 122857).
 */
final class ForeignBytesTest {
  /** So many that there is an index image, and opening does not read the records. */
  private static final int ENTRIES = 50_000;

  /** Tag and length of a short string. */
  private static final int KEY_TAG_BYTES = 2;

  private static final int WRITTEN = 1_000;
  private static final int LOST = 1_001;

  @TempDir Path dir;
  private Path file;
  private Path stranger;

  /** Two stores that are made alike. */
  @BeforeEach
  void makeStores() {
    file = store("x.map", "key", "value");
    stranger = store("y.map", "yek", "eulav");
  }

  @Test
  void record_writtenOverAnother_getThrows() throws Exception {
    byte[] damaged = Files.readAllBytes(file);
    int from = placeOfRecord(damaged, key(WRITTEN));
    int to = placeOfRecord(damaged, key(LOST));
    System.arraycopy(damaged, from, damaged, to, to - from); // records follow each other
    Files.write(file, damaged);

    requireLost();
  }

  @Test
  void record_ofAnotherStore_getThrows() throws Exception {
    stranger = store("z.map", "key", "eulav");
    byte[] damaged = Files.readAllBytes(file);
    byte[] foreign = Files.readAllBytes(stranger);
    int from = placeOfRecord(damaged, key(LOST));
    assertThat(placeOfRecord(foreign, key(LOST))).isEqualTo(from);
    int to = placeOfRecord(damaged, key(LOST + 1));
    System.arraycopy(foreign, from, damaged, from, to - from);
    Files.write(file, damaged);

    requireLost();
  }

  @Test
  void image_ofAnotherStore_openRefuses() throws Exception {
    Superblock superblock = StoreFile.read(FileSystem.ofPlatform(), file).superblock();
    Superblock other = StoreFile.read(FileSystem.ofPlatform(), stranger).superblock();
    assertThat(superblock.imageSegment()).isEqualTo(other.imageSegment()).isNotNegative();
    assertThat(superblock.imageSequence()).isEqualTo(other.imageSequence());
    byte[] damaged = Files.readAllBytes(file);
    byte[] foreign = Files.readAllBytes(stranger);
    int start = (int) FileLayout.fileOffset(superblock.imageSegment());
    int length = FileLayout.SEGMENT_BYTES - SegmentHeader.END - SegmentLink.BYTES;
    int from = start + SegmentHeader.END; // the header and the link stay those of the store
    System.arraycopy(foreign, from, damaged, from, length);
    Files.write(file, damaged);

    assertThatThrownBy(() -> open(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("index image")
        .hasMessageContaining("crc32c");
  }

  private void requireLost() {
    try (PersistentMap<String, String> map = open(file)) {
      assertThat(map.recovery().replayedBytes()).isLessThan(1 << 20); // not those
      assertThat(map.get(key(WRITTEN))).isEqualTo("value");
      assertThatThrownBy(() -> map.get(key(LOST)))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("crc32c");
    }
  }

  private static int placeOfRecord(byte[] bytes, String key) {
    int at = new String(bytes, ISO_8859_1).indexOf(key);
    int record = at - KEY_TAG_BYTES - RecordLayout.HEADER_BYTES;
    assertThat(record).isPositive();
    assertThat(record % Long.BYTES).isZero();
    return record;
  }

  private Path store(String name, String prefix, String value) {
    Path path = dir.resolve(name);
    try (PersistentMap<String, String> map = open(path)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.put(prefix + key(i).substring(prefix.length()), value);
      }
    }
    return path;
  }

  private static PersistentMap<String, String> open(Path file) {
    return PersistentMap.builder(String.class, String.class)
        .snapshotMode(SnapshotMode.IN_PLACE)
        .cacheBytes(0)
        .open(file);
  }

  private static String key(int number) {
    return "key%07d".formatted(number);
  }
}
