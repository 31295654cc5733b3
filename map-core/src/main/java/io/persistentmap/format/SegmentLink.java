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
 * <p>The CRC covers everything behind it, and is masked for the store and the sequence.
 *
 * @param sequence the segment's own sequence: detects a link left from an earlier life
 * @param end offset behind the last record, unsigned
 * @param next number of the next segment, or -1 at the end of an image
 * @param nextSequence its sequence
 */
public record SegmentLink(long sequence, long end, int next, long nextSequence) {
  /** Bytes of a link. */
  public static final int BYTES = 32;

  /**
   * Returns the bytes.
   *
   * @param salt of the store
   */
  public byte[] encode(int salt) {
    ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0).putInt((int) end).putLong(sequence).putLong(nextSequence).putInt(next);
    out.putInt(0, crc(out.array()) ^ Checksum.mask(salt, sequence));
    return out.array();
  }

  /**
   * Decodes a link of whatever segment of a store; null if the bytes are none.
   *
   * @param salt of the store
   */
  public static @Nullable SegmentLink decode(byte[] bytes, int salt) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(Integer.BYTES);
    return saltOf(bytes) == salt ? read(in) : null;
  }

  /** Decodes what is a link of the store with the salt {@link #saltOf}, if of any. */
  public static @Nullable SegmentLink decodeOfAnyStore(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(Integer.BYTES);
    SegmentLink link = read(in);
    boolean last = link.next == -1;
    boolean possible =
        in.getInt() == 0
            && link.sequence > 0
            && link.end >= SegmentHeader.END
            && link.next >= -1
            && (last ? link.nextSequence == 0 : link.nextSequence > link.sequence);
    return possible ? link : null;
  }

  /** Returns the salt of the only store that the bytes can be a link of, if they are one. */
  public static int saltOf(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int stored = in.getInt();
    return stored ^ crc(bytes) ^ Checksum.mask(0, read(in).sequence);
  }

  /**
   * Decodes and checks the link of a segment.
   *
   * @throws CorruptFileException if the bytes are not a link of that store and sequence
   */
  public static SegmentLink decode(Path path, int segment, byte[] bytes, int salt, long sequence) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int crc = in.getInt() ^ Checksum.mask(salt, sequence);
    SegmentLink link = read(in);
    if (crc != crc(bytes) || link.sequence != sequence) {
      throw new CorruptFileException(
          path
              + ": link of segment "
              + segment
              + " at 0x"
              + Long.toHexString(FileLayout.fileOffset(segment))
              + ": expected crc32c "
              + Checksum.hex(crc(bytes))
              + " and sequence "
              + sequence
              + ", found "
              + Checksum.hex(crc)
              + " and sequence "
              + link.sequence
              + Remedy.FOR_DAMAGE);
    }
    return link;
  }

  private static int crc(byte[] bytes) {
    return Checksum.of(bytes, Integer.BYTES, BYTES - Integer.BYTES);
  }

  /** Reads what is behind the CRC. */
  private static SegmentLink read(ByteBuffer in) {
    long end = Integer.toUnsignedLong(in.getInt());
    long sequence = in.getLong();
    long nextSequence = in.getLong();
    return new SegmentLink(sequence, end, in.getInt(), nextSequence);
  }
}
