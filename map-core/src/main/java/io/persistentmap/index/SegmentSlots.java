package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
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

  private final int segment;
  private long[] slots = new long[64];
  private int count;
  private int next;

  SegmentSlots(int segment) {
    this.segment = segment;
  }

  /** Adds the slots of a shard that name records of the segment. */
  void collect(Shard shard, int shardOfHash) {
    shard.lock();
    try {
      SlotTable table = shard.table();
      if (table != null) {
        collect(table, shardOfHash);
      }
    } finally {
      shard.unlock();
    }
  }

  private void collect(SlotTable table, int shardOfHash) {
    for (int i = 0; i < table.slots(); i++) {
      long slot = table.get(i);
      long address = SlotTable.address(slot);
      if (slot != 0 && FileLayout.segmentOf(address) == segment) {
        long place = ((long) shardOfHash << SlotTable.TAG_BITS) | SlotTable.tag(slot);
        add(((FileLayout.offsetOf(address) >>> 3) << HASH_BITS) | place);
      }
    }
  }

  private void add(long slot) {
    if (count == slots.length) {
      slots = Arrays.copyOf(slots, count * 2);
    }
    slots[count++] = slot;
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
