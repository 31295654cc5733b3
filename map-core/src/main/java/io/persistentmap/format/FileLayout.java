package io.persistentmap.format;

/**
 * The hash file as a whole: segments, the first of which has the two superblocks where the others
 * have a gap.
 *
 * <pre>
 *      0       4096      8192                  S        S + 8192             2S
 *      +---------+---------+--------------------+-----------+-----------------+--
 *      | even SB | odd SB  | header, records    |   gap     | header, records | ...  S = 4 MiB
 *      +---------+---------+--------------------+-----------+-----------------+--
 *       segment 0                                segment 1
 * </pre>
 *
 * <p>So every segment is two huge pages of the page cache, which the mapping can use as such:
 * lookups miss the TLB less.
 *
 * <p>An <em>address</em> is a file offset in units of 8 bytes, 40 bits wide: 8 TiB. An <em>LSN</em>
 * is a segment's sequence times the segment size, plus an offset in the segment: it orders what was
 * written, which no address does.
 *
 * <p>All numbers in the file are little-endian.
 */
public final class FileLayout {
  /** The one format version that this release writes and reads. */
  public static final int FORMAT_VERSION = 1;

  /** Superblocks, checkpoints and the file's length are multiples of this many bytes. */
  public static final int BLOCK_BYTES = 4096;

  /** Bytes of both superblocks. */
  public static final int SUPERBLOCKS_BYTES = 2 * BLOCK_BYTES;

  /** Binary logarithm of the segment size. */
  public static final int SEGMENT_BITS = 22;

  /** Bytes of a segment. */
  public static final int SEGMENT_BYTES = 1 << SEGMENT_BITS;

  /** Bits of an address. */
  public static final int ADDRESS_BITS = 40;

  /** The largest address. */
  public static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;

  /** How many segments fit the addresses: 2 Mi, 8 TiB. */
  public static final int MAX_SEGMENTS = 1 << (ADDRESS_BITS + 3 - SEGMENT_BITS);

  /** The highest sequence, so that an LSN has 63 bits. */
  public static final long MAX_SEQUENCE = Long.MAX_VALUE >>> SEGMENT_BITS;

  private FileLayout() {}

  /** Returns the file offset at which a segment starts. */
  public static long fileOffset(int segment) {
    return (long) segment << SEGMENT_BITS;
  }

  /** Returns the offset in a segment behind what is not its own: the superblocks in segment 0. */
  public static int start(int segment) {
    return segment == 0 ? SUPERBLOCKS_BYTES : 0;
  }

  /** Returns the file offset of an address. */
  public static long fileOffsetOf(long address) {
    return address << 3;
  }

  /** Returns the address of an offset in a segment; the offset is a multiple of 8. */
  public static long address(int segment, long offset) {
    return (fileOffset(segment) + offset) >>> 3;
  }

  /** Returns the segment that an address is in. */
  public static int segmentOf(long address) {
    return (int) (address >>> (SEGMENT_BITS - 3));
  }

  /** Returns the offset of an address in its segment. */
  public static long offsetOf(long address) {
    return (address << 3) & (SEGMENT_BYTES - 1);
  }

  /** Returns the LSN of an offset in the segment with a sequence. */
  public static long lsn(long sequence, long offset) {
    return (sequence << SEGMENT_BITS) + offset;
  }

  /** Rounds up to whole blocks. */
  public static long alignToBlock(long bytes) {
    return (bytes + BLOCK_BYTES - 1) & -BLOCK_BYTES;
  }

  /** Rounds up to a multiple of 8, as every record is. */
  public static long align8(long bytes) {
    return (bytes + 7) & -8L;
  }
}
