package io.persistentmap.index;

import java.util.Arrays;

/**
 * A set of LSNs, usually empty: of records whose keys have been found unequal. Unlike its address,
 * an LSN never comes to mean another record. Not thread-safe.
 */
final class LsnSet {
  private static final int INITIAL_SLOTS = 16;
  private static final int MOST_KEPT_SLOTS = 1 << 12;

  /** Open addressing; 0, which is no record's LSN, is empty. Longer than twice the count. */
  private long[] slots = new long[INITIAL_SLOTS];

  private int count;

  void clear() {
    if (count > 0) {
      if (slots.length > MOST_KEPT_SLOTS) {
        slots = new long[INITIAL_SLOTS];
      } else {
        Arrays.fill(slots, 0);
      }
      count = 0;
    }
  }

  boolean contains(long lsn) {
    return count > 0 && slots[positionOf(lsn)] != 0;
  }

  void add(long lsn) {
    if (2 * (count + 1) >= slots.length) {
      grow();
    }
    int position = positionOf(lsn);
    if (slots[position] == 0) {
      slots[position] = lsn;
      count++;
    }
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    for (long lsn : old) {
      if (lsn != 0) {
        slots[positionOf(lsn)] = lsn;
      }
    }
  }

  private int positionOf(long lsn) {
    int mask = slots.length - 1;
    int position = (int) ((lsn * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (slots[position] != 0 && slots[position] != lsn) {
      position = (position + 1) & mask;
    }
    return position;
  }
}
