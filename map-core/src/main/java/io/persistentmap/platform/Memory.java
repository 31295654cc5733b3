package io.persistentmap.platform;

import java.nio.ByteBuffer;

/**
 * A range of bytes, little-endian, addressed from 0.
 *
 * <p>Every access is checked against {@link #size()}, always: a lock-free reader may follow an
 * offset that it read from bytes that were being replaced, and must get an exception for that,
 * never a fault. Plain accesses have no ordering; readers and writers order themselves with fences.
 *
 * <p>Production code has one implementation on its hot path, {@link OffHeapMemory}, so that calls
 * are inlined; tests run the same algorithms on a {@code long[]}, which model checkers can see.
 */
public interface Memory {
  /** Returns the number of bytes. */
  long size();

  /** Reads the byte at {@code offset}. */
  byte getByte(long offset);

  /** Reads four bytes at {@code offset}. */
  int getInt(long offset);

  /** Reads eight bytes at {@code offset}, a multiple of 8. */
  long getLong(long offset);

  /** Writes four bytes at {@code offset}. */
  void putInt(long offset, int value);

  /** Writes eight bytes at {@code offset}, a multiple of 8, as one store. */
  void putLong(long offset, long value);

  /** Copies {@code length} bytes from {@code offset} into {@code to}. */
  void read(long offset, byte[] to, int at, int length);

  /** Copies {@code length} bytes of {@code from} to {@code offset}. */
  void write(long offset, byte[] from, int at, int length);

  /** Sets {@code length} bytes from {@code offset} to zero. */
  void zero(long offset, long length);

  /**
   * Returns {@code length} bytes from {@code offset} as a memory of their own. It is a new object
   * each time, and keeps this one reachable.
   */
  Memory slice(long offset, long length);

  /** Returns a memory of no bytes. */
  static Memory empty() {
    return new BufferMemory(ByteBuffer.allocate(0));
  }

  /** Checks that {@code length} bytes from {@code offset} are inside {@code size} bytes. */
  static void check(long offset, long length, long size) {
    if ((offset | length | (size - length - offset)) < 0) {
      throw new IndexOutOfBoundsException(
          length + " bytes at offset " + offset + " of a memory of " + size + " bytes");
    }
  }
}
