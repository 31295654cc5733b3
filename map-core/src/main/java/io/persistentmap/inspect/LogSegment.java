package io.persistentmap.inspect;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentLink;
import org.jspecify.annotations.Nullable;

/**
 * A segment, or run, of the log.
 *
 * @param number its number, which says where it is
 * @param run how many adjacent segments it has
 * @param sequence when it was opened
 * @param mask what the checks of its records are masked with
 * @param end offset behind its last record, or {@link #UNKNOWN}
 * @param next the segment that follows it in the log, if its link tells
 */
record LogSegment(int number, int run, long sequence, int mask, long end, @Nullable Name next) {
  /** The end of a segment whose link is lost. */
  static final long UNKNOWN = -1;

  /** A segment in one of its lives. */
  record Name(int number, long sequence) {}

  /**
   * Returns a segment with what its link, if there is one of that sequence, says.
   *
   * @param salt of the store
   */
  static LogSegment of(FileBytes file, int salt, int number, int run, long sequence) {
    SegmentLink link = linkOf(file, salt, number, run);
    int mask = Checksum.mask(salt, sequence);
    if (link == null || link.sequence() != sequence) {
      return new LogSegment(number, run, sequence, mask, UNKNOWN, null);
    }
    Name next = new Name(link.next(), link.nextSequence());
    return new LogSegment(number, run, sequence, mask, link.end(), next);
  }

  /** Returns a segment of which nothing is known but where it is, and perhaps its mask. */
  static LogSegment ofUnknown(int number, int mask) {
    return new LogSegment(number, 1, 0, mask, UNKNOWN, null);
  }

  /** Returns the link at the end of a segment or run of a store, whatever its sequence, or null. */
  static @Nullable SegmentLink linkOf(FileBytes file, int salt, int number, int run) {
    return SegmentLink.decode(linkBytes(file, number, run), salt);
  }

  /** Returns the last bytes of a segment or run, where a link is if it is full. */
  static byte[] linkBytes(FileBytes file, int number, int run) {
    long behind = FileLayout.fileOffset(number) + (long) run * FileLayout.SEGMENT_BYTES;
    return file.read(behind - SegmentLink.BYTES, SegmentLink.BYTES);
  }

  Name name() {
    return new Name(number, sequence);
  }

  /** Returns the same segment as the last one of a checkpoint, which ends there. */
  LogSegment endingAt(long offset) {
    return new LogSegment(number, run, sequence, mask, offset, null);
  }

  /** Returns the offset that its records can't reach beyond. */
  long limit() {
    long room = bytes() - SegmentLink.BYTES;
    return end == UNKNOWN ? room : Math.min(end, room);
  }

  /** Returns the bytes that it takes in the file. */
  long bytes() {
    return (long) run * FileLayout.SEGMENT_BYTES;
  }
}
