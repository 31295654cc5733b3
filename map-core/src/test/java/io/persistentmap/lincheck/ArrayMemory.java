package io.persistentmap.lincheck;

import io.persistentmap.platform.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory in an array of words. Words are stored and read one by one, so that threads can meet
 * between any two of them; of a long run, only the first few, or there would be no end to it.
 */
public final class ArrayMemory implements Memory {
  private static final int EACH = 8;

  private final long[] words;
  private final int start;
  private final long size;

  private ArrayMemory(long[] words, int start, long size) {
    this.words = words;
    this.start = start;
    this.size = size;
  }

  /** Allocates zeroed memory. */
  public static Memory allocate(long size) {
    return new ArrayMemory(new long[Math.toIntExact((size + 7) / 8)], 0, size);
  }

  @Override
  public long size() {
    return size;
  }

  private int index(long offset, long length) {
    Memory.check(offset, length, size);
    return start + (int) (offset / Long.BYTES);
  }

  @Override
  public byte getByte(long offset) {
    return (byte) (words[index(offset, Byte.BYTES)] >>> (offset % Long.BYTES * Byte.SIZE));
  }

  @Override
  public int getInt(long offset) {
    requireAligned(offset, Integer.BYTES);
    return (int) (words[index(offset, Integer.BYTES)] >>> (offset % Long.BYTES * Byte.SIZE));
  }

  @Override
  public long getLong(long offset) {
    requireAligned(offset, Long.BYTES);
    return words[index(offset, Long.BYTES)];
  }

  @Override
  public void putInt(long offset, int value) {
    throw new UnsupportedOperationException("nothing that runs here stores half a word");
  }

  @Override
  public void putLong(long offset, long value) {
    requireAligned(offset, Long.BYTES);
    words[index(offset, Long.BYTES)] = value;
  }

  @Override
  public void read(long offset, byte[] to, int at, int length) {
    requireAligned(offset, Long.BYTES);
    int from = index(offset, length);
    int count = (length + Long.BYTES - 1) / Long.BYTES;
    long[] copy = new long[count];
    copy(words, from, copy, 0, count);
    Words.toBytes(copy, to, at, length);
  }

  @Override
  public void write(long offset, byte[] from, int at, int length) {
    requireAligned(offset | length, Long.BYTES);
    int to = index(offset, length);
    int count = length / Long.BYTES;
    long[] copy = Words.ofBytes(from, at, count);
    copy(copy, 0, words, to, count);
  }

  private static void copy(long[] from, int at, long[] to, int toAt, int count) {
    int each = Math.min(count, EACH);
    for (int i = 0; i < each; i++) {
      to[toAt + i] = from[at + i];
    }
    System.arraycopy(from, at + each, to, toAt + each, count - each);
  }

  @Override
  public void zero(long offset, long length) {
    requireAligned(offset | length, Long.BYTES);
    int from = index(offset, length);
    copy(new long[(int) (length / Long.BYTES)], 0, words, from, (int) (length / Long.BYTES));
  }

  @Override
  public Memory slice(long offset, long length) {
    requireAligned(offset, Long.BYTES);
    return new ArrayMemory(words, index(offset, length), length);
  }

  /** Words from and to bytes that no other thread sees. */
  static final class Words {
    private Words() {}

    static long[] ofBytes(byte[] from, int at, int count) {
      long[] words = new long[count];
      ByteBuffer.wrap(from, at, count * Long.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asLongBuffer()
          .get(words);
      return words;
    }

    static void toBytes(long[] words, byte[] to, int at, int length) {
      ByteBuffer bytes =
          ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asLongBuffer().put(words);
      bytes.get(to, at, length);
    }
  }

  private static void requireAligned(long offset, int bytes) {
    if (offset % bytes != 0) {
      throw new IllegalArgumentException(offset + " is no multiple of " + bytes);
    }
  }
}
