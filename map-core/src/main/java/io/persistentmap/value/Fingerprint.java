package io.persistentmap.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * A 64-bit hash of bytes, by which the dirty pass tells whether a value has changed.
 *
 * <p>Two different values have the same one with a probability of about 2<sup>-64</sup>, even if
 * somebody chooses the values: every multiplication has a secret of this process on one side (the
 * hash of keys, which is part of the file format, has not). It is never stored.
 */
final class Fingerprint {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long START;
  private static final long FIRST;
  private static final long SECOND;

  static {
    SecureRandom random = new SecureRandom();
    START = random.nextLong();
    FIRST = random.nextLong();
    SECOND = random.nextLong();
  }

  private Fingerprint() {}

  /** Returns the fingerprint of {@code length} bytes; never 0. */
  static long of(byte[] bytes, int from, int length) {
    long state = START;
    int at = from;
    int left = length;
    while (left >= 16) {
      state = fold((long) LONG.get(bytes, at) ^ FIRST, (long) LONG.get(bytes, at + 8) ^ state);
      at += 16;
      left -= 16;
    }
    long first = left >= 8 ? (long) LONG.get(bytes, at) : rest(bytes, at, left);
    long second = left > 8 ? rest(bytes, at + 8, left - 8) : 0;
    state = fold(first ^ FIRST, second ^ state);
    long result = fold(state ^ SECOND, length ^ FIRST);
    return result == 0 ? 1 : result;
  }

  private static long rest(byte[] bytes, int from, int length) {
    long word = 0;
    for (int i = length - 1; i >= 0; i--) {
      word = (word << 8) | (bytes[from + i] & 0xff);
    }
    return word;
  }

  /** The two halves of the unsigned 128-bit product, folded by exclusive-or. */
  private static long fold(long a, long b) {
    long high = Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
    return (a * b) ^ high;
  }
}
