package io.persistentmap.inspect;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.SegmentHeader;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Reads the records of segments, front to back, each checked; behind a damaged one it looks for the
 * next that is intact. Not thread-safe.
 *
 * <p>A record is believed only if its checksum is right for its segment's sequence. A value that
 * contains a copy of such a record can be taken for one only where the value's own record is
 * damaged, and then what was found is told of as found behind damage.
 */
final class SegmentScan {
  /** Is told what a segment has. */
  interface Visitor {
    /** An intact record; valid during the call. */
    void record(LogRecord record);

    /** Bytes that are no record, or a damaged one. */
    void damaged(Damage damage);

    /** Bytes between two records that are not the zeros that were written; no record is lost. */
    default void notZero(Damage damage) {
      // Nothing depends on them: only whoever looks for every flipped bit wants to know.
    }
  }

  /** How often the bytes of a segment may be checksummed in search of records behind damage. */
  private static final long SEARCH_PASSES = 64;

  /** Sequences that are tried where nothing else tells one. */
  private static final long SEQUENCES_TRIED = 1 << 24;

  private final FileBytes file;
  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[FileLayout.SEGMENT_BYTES];
  private int available;
  private long searchBytes;

  SegmentScan(FileBytes file) {
    this.file = file;
  }

  /** Passes on all records of a segment, up to its end, or the last that is found. */
  void scan(LogSegment segment, Visitor visitor) {
    load(segment);
    long limitOfAll = segment.limit();
    int limit = (int) Math.min(limitOfAll, available);
    int at = SegmentHeader.END;
    while (at < limit) {
      int length = intactLength(at, limit, segment.mask());
      if (length > 0) {
        visitor.record(recordAt(segment, at, length));
        int end = at + (int) FileLayout.align8(length);
        requireZeros(segment, at + length, end, visitor);
        at = end;
      } else {
        int next = search(at, limit, segment.mask());
        if (next < 0 && segment.end() == LogSegment.UNKNOWN) {
          String what = "its link is damaged, so there may have been records from here on";
          visitor.damaged(damage(segment, at, limitOfAll - at, what));
          return;
        }
        int to = next < 0 ? limit : next;
        visitor.damaged(damage(segment, at, to - at, reason(at, limit, segment.mask())));
        at = to;
      }
    }
    if (available < limitOfAll) {
      visitor.damaged(
          damage(segment, available, limitOfAll - available, "the file ends before it"));
    }
  }

  private void requireZeros(LogSegment segment, int from, int to, Visitor visitor) {
    for (int at = from; at < to; at++) {
      if (bytes[at] != 0) {
        visitor.notZero(damage(segment, from, to - from, "expected zeros behind the record"));
        return;
      }
    }
  }

  private void load(LogSegment segment) {
    long wanted = Math.min(segment.limit(), Integer.MAX_VALUE - 8);
    long position = FileLayout.fileOffset(segment.number());
    int length = (int) Math.max(0, Math.min(wanted, file.size() - position));
    if (bytes.length < length) {
      bytes = new byte[length];
    }
    available = file.read(position, bytes, 0, length);
    searchBytes = SEARCH_PASSES * FileLayout.SEGMENT_BYTES;
  }

  private static LogRecord recordOf(byte[] bytes, LogSegment segment, int at, int length) {
    long address = FileLayout.address(segment.number(), at);
    return new LogRecord(bytes, at, length, address, FileLayout.lsn(segment.sequence(), at));
  }

  private LogRecord recordAt(LogSegment segment, int at, int length) {
    return recordOf(bytes, segment, at, length);
  }

  private Damage damage(LogSegment segment, long at, long length, String what) {
    long position = FileLayout.fileOffset(segment.number()) + at;
    long below = FileLayout.lsn(segment.sequence(), at) + length;
    return new Damage(
        file.path(), position, length, below, "segment " + segment.number() + ": " + what);
  }

  private String reason(int at, int limit, int mask) {
    int length = plausibleLength(at, limit);
    if (length < 0) {
      return "expected a record, found bytes that are none";
    }
    int stored = RecordLayout.crc(bytes, at, mask, at);
    int found = RecordLayout.checksum(crc, bytes, at, length);
    return "record of "
        + length
        + " bytes: crc32c expected "
        + Checksum.hex(stored)
        + ", found "
        + Checksum.hex(found);
  }

  // ---- one record ------------------------------------------------------------------------------

  /** Returns the length of the record there, or -1 if there is no intact one. */
  private int intactLength(int at, int limit, int mask) {
    int length = plausibleLength(at, limit);
    return length > 0 && isIntact(at, length, mask) ? length : -1;
  }

  private boolean isIntact(int at, int length, int mask) {
    return RecordLayout.crc(bytes, at, mask, at) == RecordLayout.checksum(crc, bytes, at, length);
  }

  /** Returns the length that the header there tells, or -1 if it can't be a record's header. */
  private int plausibleLength(int at, int limit) {
    if (limit - at < RecordLayout.HEADER_BYTES) {
      return -1;
    }
    long length = RecordLayout.length(bytes, at);
    boolean fits =
        length >= RecordLayout.HEADER_BYTES
            && FileLayout.align8(length) <= limit - at
            && RecordLayout.keyLength(bytes, at) <= length - RecordLayout.HEADER_BYTES;
    int kind = RecordLayout.kind(bytes, at);
    boolean ofMap = kind <= RecordLayout.CLEAR;
    boolean known = kind >= RecordLayout.PUT && kind <= RecordLayout.LAST_KIND;
    return fits && known && ofMap == (RecordLayout.map(bytes, at) != 0) ? (int) length : -1;
  }

  // ---- behind damage ---------------------------------------------------------------------------

  /** Returns where the next intact record is behind {@code at}, or -1. */
  private int search(int at, int limit, int mask) {
    int length = plausibleLength(at, limit);
    if (length > 0) { // first where the damaged record itself says that it ends
      int next = at + (int) FileLayout.align8(length);
      if (next == limit || intactLength(next, limit, mask) > 0) {
        return next == limit ? -1 : next;
      }
    }
    for (int next = at + Long.BYTES; next < limit && searchBytes > 0; next += Long.BYTES) {
      int found = plausibleLength(next, limit);
      if (found > 0) {
        searchBytes -= found;
        if (isIntact(next, found, mask)) {
          return next;
        }
      }
    }
    return -1;
  }

  // ---- segments whose sequence nothing tells ---------------------------------------------------

  /** Says whether a segment has a record that is right for a sequence. */
  boolean hasRecords(LogSegment segment) {
    load(segment);
    int limit = (int) Math.min(segment.limit(), available);
    int first = SegmentHeader.END;
    return intactLength(first, limit, segment.mask()) > 0
        || search(first, limit, segment.mask()) > 0;
  }

  /** Says whether a segment has nothing but zeros, as a hole has. */
  boolean isEmpty(LogSegment segment) {
    load(segment);
    int start = Math.min(FileLayout.start(segment.number()), available);
    return Arrays.mismatch(bytes, start, available, new byte[available], start, available) < 0;
  }

  /**
   * Finds the mask for which two records in a row are intact: their checksums tell it, but for the
   * rare case that another one would do as well.
   */
  OptionalInt guessMask(LogSegment segment) {
    load(segment);
    int limit = (int) Math.min(segment.limit(), available);
    for (int at = SegmentHeader.END; at < limit && searchBytes > 0; at += Long.BYTES) {
      int length = plausibleLength(at, limit);
      if (length > 0) {
        searchBytes -= length;
        int mask =
            RecordLayout.crc(bytes, at, 0, at) ^ RecordLayout.checksum(crc, bytes, at, length);
        int next = at + (int) FileLayout.align8(length);
        int nextLength = plausibleLength(next, limit);
        if (nextLength > 0 && isIntact(next, nextLength, mask)) {
          return OptionalInt.of(mask);
        }
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Finds the sequence that gives a mask.
   *
   * @param salt of the store
   */
  static OptionalLong sequenceOf(int mask, int salt) {
    for (long sequence = 1; sequence < SEQUENCES_TRIED; sequence++) {
      if (Checksum.mask(salt, sequence) == mask) {
        return OptionalLong.of(sequence);
      }
    }
    return OptionalLong.empty();
  }
}
