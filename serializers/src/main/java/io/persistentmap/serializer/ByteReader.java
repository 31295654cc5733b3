package io.persistentmap.serializer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A little-endian reader over a part of an array, for one thread at a time.
 *
 * <p>It is meant to be kept and {@link #reset}. Reading past the end is a {@link
 * SerializationException}, whatever the bytes claim.
 */
public final class ByteReader {
  private static final VarHandle SHORTS = view(short[].class);
  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle LONGS = view(long[].class);

  private byte[] array;
  private int position;
  private int limit;

  /**
   * Creates a reader.
   *
   * @param array holds the bytes, which are not copied
   * @param from index of the first byte
   * @param to index behind the last byte
   */
  public ByteReader(byte[] array, int from, int to) {
    Objects.checkFromToIndex(from, to, array.length);
    this.array = array;
    this.position = from;
    this.limit = to;
  }

  private static VarHandle view(Class<?> elements) {
    return MethodHandles.byteArrayViewVarHandle(elements, ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Starts anew over other bytes.
   *
   * @param newArray holds the bytes, which are not copied
   * @param from index of the first byte
   * @param to index behind the last byte
   */
  public void reset(byte[] newArray, int from, int to) {
    Objects.checkFromToIndex(from, to, newArray.length);
    array = newArray;
    position = from;
    limit = to;
  }

  /**
   * Returns the bytes themselves, not a copy.
   *
   * @return the array
   */
  public byte[] array() {
    return array;
  }

  /**
   * Returns where the next byte is read.
   *
   * @return an index into the array
   */
  public int position() {
    return position;
  }

  /**
   * Returns where the bytes end.
   *
   * @return the index behind the last byte
   */
  public int limit() {
    return limit;
  }

  /**
   * Returns how much is left.
   *
   * @return number of bytes not yet read
   */
  public int remaining() {
    return limit - position;
  }

  /**
   * Passes over bytes, such as those taken from the {@link #array()} itself.
   *
   * @param count number of bytes
   */
  public void skip(int count) {
    require(count);
    position += count;
  }

  /**
   * Reads 1 byte.
   *
   * @return the byte, with sign
   */
  public byte readByte() {
    require(Byte.BYTES);
    return array[position++];
  }

  /**
   * Reads 2 bytes.
   *
   * @return the number, with sign
   */
  public short readShort() {
    require(Short.BYTES);
    short value = (short) SHORTS.get(array, position);
    position += Short.BYTES;
    return value;
  }

  /**
   * Reads 4 bytes.
   *
   * @return the number
   */
  public int readInt() {
    require(Integer.BYTES);
    int value = (int) INTS.get(array, position);
    position += Integer.BYTES;
    return value;
  }

  /**
   * Reads 8 bytes.
   *
   * @return the number
   */
  public long readLong() {
    require(Long.BYTES);
    long value = (long) LONGS.get(array, position);
    position += Long.BYTES;
    return value;
  }

  /**
   * Reads what {@link ByteWriter#writeVarInt} wrote.
   *
   * @return the number
   */
  public int readVarInt() {
    byte first = readByte();
    return first >= 0 ? first : readVarIntRest(first & 0x7F);
  }

  /**
   * Reads what {@link ByteWriter#writeVarLong} wrote.
   *
   * @return the number
   */
  public long readVarLong() {
    long result = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      byte next = readByte();
      result |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return result;
      }
    }
    return result | lastBits(readByte(), 1) << 63;
  }

  /**
   * Reads the length of what follows, and refuses one that cannot be true before anybody allocates
   * memory for it.
   *
   * @return a number of bytes from 0 to {@link #remaining()}
   */
  public int readLength() {
    return checkLength(readVarInt());
  }

  /** Reads a length that takes 4 bytes, and refuses one that cannot be true. */
  int readFixedLength() {
    return checkLength(readInt());
  }

  private int checkLength(int length) {
    if (length < 0 || length > remaining()) {
      throw new SerializationException(
          "length "
              + Integer.toUnsignedString(length)
              + ", but only "
              + remaining()
              + " bytes left");
    }
    return length;
  }

  /**
   * Reads bytes into a part of an array.
   *
   * @param target takes the bytes
   * @param offset index for the first
   * @param length number of bytes
   */
  public void readBytes(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    require(length);
    System.arraycopy(array, position, target, offset, length);
    position += length;
  }

  private int readVarIntRest(int lowest) {
    int result = lowest;
    for (int shift = 7; shift < 28; shift += 7) {
      byte next = readByte();
      result |= (next & 0x7F) << shift;
      if (next >= 0) {
        return result;
      }
    }
    return result | (int) lastBits(readByte(), 0x0F) << 28;
  }

  private static long lastBits(byte last, int allowed) {
    if ((last & ~allowed) != 0) {
      throw new SerializationException("a number of variable length is too long");
    }
    return last;
  }

  private void require(int count) {
    if (count < 0 || count > limit - position) {
      throw new SerializationException(count + " bytes wanted, but only " + remaining() + " left");
    }
  }
}
