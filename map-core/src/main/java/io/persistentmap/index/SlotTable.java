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
 * <p>A tag's home is its share of the homes; a slot is at its home or behind it with no gap
 * between, and slots are in order of their tags throughout (Robin Hood hashing, Celis 1986, with
 * the tag as tie-breaker). So a search for a missing tag ends at the first larger one, a removal
 * shifts back and leaves no tombstone, a larger table is filled in one pass over this one without
 * reading a key, and a tag names an iterator's place in tables of any size. Slots that don't fit
 * before the end of the homes go to an overflow behind them: nothing wraps around.
 *
 * <p>The number of homes grows by a quarter of a power of two, not to the next: so at least 64 of
 * 100 homes are taken, and more of the index is in the processor's caches.
 *
 * <p>One writer; readers validate what they read with the shard's version.
 */
final class SlotTable {
  static final int TAG_BITS = 24;
  static final long TAGS = 1L << TAG_BITS;

  static final int LEAST_HOMES = 8;

  private static final int MIN_OVERFLOW = 8;

  /** Fewer homes than this are doubled. */
  private static final int FEW_HOMES = 64;

  private final Memory memory;
  private final int homes;
  private final int slots;

  /**
   * Creates an empty table.
   *
   * @param homes number of homes, at most {@link #TAGS}
   * @param overflow slots behind the homes
   * @param allocator of zeroed memory
   */
  SlotTable(int homes, int overflow, LongFunction<Memory> allocator) {
    this.homes = homes;
    this.slots = homes + overflow;
    this.memory = allocator.apply((long) slots * Long.BYTES);
  }

  static int defaultOverflow(int homes) {
    return Math.max(MIN_OVERFLOW, homes >> 4);
  }

  /** Returns the number of homes that a number of entries takes. */
  static int homesFor(long entries) {
    int homes = LEAST_HOMES;
    while (homes < TAGS && isTooSmall(homes, entries)) {
      homes = next(homes);
    }
    return homes;
  }

  /** Returns the next larger number of homes. */
  static int next(int homes) {
    return homes < FEW_HOMES ? homes * 2 : homes + (Integer.highestOneBit(homes) >> 2);
  }

  private static boolean isTooSmall(int homes, long entries) {
    return entries > homes / 5 * 4L;
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

  int homes() {
    return homes;
  }

  /** Says whether there should be more homes for a number of entries. */
  boolean isTooSmallFor(long entries) {
    return homes < TAGS && isTooSmall(homes, entries);
  }

  int slots() {
    return slots;
  }

  int overflow() {
    return slots - homes;
  }

  int home(long tag) {
    return (int) ((tag * homes) >>> TAG_BITS);
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
