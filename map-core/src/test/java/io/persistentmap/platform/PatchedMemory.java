package io.persistentmap.platform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A range of a file in memory, as a mapping has it. */
record PatchedMemory(PatchedBytes file, long position, long size) implements Memory {
  @Override
  public byte getByte(long offset) {
    return bytes(offset, Byte.BYTES).get();
  }

  @Override
  public int getInt(long offset) {
    return bytes(offset, Integer.BYTES).getInt();
  }

  @Override
  public long getLong(long offset) {
    return bytes(offset, Long.BYTES).getLong();
  }

  private ByteBuffer bytes(long offset, int length) {
    byte[] bytes = new byte[length];
    read(offset, bytes, 0, length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void read(long offset, byte[] to, int at, int length) {
    Memory.check(offset, length, size);
    file.read(position + offset, to, at, length);
  }

  @Override
  public Memory slice(long offset, long length) {
    Memory.check(offset, length, size);
    return new PatchedMemory(file, position + offset, length);
  }

  @Override
  public void putInt(long offset, int value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putLong(long offset, long value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(long offset, byte[] from, int at, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void zero(long offset, long length) {
    throw new UnsupportedOperationException();
  }
}
