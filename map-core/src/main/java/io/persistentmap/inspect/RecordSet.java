package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import java.util.Arrays;

/**
 * A set of addresses of records: a bit for each 8 bytes of the segments that have any. Less than
 * two bytes for a record of a hundred.
 */
final class RecordSet {
  private static final int WORDS = FileLayout.SEGMENT_BYTES / Long.BYTES / Long.SIZE;
  private static final int WORDS_BITS = FileLayout.SEGMENT_BITS - 3;

  private long[][] bits = new long[16][];
  private long count;

  private static int word(long address) {
    return (int) (address & ((1 << WORDS_BITS) - 1)) >>> 6;
  }

  /** Returns whether it was not there. */
  boolean add(long address) {
    int segment = FileLayout.segmentOf(address);
    if (segment >= bits.length) {
      bits = Arrays.copyOf(bits, Math.max(segment + 1, bits.length * 2));
    }
    long[] words = bits[segment];
    if (words == null) {
      words = new long[WORDS];
      bits[segment] = words;
    }
    long bit = 1L << address;
    boolean absent = (words[word(address)] & bit) == 0;
    words[word(address)] |= bit;
    count += absent ? 1 : 0;
    return absent;
  }

  /** Returns whether it was there. */
  boolean remove(long address) {
    if (!contains(address)) {
      return false;
    }
    bits[FileLayout.segmentOf(address)][word(address)] &= ~(1L << address);
    count--;
    return true;
  }

  boolean contains(long address) {
    int segment = FileLayout.segmentOf(address);
    if (segment >= bits.length || bits[segment] == null) {
      return false;
    }
    return (bits[segment][word(address)] & (1L << address)) != 0;
  }

  long count() {
    return count;
  }

  /** Returns an address from {@code from} on that is here but not in the other, or -1. */
  long firstNotIn(RecordSet other, long from) {
    for (int segment = FileLayout.segmentOf(from); segment < bits.length; segment++) {
      long[] words = bits[segment];
      if (words != null) {
        long found = firstNotIn(words, segment, other, from);
        if (found >= 0) {
          return found;
        }
      }
    }
    return -1;
  }

  private static long firstNotIn(long[] words, int segment, RecordSet other, long from) {
    long[] others = segment < other.bits.length ? other.bits[segment] : null;
    long start = (long) segment << WORDS_BITS;
    for (int i = 0; i < WORDS; i++) {
      long left = others == null ? words[i] : words[i] & ~others[i];
      while (left != 0) {
        long address = start + ((long) i << 6) + Long.numberOfTrailingZeros(left);
        if (address >= from) {
          return address;
        }
        left &= left - 1;
      }
    }
    return -1;
  }
}
