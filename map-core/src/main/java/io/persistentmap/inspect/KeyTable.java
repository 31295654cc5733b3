package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import java.util.function.LongPredicate;

/**
 * A hash table from keys, which it does not have, to addresses of their records: who looks a key up
 * says of each address with the same bits of the hash whether it is the key's. 12 to 24 bytes an
 * entry.
 *
 * <p>Slots are those of the index: 24 bits of the hash and 40 of an address. Parts by 8 more bits
 * keep the chains short.
 */
final class KeyTable {
  private static final int PARTS = 256;
  private static final int PART_SHIFT = 56;
  private static final int TAG_SHIFT = 32;
  private static final int TAG_BITS = 24;
  private static final long TAG_MASK = (1L << TAG_BITS) - 1;
  private static final int FIRST_BITS = 3;

  private final Part[] parts = new Part[PARTS];
  private long count;

  KeyTable() {
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new Part();
    }
  }

  long count() {
    return count;
  }

  /** Returns the address of a key, or 0. */
  long find(long hash, LongPredicate isKey) {
    Part part = part(hash);
    int position = part.find(tag(hash), isKey);
    return position < 0 ? 0 : part.slots[position] & FileLayout.ADDRESS_MASK;
  }

  /** Adds an address of a key that is not there. */
  void add(long hash, long address) {
    part(hash).add(tag(hash), address);
    count++;
  }

  /** Removes an address; returns whether it was there. */
  boolean remove(long hash, long address) {
    Part part = part(hash);
    int position = part.find(tag(hash), found -> found == address);
    if (position < 0) {
      return false;
    }
    part.remove(position);
    count--;
    return true;
  }

  /** Removes all addresses for which the predicate holds. */
  void removeIf(LongPredicate predicate) {
    for (Part part : parts) {
      long[] old = part.slots;
      part.reset(old.length);
      for (long slot : old) {
        if (slot != 0) {
          if (predicate.test(slot & FileLayout.ADDRESS_MASK)) {
            count--;
          } else {
            part.add(slot >>> FileLayout.ADDRESS_BITS, slot & FileLayout.ADDRESS_MASK);
          }
        }
      }
    }
  }

  private Part part(long hash) {
    return parts[(int) (hash >>> PART_SHIFT)];
  }

  private static long tag(long hash) {
    return (hash >>> TAG_SHIFT) & TAG_MASK;
  }

  /** Open addressing with linear probing; a slot's home is its tag's upper bits. */
  private static final class Part {
    private long[] slots = new long[1 << FIRST_BITS];
    private int used;

    void reset(int length) {
      slots = new long[length];
      used = 0;
    }

    private int home(long tag) {
      int bits = Integer.numberOfTrailingZeros(slots.length);
      return (int) (tag >>> Math.max(0, TAG_BITS - bits));
    }

    int find(long tag, LongPredicate isKey) {
      int position = home(tag);
      while (slots[position] != 0) {
        long slot = slots[position];
        if (slot >>> FileLayout.ADDRESS_BITS == tag && isKey.test(slot & FileLayout.ADDRESS_MASK)) {
          return position;
        }
        position = next(position);
      }
      return -1;
    }

    void add(long tag, long address) {
      if (3L * (used + 1) > 2L * slots.length) {
        grow();
      }
      int position = home(tag);
      while (slots[position] != 0) {
        position = next(position);
      }
      slots[position] = (tag << FileLayout.ADDRESS_BITS) | address;
      used++;
    }

    private void grow() {
      long[] old = slots;
      reset(old.length * 2);
      for (long slot : old) {
        if (slot != 0) {
          add(slot >>> FileLayout.ADDRESS_BITS, slot & FileLayout.ADDRESS_MASK);
        }
      }
    }

    /** Moves back what is behind, up to the next gap, where its home allows it. */
    void remove(int position) {
      int hole = position;
      int at = next(hole);
      while (slots[at] != 0) {
        int home = home(slots[at] >>> FileLayout.ADDRESS_BITS);
        boolean between = hole <= at ? hole < home && home <= at : hole < home || home <= at;
        if (!between) {
          slots[hole] = slots[at];
          hole = at;
        }
        at = next(at);
      }
      slots[hole] = 0;
      used--;
    }

    private int next(int position) {
      return (position + 1) & (slots.length - 1);
    }
  }
}
