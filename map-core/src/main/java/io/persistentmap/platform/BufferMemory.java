package io.persistentmap.platform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory over a buffer of at most 2 GiB: what {@code java.nio} maps where there is no JNA. */
final class BufferMemory implements Memory {
  private final ByteBuffer buffer;

  BufferMemory(ByteBuffer buffer) {
    this.buffer = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public long size() {
    return buffer.capacity();
  }

  @Override
  public byte getByte(long offset) {
    return buffer.get(index(offset, Byte.BYTES));
  }

  @Override
  public int getInt(long offset) {
    return buffer.getInt(index(offset, Integer.BYTES));
  }

  @Override
  public long getLong(long offset) {
    return buffer.getLong(index(offset, Long.BYTES));
  }

  @Override
  public void putInt(long offset, int value) {
    buffer.putInt(index(offset, Integer.BYTES), value);
  }

  @Override
  public void putLong(long offset, long value) {
    buffer.putLong(index(offset, Long.BYTES), value);
  }

  @Override
  public void read(long offset, byte[] to, int at, int length) {
    buffer.get(index(offset, length), to, at, length);
  }

  @Override
  public void write(long offset, byte[] from, int at, int length) {
    buffer.put(index(offset, length), from, at, length);
  }

  @Override
  public void zero(long offset, long length) {
    for (long at = offset; at < offset + length; at++) {
      buffer.put(index(at, 1), (byte) 0);
    }
  }

  @Override
  public Memory slice(long offset, long length) {
    return new BufferMemory(buffer.slice(index(offset, length), Math.toIntExact(length)));
  }

  private int index(long offset, long length) {
    Memory.check(offset, length, buffer.capacity());
    return (int) offset;
  }
}
