package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.Memory;
import java.util.function.LongFunction;

/**
 * An open-addressing hash table of 8-byte slots, ordered by tag.
 *
 * <pre>
 *     63            40 39                              0
 *     +---------------+--------------------------------+
 *     |  tag, 24 bit  |  address of the record, 40 bit |      0 = empty
 *     +---------------+--------------------------------+
 * </pre>
 *
 * <p>A tag's home is its upper bits; a slot is at its home or behind it with no gap between, and
 * slots are in order of their tags throughout (Robin Hood hashing, Celis 1986, with the tag as
 * tie-breaker). So a search for a missing tag ends at the first larger one, a removal shifts back
 * and leaves no tombstone, a table of twice the size is filled in one pass over this one without
 * reading a key, and a tag names an iterator's place in tables of any size. Slots that don't fit
 * before the end of the homes go to an overflow behind them: nothing wraps around.
 *
 * <p>One writer; readers validate what they read with the shard's version.
 */
final class SlotTable {
  static final int TAG_BITS = 24;
  static final long TAGS = 1L << TAG_BITS;

  private static final int MIN_OVERFLOW = 4;

  private final Memory memory;
  private final int homeBits;
  private final int slots;

  /**
   * Creates an empty table.
   *
   * @param homeBits binary logarithm of the number of homes, at most {@link #TAG_BITS}
   * @param overflow slots behind the homes
   * @param allocator of zeroed memory
   */
  SlotTable(int homeBits, int overflow, LongFunction<Memory> allocator) {
    this.homeBits = homeBits;
    this.slots = (1 << homeBits) + overflow;
    this.memory = allocator.apply((long) slots * Long.BYTES);
  }

  static int defaultOverflow(int homeBits) {
    return Math.max(MIN_OVERFLOW, (1 << homeBits) >> 4);
  }

  static long tag(long slot) {
    return slot >>> FileLayout.ADDRESS_BITS;
  }

  static long address(long slot) {
    return slot & FileLayout.ADDRESS_MASK;
  }

  static long slot(long tag, long address) {
    return (tag << FileLayout.ADDRESS_BITS) | address;
  }

  int homeBits() {
    return homeBits;
  }

  int slots() {
    return slots;
  }

  int overflow() {
    return slots - (1 << homeBits);
  }

  int home(long tag) {
    return (int) (tag >>> (TAG_BITS - homeBits));
  }

  /** Returns a slot; 0 also behind the last. */
  long get(int position) {
    return position < slots ? memory.getLong((long) position * Long.BYTES) : 0;
  }

  /** Replaces a slot by one of the same tag. */
  void set(int position, long slot) {
    memory.putLong((long) position * Long.BYTES, slot);
  }

  /** Returns the first position, from the tag's home, that is empty or has at least this tag. */
  int lowerBound(long tag) {
    int position = home(tag);
    long slot = get(position);
    while (slot != 0 && tag(slot) < tag) {
      slot = get(++position);
    }
    return position;
  }

  /** Returns the position of exactly this slot, or -1. */
  int find(long wanted) {
    long tag = tag(wanted);
    int position = lowerBound(tag);
    long slot = get(position);
    while (slot != 0 && tag(slot) == tag) {
      if (slot == wanted) {
        return position;
      }
      slot = get(++position);
    }
    return -1;
  }

  /** Inserts a slot before {@code position}, which {@link #lowerBound} gave; false if full. */
  boolean insert(int position, long slot) {
    int gap = position;
    while (gap < slots && get(gap) != 0) {
      gap++;
    }
    if (gap == slots) {
      return false;
    }
    for (int i = gap; i > position; i--) {
      set(i, get(i - 1));
    }
    set(position, slot);
    return true;
  }

  /** Removes a slot, and moves those behind it that are not at home one back. */
  void remove(int position) {
    int hole = position;
    long next = get(hole + 1);
    while (next != 0 && home(tag(next)) <= hole) {
      set(hole, next);
      hole++;
      next = get(hole + 1);
    }
    set(hole, 0);
  }

  /** Returns the addresses in the slots, of which there are {@code count}. */
  long[] addresses(int count) {
    long[] addresses = new long[count];
    int next = 0;
    for (int i = 0; i < slots && next < count; i++) {
      long slot = get(i);
      if (slot != 0) {
        addresses[next++] = address(slot);
      }
    }
    return addresses;
  }

  /** Copies all slots, in order, into an empty table; false if they don't fit. */
  boolean copyTo(SlotTable target) {
    Filler filler = target.filler();
    for (int i = 0; i < slots; i++) {
      long slot = get(i);
      if (slot != 0 && !filler.add(slot)) {
        return false;
      }
    }
    return true;
  }

  /** Returns what fills this empty table with slots in order of tags. */
  Filler filler() {
    return new Filler();
  }

  /** Fills an empty table in one pass. */
  final class Filler {
    private int next;

    /** Adds a slot whose tag is not below that of the one before; false if full. */
    boolean add(long slot) {
      int position = Math.max(next, home(tag(slot)));
      if (position >= slots) {
        return false;
      }
      set(position, slot);
      next = position + 1;
      return true;
    }
  }
}
