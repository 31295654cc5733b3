package io.persistentmap.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The header of a block of an index image. Blocks follow each other in the payloads of the image's
 * segments, and may cross from one to the next.
 *
 * <pre>
 *     0       4       8                16        24      28      32
 *     +-------+-------+----------------+---------+-------+-------+---------+
 *     |  crc  | kind  |     length     |   LSN   |  map  | shard | payload |
 *     +-------+-------+----------------+---------+-------+-------+---------+
 * </pre>
 *
 * <p>The CRC covers the rest of the header and the payload, and is masked for the store, the
 * sequence of the image's first segment, and the block's number in the image.
 *
 * @param kind one of the constants
 * @param length bytes of the payload
 * @param lsn LSN that a shard's slots are exact for, else 0
 * @param map number of the map, else 0
 * @param shard number of the shard, else 0
 */
public record ImageBlock(int kind, long length, long lsn, int map, int shard) {
  /** Bytes of the header. */
  public static final int BYTES = 32;

  /** The segments of the log, as of the LSN at which replay starts. */
  public static final int SEGMENTS = 1;

  /** The maps of the store. */
  public static final int CATALOG = 2;

  /** The classes of the store. */
  public static final int CLASSES = 3;

  /** The slots of one shard. */
  public static final int SHARD = 4;

  /** The end; LSN is the number of blocks before. */
  public static final int END = 5;

  /** Addresses, ascending: entries of one map whose keys equality decides about. */
  public static final int ADDRESSES = 6;

  /** The maps that were dropped, and whose numbers are not free yet. */
  public static final int DROPPED = 7;

  /**
   * Returns the header's bytes, for that payload.
   *
   * @param mask of the store and the sequence of the image's first segment
   * @param number of blocks before this one
   */
  public byte[] encode(byte[] payload, int mask, long number) {
    ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0).putInt(kind).putLong(length).putLong(lsn).putInt(map).putInt(shard);
    out.putInt(0, crc(out.array(), payload, (int) length) ^ mask ^ Checksum.place(number));
    return out.array();
  }

  /** Decodes a header; {@link #isIntact} checks it together with the payload. */
  public static ImageBlock decode(byte[] header) {
    ByteBuffer in = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    in.getInt();
    return new ImageBlock(in.getInt(), in.getLong(), in.getLong(), in.getInt(), in.getInt());
  }

  /** Says whether header and payload are what was written, as that block of that image. */
  public static boolean isIntact(byte[] header, byte[] payload, int length, int mask, long number) {
    int stored = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return (stored ^ mask ^ Checksum.place(number)) == crc(header, payload, length);
  }

  private static int crc(byte[] header, byte[] payload, int length) {
    CRC32C crc = new CRC32C();
    crc.update(header, Integer.BYTES, BYTES - Integer.BYTES);
    crc.update(payload, 0, length);
    return (int) crc.getValue();
  }
}
