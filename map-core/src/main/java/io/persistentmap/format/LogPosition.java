package io.persistentmap.format;

import java.nio.ByteBuffer;

/**
 * A place in the log: a segment, named twice, and an offset in it.
 *
 * @param segment number of the segment, which says where it is
 * @param sequence sequence of the segment, which says when it was opened: detects that it has been
 *     reused
 * @param offset bytes from the start of the segment
 */
public record LogPosition(int segment, long sequence, long offset) {
  void encode(ByteBuffer out) {
    out.putLong(sequence).putInt(segment).putInt((int) offset);
  }

  static LogPosition decode(ByteBuffer in) {
    long sequence = in.getLong();
    return new LogPosition(in.getInt(), sequence, Integer.toUnsignedLong(in.getInt()));
  }

  /** Says whether there can be such a place. */
  boolean canBe() {
    return segment >= 0
        && segment < FileLayout.MAX_SEGMENTS
        && sequence > 0
        && sequence <= FileLayout.MAX_SEQUENCE
        && offset >= SegmentHeader.END
        && offset <= FileLayout.SEGMENT_BYTES
        && (offset & 7) == 0;
  }

  /** Returns the LSN. */
  public long lsn() {
    return FileLayout.lsn(sequence, offset);
  }
}
