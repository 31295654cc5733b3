package io.persistentmap.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hash of a key's bytes: 64 bits, seeded per store, so that keys can't be chosen to collide.
 *
 * <p>Each step folds the 128-bit product of two words, as wyhash (Wang Yi) and its kin do. It is
 * part of the file format, because index images depend on it.
 */
public final class Hashing {
  private static final long K0 = 0xA0761D6478BD642FL;
  private static final long K1 = 0xE7037ED1A0B428DBL;
  private static final long K2 = 0x8EBC6AF09C88C6E3L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int SHARD_SHIFT = 56;
  private static final int TAG_SHIFT = 32;

  private Hashing() {}

  /** Returns the number of a hash's shard. */
  public static int shard(long hash) {
    return (int) (hash >>> SHARD_SHIFT);
  }

  /** Says whether two hashes have the same shard and tag. */
  static boolean isSamePlace(long hash, long other) {
    return (hash ^ other) >>> TAG_SHIFT == 0;
  }

  /** Returns the tag of a hash's slot. */
  static long tag(long hash) {
    return (hash >>> TAG_SHIFT) & (SlotTable.TAGS - 1);
  }

  /** Returns the hash of {@code length} bytes. */
  public static long hash(long seed, byte[] bytes, int from, int length) {
    long state = seed ^ K0;
    int at = from;
    int left = length;
    while (left >= 16) {
      state = fold((long) LONG.get(bytes, at) ^ K1, (long) LONG.get(bytes, at + 8) ^ state);
      at += 16;
      left -= 16;
    }
    long first = left >= 8 ? (long) LONG.get(bytes, at) : rest(bytes, at, left);
    long second = left > 8 ? rest(bytes, at + 8, left - 8) : 0;
    state = fold(first ^ K1, second ^ state);
    return fold(state ^ K2, length ^ K1);
  }

  /**
   * Returns the hash of a key about which equality decides: its {@code hashCode}, mixed. It is good
   * for this process only, and in no file.
   */
  public static long ofHashCode(long seed, int hashCode) {
    return fold(fold(hashCode ^ K1, seed ^ K0) ^ K2, K1);
  }

  /**
   * Returns a hash for a key that has not been read: nothing looks it up, but it has a place. It is
   * good for this process only, and in no file.
   */
  static long ofAddress(long seed, long address) {
    return fold(fold(address ^ K1, seed ^ K0) ^ K2, K1);
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
