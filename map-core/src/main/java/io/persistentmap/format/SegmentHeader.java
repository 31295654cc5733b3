package io.persistentmap.format;

import io.persistentmap.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The 64 bytes at offset 8192 of a segment: before it is a gap, where segment 0 has the
 * superblocks.
 *
 * <pre>
 *     0       4       8              24         32      36      40                64
 *     +-------+-------+---------------+----------+-------+-------+-----------------+
 *     | magic |  crc  |  store UUID   | sequence | kind  |  run  |  zeros          |
 *     +-------+-------+---------------+----------+-------+-------+-----------------+
 * </pre>
 *
 * <p>The CRC covers everything behind it.
 *
 * @param store detects a segment of another store
 * @param sequence counts segments opened; detects a reused segment
 * @param kind {@link #LOG} or {@link #IMAGE}
 * @param run number of adjacent segments that this header stands for; more than 1 for a record that
 *     is larger than a segment
 */
public record SegmentHeader(UUID store, long sequence, int kind, int run) {
  /** Bytes of a header. */
  public static final int BYTES = 64;

  /** Offset of a header in its segment. */
  public static final int OFFSET = FileLayout.SUPERBLOCKS_BYTES;

  /** Offset behind a header: of the first record, or of an image's first byte. */
  public static final int END = OFFSET + BYTES;

  /** A segment of records. */
  public static final int LOG = 1;

  /** A segment of an index image. */
  public static final int IMAGE = 2;

  private static final int MAGIC = 0x47455350; // "PSEG"
  private static final int CRC_OFFSET = Integer.BYTES;
  private static final int CHECKED_OFFSET = CRC_OFFSET + Integer.BYTES;

  /** Returns the bytes. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(0);
    out.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
    out.putLong(sequence).putInt(kind).putInt(run);
    out.putInt(CRC_OFFSET, Checksum.of(out.array(), CHECKED_OFFSET, BYTES - CHECKED_OFFSET));
    return out.array();
  }

  /** Returns the file offset of a segment's header. */
  public static long fileOffset(int segment) {
    return FileLayout.fileOffset(segment) + OFFSET;
  }

  /** Decodes a header of whatever segment; null if the bytes are none. */
  public static @Nullable SegmentHeader decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int magic = in.getInt();
    int crc = in.getInt();
    SegmentHeader found =
        new SegmentHeader(
            new UUID(in.getLong(), in.getLong()), in.getLong(), in.getInt(), in.getInt());
    boolean valid =
        magic == MAGIC
            && crc == Checksum.of(bytes, CHECKED_OFFSET, BYTES - CHECKED_OFFSET)
            && found.run >= 1;
    return valid ? found : null;
  }

  /**
   * Decodes and checks a header.
   *
   * @throws CorruptFileException if the bytes are not those of segment {@code segment}, of that
   *     store, kind and sequence
   */
  public static SegmentHeader decode(
      Path path, int segment, byte[] bytes, UUID store, int kind, long sequence) {
    SegmentHeader found = decode(bytes);
    if (found == null
        || !found.store.equals(store)
        || found.kind != kind
        || found.sequence != sequence) {
      throw new CorruptFileException(
          path
              + ": segment "
              + segment
              + " at 0x"
              + Long.toHexString(fileOffset(segment))
              + ": expected kind "
              + kind
              + ", sequence "
              + sequence
              + " of store "
              + store
              + ", found "
              + (found != null ? found : "a damaged header")
              + Remedy.FOR_DAMAGE);
    }
    return found;
  }
}
