package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentLink;
import org.jspecify.annotations.Nullable;

/**
 * A segment, or run, of the log.
 *
 * @param number its number, which says where it is
 * @param run how many adjacent segments it has
 * @param sequence when it was opened
 * @param end offset behind its last record, or {@link #UNKNOWN}
 * @param next the segment that follows it in the log, if its link tells
 */
record LogSegment(int number, int run, long sequence, long end, @Nullable Name next) {
  /** The end of a segment whose link is lost. */
  static final long UNKNOWN = -1;

  /** A segment in one of its lives. */
  record Name(int number, long sequence) {}

  /** Returns a segment with what its link, if there is one of that sequence, says. */
  static LogSegment of(FileBytes file, int number, int run, long sequence) {
    SegmentLink link = linkOf(file, number, run);
    return link == null || link.sequence() != sequence
        ? withoutLink(number, run, sequence)
        : new LogSegment(
            number, run, sequence, link.end(), new Name(link.next(), link.nextSequence()));
  }

  /** Returns a segment of which nothing says where its records end. */
  static LogSegment withoutLink(int number, int run, long sequence) {
    return new LogSegment(number, run, sequence, UNKNOWN, null);
  }

  /** Returns the link at the end of a segment or run, whatever its sequence, or null. */
  static @Nullable SegmentLink linkOf(FileBytes file, int number, int run) {
    long behind = FileLayout.fileOffset(number) + (long) run * FileLayout.SEGMENT_BYTES;
    return SegmentLink.decode(file.read(behind - SegmentLink.BYTES, SegmentLink.BYTES));
  }

  Name name() {
    return new Name(number, sequence);
  }

  /** Returns the same segment as the last one of a checkpoint, which ends there. */
  LogSegment endingAt(long offset) {
    return new LogSegment(number, run, sequence, offset, null);
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
