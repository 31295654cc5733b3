package io.persistentmap.format;

import io.persistentmap.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The last 32 bytes of a full segment (or run): where its records end, and which segment is next.
 *
 * <pre>
 *     0       4       8          16              24      28      32
 *     +-------+-------+----------+---------------+-------+-------+
 *     |  crc  |  end  | sequence | next sequence | next  |   0   |
 *     +-------+-------+----------+---------------+-------+-------+
 * </pre>
 *
 * <p>The CRC covers everything behind it.
 *
 * @param sequence the segment's own sequence: detects a link left from an earlier life
 * @param end offset behind the last record, unsigned
 * @param next number of the next segment, or -1 at the end of an image
 * @param nextSequence its sequence
 */
public record SegmentLink(long sequence, long end, int next, long nextSequence) {
  /** Bytes of a link. */
  public static final int BYTES = 32;

  /** Returns the bytes. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0).putInt((int) end).putLong(sequence).putLong(nextSequence).putInt(next);
    out.putInt(0, Checksum.of(out.array(), Integer.BYTES, BYTES - Integer.BYTES));
    return out.array();
  }

  /** Decodes a link of whatever segment; null if the bytes are none. */
  public static @Nullable SegmentLink decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != Checksum.of(bytes, Integer.BYTES, BYTES - Integer.BYTES)) {
      return null;
    }
    long end = Integer.toUnsignedLong(in.getInt());
    long sequence = in.getLong();
    long nextSequence = in.getLong();
    return new SegmentLink(sequence, end, in.getInt(), nextSequence);
  }

  /**
   * Decodes and checks the link of a segment.
   *
   * @throws CorruptFileException if the bytes are not a link of that sequence
   */
  public static SegmentLink decode(Path path, int segment, byte[] bytes, long sequence) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int crc = in.getInt();
    long end = Integer.toUnsignedLong(in.getInt());
    long ownSequence = in.getLong();
    long nextSequence = in.getLong();
    int next = in.getInt();
    int expectedCrc = Checksum.of(bytes, Integer.BYTES, BYTES - Integer.BYTES);
    if (crc != expectedCrc || ownSequence != sequence) {
      throw new CorruptFileException(
          path
              + ": link of segment "
              + segment
              + " at 0x"
              + Long.toHexString(FileLayout.fileOffset(segment))
              + ": expected crc32c "
              + Checksum.hex(expectedCrc)
              + " and sequence "
              + sequence
              + ", found "
              + Checksum.hex(crc)
              + " and sequence "
              + ownSequence
              + "; restore a snapshot or a backup");
    }
    return new SegmentLink(ownSequence, end, next, nextSequence);
  }
}
