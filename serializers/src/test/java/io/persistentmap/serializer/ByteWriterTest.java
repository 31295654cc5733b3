package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ByteWriterTest {
  private final ByteWriter out = new ByteWriter(0);

  @Test
  void write_numbers_littleEndian() {
    out.writeByte(0x101);
    out.writeShort(0x0302);
    out.writeInt(0x07060504);
    out.writeLong(0x0F0E0D0C0B0A0908L);

    assertThat(written()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }

  @Test
  void writeVarInt_lowBits_oneByte() {
    out.writeVarInt(0);
    out.writeVarInt(127);

    assertThat(written()).containsExactly(0, 127);
  }

  @Test
  void writeVarInt_manyBits_lowestFirst() {
    out.writeVarInt(300);
    out.writeVarInt(-1);

    assertThat(written()).containsExactly(0xAC, 0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F);
  }

  @Test
  void writeVarLong_allBits_tenBytes() {
    out.writeVarLong(-1);

    assertThat(out.position()).isEqualTo(10);
    assertThat(out.array()[9]).isEqualTo((byte) 1);
  }

  @Test
  void write_beyondCapacity_growsAndKeepsBytes() {
    for (int i = 0; i < 100_000; i++) {
      out.writeInt(i);
    }

    ByteReader in = new ByteReader(out.array(), 0, out.position());
    for (int i = 0; i < 100_000; i++) {
      assertThat(in.readInt()).isEqualTo(i);
    }
    assertThat(out.array().length).isBetween(400_000, 600_000);
  }

  @Test
  void ensure_enoughRoom_keepsArray() {
    out.ensure(100);
    byte[] array = out.array();
    for (int i = 0; i < 100; i++) {
      out.writeByte(i);
    }

    assertThat(out.array()).isSameAs(array);
  }

  @Test
  void ensure_beyondTwoGiB_refuses() {
    out.writeByte(0);

    assertThatThrownBy(() -> out.ensure(Integer.MAX_VALUE))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("value too large");
    assertThat(out.position()).isEqualTo(1);
  }

  @Test
  void position_beyondCapacity_grows() {
    out.writeByte(7);
    out.position(1000);
    out.writeByte(8);

    assertThat(out.array()[0]).isEqualTo((byte) 7);
    assertThat(out.array()[1000]).isEqualTo((byte) 8);
    assertThat(out.position()).isEqualTo(1001);
  }

  @Test
  void position_backwards_keepsWhatFollows() {
    out.writeInt(1);
    out.writeInt(2);
    out.position(0);
    out.writeInt(3);
    out.position(8);

    ByteReader in = new ByteReader(out.array(), 0, out.position());
    assertThat(in.readInt()).isEqualTo(3);
    assertThat(in.readInt()).isEqualTo(2);
  }

  @Test
  void position_negative_refuses() {
    assertThatThrownBy(() -> out.position(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void position_beyondTwoGiB_refuses() {
    assertThatThrownBy(() -> out.position(Integer.MAX_VALUE))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void reset_afterBytes_keepsArray() {
    out.writeLong(1);
    byte[] array = out.array();
    out.reset();

    assertThat(out.position()).isZero();
    assertThat(out.array()).isSameAs(array);
  }

  @Test
  void writeBytes_part_copiesOnlyThat() {
    out.writeBytes(new byte[] {1, 2, 3, 4}, 1, 2);

    assertThat(written()).containsExactly(2, 3);
  }

  @Test
  void writeBytes_outOfBounds_refuses() {
    assertThatThrownBy(() -> out.writeBytes(new byte[2], 1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** The bytes, without sign. */
  private int[] written() {
    int[] result = new int[out.position()];
    for (int i = 0; i < result.length; i++) {
      result[i] = out.array()[i] & 0xFF;
    }
    return result;
  }
}
