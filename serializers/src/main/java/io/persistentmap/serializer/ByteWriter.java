package io.persistentmap.serializer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A growable little-endian byte buffer over one array, for one thread at a time.
 *
 * <p>It is meant to be kept and {@link #reset}: the array only ever grows.
 */
public final class ByteWriter {
  /** The largest array that every virtual machine can allocate: 2 GiB - 16. */
  static final int MAX_CAPACITY = Integer.MAX_VALUE - 15;

  private static final VarHandle SHORTS = view(short[].class);
  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle LONGS = view(long[].class);

  private byte[] array;
  private int position;

  /**
   * Creates an empty buffer.
   *
   * @param initialCapacity length of the first array; any number from 0 works
   */
  public ByteWriter(int initialCapacity) {
    array = new byte[initialCapacity];
  }

  private static VarHandle view(Class<?> elements) {
    return MethodHandles.byteArrayViewVarHandle(elements, ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Returns the bytes themselves, not a copy. The array is replaced when the buffer grows.
   *
   * @return the array, of which the bytes up to {@link #position()} are written
   */
  public byte[] array() {
    return array;
  }

  /**
   * Returns where the next byte goes.
   *
   * @return the number of bytes written so far
   */
  public int position() {
    return position;
  }

  /**
   * Moves to another position, growing the array if it lies beyond. Skipped bytes have any value.
   *
   * @param newPosition where the next byte goes
   * @throws SerializationException if no array is that large
   */
  public void position(int newPosition) {
    if (newPosition < 0) {
      throw new IllegalArgumentException("negative position " + newPosition);
    }
    if (newPosition > array.length) {
      grow(newPosition);
    }
    position = newPosition;
  }

  /** Forgets all bytes and keeps the array. */
  public void reset() {
    position = 0;
  }

  /**
   * Makes room, so that the array stays the same while that many bytes are written.
   *
   * @param extra number of bytes still to come
   * @throws SerializationException if no array is that large
   */
  public void ensure(int extra) {
    if (extra > array.length - position) {
      grow((long) position + extra);
    }
  }

  /**
   * Appends the lowest 8 bits.
   *
   * @param value the byte
   */
  public void writeByte(int value) {
    ensure(Byte.BYTES);
    array[position++] = (byte) value;
  }

  /**
   * Appends the lowest 16 bits.
   *
   * @param value the two bytes
   */
  public void writeShort(int value) {
    ensure(Short.BYTES);
    SHORTS.set(array, position, (short) value);
    position += Short.BYTES;
  }

  /**
   * Appends 4 bytes.
   *
   * @param value the number
   */
  public void writeInt(int value) {
    ensure(Integer.BYTES);
    INTS.set(array, position, value);
    position += Integer.BYTES;
  }

  /**
   * Appends 8 bytes.
   *
   * @param value the number
   */
  public void writeLong(long value) {
    ensure(Long.BYTES);
    LONGS.set(array, position, value);
    position += Long.BYTES;
  }

  /**
   * Appends 1 to 5 bytes: seven bits each, lowest first, as unsigned LEB128.
   *
   * @param value the number, read as unsigned
   */
  public void writeVarInt(int value) {
    ensure(5);
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      array[position++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[position++] = (byte) rest;
  }

  /**
   * Appends 1 to 10 bytes: seven bits each, lowest first, as unsigned LEB128.
   *
   * @param value the number, read as unsigned
   */
  public void writeVarLong(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      array[position++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[position++] = (byte) rest;
  }

  /**
   * Appends a part of an array, without its length.
   *
   * @param source holds the bytes
   * @param offset index of the first
   * @param length number of bytes
   */
  public void writeBytes(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    ensure(length);
    System.arraycopy(source, offset, array, position, length);
    position += length;
  }

  /**
   * Takes over an array that somebody else wrote to, in place of this one.
   *
   * @param written this buffer's array or a larger copy of it
   * @param newPosition where the next byte goes
   */
  void adopt(byte[] written, int newPosition) {
    array = written;
    position = newPosition;
  }

  private void grow(long needed) {
    if (needed > MAX_CAPACITY) {
      throw new SerializationException(
          "value too large: " + needed + " bytes, at most " + MAX_CAPACITY + " fit");
    }
    long grown = array.length * 3L / 2;
    long capacity = Math.min(Math.max(needed, grown), MAX_CAPACITY);
    array = Arrays.copyOf(array, (int) capacity);
  }
}
