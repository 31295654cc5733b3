package io.persistentmap.index;

import java.util.Arrays;

/**
 * The records of one segment that shards name, in order, and by which hash. For one thread.
 *
 * <pre>
 *     63       51 50             32 31        24 23               0
 *     +----------+-----------------+------------+------------------+
 *     |    0     |   offset / 8    |   shard    |       tag        |
 *     +----------+-----------------+------------+------------------+
 * </pre>
 */
public final class SegmentSlots {
  /** No hash of a shard and tag, since its lower bits are not 0. */
  public static final long NOT_NAMED = -1;

  private static final int HASH_BITS = 32;

  private long[] slots = new long[64];
  private int count;
  private int next;

  void add(long offset, int shardOfHash, long tag) {
    if (count == slots.length) {
      slots = Arrays.copyOf(slots, count * 2);
    }
    slots[count++] =
        ((offset >>> 3) << HASH_BITS) | ((long) shardOfHash << SlotTable.TAG_BITS) | tag;
  }

  void sort() {
    Arrays.sort(slots, 0, count);
  }

  /**
   * Returns the hash, as far as the index knows it, by which the record at an offset is named, or
   * {@link #NOT_NAMED}. Asked for ascending offsets.
   */
  public long hashAt(long offset) {
    while (next < count && offsetOf(slots[next]) < offset) {
      next++;
    }
    return next < count && offsetOf(slots[next]) == offset ? slots[next] << HASH_BITS : NOT_NAMED;
  }

  private static long offsetOf(long slot) {
    return (slot >>> HASH_BITS) << 3;
  }
}
