package io.persistentmap.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CorruptFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Guards that the link of another store, or of another life, does not end a segment early. */
final class SegmentLinkTest {
  private static final int SALT = Checksum.salt(new UUID(17, 4));
  private static final int OTHER_SALT = Checksum.salt(new UUID(17, 5));
  private static final SegmentLink LINK = new SegmentLink(3, 1 << 20, 7, 4);

  @Test
  void encoded_decodesToTheSame() {
    byte[] bytes = LINK.encode(SALT);
    assertThat(SegmentLink.decode(bytes, SALT)).isEqualTo(LINK);
    assertThat(SegmentLink.decode(Path.of("x"), 1, bytes, SALT, 3)).isEqualTo(LINK);
    assertThat(SegmentLink.decodeOfAnyStore(bytes)).isEqualTo(LINK);
    assertThat(SegmentLink.saltOf(bytes)).isEqualTo(SALT);
  }

  @Test
  void ofAnotherStore_isNone() {
    byte[] bytes = LINK.encode(OTHER_SALT);
    assertThat(SegmentLink.decode(bytes, SALT)).isNull();
    assertThatThrownBy(() -> SegmentLink.decode(Path.of("x"), 1, bytes, SALT, 3))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("crc32c");
  }

  @Test
  void ofAnotherLife_isRefused() {
    byte[] bytes = LINK.encode(SALT);
    assertThatThrownBy(() -> SegmentLink.decode(Path.of("x"), 1, bytes, SALT, 2))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("sequence 3");
  }

  @Test
  void eachBitFlipped_isNone() {
    for (int bit = 0; bit < SegmentLink.BYTES * Byte.SIZE; bit++) {
      byte[] bytes = LINK.encode(SALT);
      bytes[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
      assertThat(SegmentLink.decode(bytes, SALT)).as("bit %d", bit).isNull();
    }
  }
}
