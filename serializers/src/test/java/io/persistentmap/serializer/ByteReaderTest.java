package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ByteReaderTest {
  @Test
  void read_whatWasWritten_same() {
    ByteWriter out = new ByteWriter(0);
    out.writeByte(-1);
    out.writeShort(Short.MIN_VALUE);
    out.writeInt(Integer.MIN_VALUE);
    out.writeLong(Long.MIN_VALUE);
    out.writeBytes(new byte[] {1, 2}, 0, 2);
    ByteReader in = new ByteReader(out.array(), 0, out.position());

    assertThat(in.readByte()).isEqualTo((byte) -1);
    assertThat(in.readShort()).isEqualTo(Short.MIN_VALUE);
    assertThat(in.readInt()).isEqualTo(Integer.MIN_VALUE);
    assertThat(in.readLong()).isEqualTo(Long.MIN_VALUE);
    byte[] target = new byte[3];
    in.readBytes(target, 1, 2);
    assertThat(target).containsExactly(0, 1, 2);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void readVarInt_everyLength_same() {
    ByteWriter out = new ByteWriter(0);
    for (int shift = 0; shift < 32; shift++) {
      out.writeVarInt(1 << shift);
      out.writeVarInt((1 << shift) - 1);
      out.writeVarInt(-(1 << shift));
    }
    ByteReader in = new ByteReader(out.array(), 0, out.position());
    for (int shift = 0; shift < 32; shift++) {
      assertThat(in.readVarInt()).isEqualTo(1 << shift);
      assertThat(in.readVarInt()).isEqualTo((1 << shift) - 1);
      assertThat(in.readVarInt()).isEqualTo(-(1 << shift));
    }
    assertThat(in.remaining()).isZero();
  }

  @Test
  void readVarLong_everyLength_same() {
    ByteWriter out = new ByteWriter(0);
    for (int shift = 0; shift < 64; shift++) {
      out.writeVarLong(1L << shift);
      out.writeVarLong((1L << shift) - 1);
      out.writeVarLong(-(1L << shift));
    }
    ByteReader in = new ByteReader(out.array(), 0, out.position());
    for (int shift = 0; shift < 64; shift++) {
      assertThat(in.readVarLong()).isEqualTo(1L << shift);
      assertThat(in.readVarLong()).isEqualTo((1L << shift) - 1);
      assertThat(in.readVarLong()).isEqualTo(-(1L << shift));
    }
    assertThat(in.remaining()).isZero();
  }

  @Test
  void readVarInt_moreThan32Bits_refuses() {
    refuses(ByteReader::readVarInt, 0x80, 0x80, 0x80, 0x80, 0x10);
    refuses(ByteReader::readVarInt, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
  }

  @Test
  void readVarLong_moreThan64Bits_refuses() {
    int[] bytes = new int[10];
    java.util.Arrays.fill(bytes, 0x80);
    bytes[9] = 2;
    refuses(ByteReader::readVarLong, bytes);
  }

  @Test
  void read_pastEnd_refusesAndStays() {
    ByteReader in = new ByteReader(new byte[100], 10, 11);

    assertThatThrownBy(in::readShort).isInstanceOf(SerializationException.class);
    assertThatThrownBy(in::readInt).isInstanceOf(SerializationException.class);
    assertThatThrownBy(in::readLong).isInstanceOf(SerializationException.class);
    assertThatThrownBy(() -> in.readBytes(new byte[2], 0, 2))
        .isInstanceOf(SerializationException.class);
    assertThatThrownBy(() -> in.skip(2)).isInstanceOf(SerializationException.class);
    assertThatThrownBy(() -> in.skip(-1)).isInstanceOf(SerializationException.class);
    assertThat(in.position()).isEqualTo(10);
    assertThat(in.readByte()).isZero();
    assertThatThrownBy(in::readByte).isInstanceOf(SerializationException.class);
  }

  @Test
  void readLength_asMuchAsRemains_accepts() {
    assertThat(reader(3, 0, 0, 0).readLength()).isEqualTo(3);
  }

  @Test
  void readLength_moreThanRemains_refuses() {
    refuses(ByteReader::readLength, 4, 0, 0, 0);
    refuses(ByteReader::readLength, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F);
  }

  @Test
  void reset_otherArray_readsThat() {
    ByteReader in = reader(1, 2);
    byte[] other = {3, 4, 5};
    in.reset(other, 1, 2);

    assertThat(in.array()).isSameAs(other);
    assertThat(in.position()).isEqualTo(1);
    assertThat(in.limit()).isEqualTo(2);
    assertThat(in.readByte()).isEqualTo((byte) 4);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void create_outOfBounds_refuses() {
    assertThatThrownBy(() -> new ByteReader(new byte[2], 1, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static void refuses(Consumer<ByteReader> read, int... bytes) {
    assertThatThrownBy(() -> read.accept(reader(bytes))).isInstanceOf(SerializationException.class);
  }

  private static ByteReader reader(int... bytes) {
    byte[] array = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      array[i] = (byte) bytes[i];
    }
    return new ByteReader(array, 0, array.length);
  }
}
