package io.persistentmap.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CorruptFileException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.RecordLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that a record which a device has written over another one, whole, is damage, and not an
 * entry that is missing. Found by the fuzzer (seed -5668903706933631743, case 98537).
 */
final class MisplacedRecordTest {
  /** So many that there is an index image, and opening does not read the records. */
  private static final int ENTRIES = 50_000;

  /** Tag and length of a short string. */
  private static final int KEY_TAG_BYTES = 2;

  private static final int WRITTEN = 1_000;
  private static final int LOST = 1_001;

  @TempDir Path dir;

  @Test
  void record_writtenOverAnother_getThrows() throws Exception {
    Path file = dir.resolve("x.map");
    try (PersistentMap<String, String> map = open(file)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.put(key(i), "value");
      }
    }
    String bytes = new String(Files.readAllBytes(file), ISO_8859_1);
    int from = bytes.indexOf(key(WRITTEN));
    int to = bytes.indexOf(key(LOST));
    int length = to - from; // records of one length follow each other
    byte[] damaged = bytes.getBytes(ISO_8859_1);
    int before = RecordLayout.HEADER_BYTES + KEY_TAG_BYTES;
    assertThat((from - before) % Long.BYTES).isZero();
    System.arraycopy(damaged, from - before, damaged, to - before, length);
    Files.write(file, damaged);

    try (PersistentMap<String, String> map = open(file)) {
      assertThat(map.recovery().replayedBytes()).isLessThan(1 << 20); // not those
      assertThat(map.get(key(WRITTEN))).isEqualTo("value");
      assertThatThrownBy(() -> map.get(key(LOST)))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("crc32c");
    }
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
