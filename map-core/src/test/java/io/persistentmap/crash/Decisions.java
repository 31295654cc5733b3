package io.persistentmap.crash;

import java.util.random.RandomGenerator;

/**
 * Numbers that bytes decide, few bytes for small numbers; zeros when there are no more. So whoever
 * changes one byte changes one decision.
 */
final class Decisions implements RandomGenerator {
  private final byte[] bytes;
  private int next;

  Decisions(byte[] bytes) {
    this.bytes = bytes;
  }

  private long take(int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      int taken = next < bytes.length ? bytes[next++] & 0xff : 0;
      value |= (long) taken << (Byte.SIZE * i);
    }
    return value;
  }

  @Override
  public long nextLong() {
    return take(Long.BYTES);
  }

  @Override
  public int nextInt() {
    return (int) take(Integer.BYTES);
  }

  @Override
  public boolean nextBoolean() {
    return (take(1) & 1) != 0;
  }

  @Override
  public int nextInt(int bound) {
    int width = bound <= 1 << 8 ? 1 : bound <= 1 << 16 ? 2 : Integer.BYTES;
    return (int) Long.remainderUnsigned(take(width), bound);
  }
}
