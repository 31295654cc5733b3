package io.persistentmap.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CorruptFileException;
import io.persistentmap.NotAHashFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Guards that a superblock is read exactly as written, or not at all. */
final class SuperblockTest {
  private static final Path PATH = Path.of("users.map");
  private static final Superblock SUPERBLOCK =
      new Superblock(
          new UUID(1, 2),
          7,
          5,
          4,
          1_700_000_000_000L,
          true,
          true,
          99,
          new LogPosition(3, 17, 16384),
          new LogPosition(2, 16, 8256),
          9,
          12,
          4,
          1000,
          12);

  @Test
  void decode_encoded_same() {
    assertThat(Superblock.decode(PATH, SUPERBLOCK.encode())).isEqualTo(SUPERBLOCK);
  }

  @Test
  void decode_zeros_null() {
    assertThat(Superblock.decode(PATH, new byte[FileLayout.BLOCK_BYTES])).isNull();
  }

  @Test
  void decode_anyByteFlipped_sameFromTheOtherCopy() {
    for (int i = 0; i < FileLayout.BLOCK_BYTES; i++) {
      byte[] block = SUPERBLOCK.encode();
      block[i] ^= 0x40;
      assertThat(Superblock.decode(PATH, block)).isEqualTo(SUPERBLOCK);
    }
  }

  @Test
  void decode_bothCopiesFlipped_corrupt() {
    byte[] block = SUPERBLOCK.encode();
    block[100] ^= 1;
    block[2048 + 100] ^= 1;
    assertThatThrownBy(() -> Superblock.decode(PATH, block))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("users.map")
        .hasMessageContaining("crc32c");
  }

  @Test
  void decode_otherFile_notAHashFile() {
    byte[] block = new byte[FileLayout.BLOCK_BYTES];
    block[0] = 'P';
    block[1] = 'K';
    assertThatThrownBy(() -> Superblock.decode(PATH, block))
        .isInstanceOf(NotAHashFileException.class)
        .hasMessageContaining("left as it is");
  }

  @Test
  void fileOffset_generation_parity() {
    assertThat(SUPERBLOCK.fileOffset()).isEqualTo(FileLayout.BLOCK_BYTES);
    assertThat(SUPERBLOCK.mark(false, true).fileOffset()).isZero();
  }
}
