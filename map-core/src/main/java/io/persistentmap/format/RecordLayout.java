package io.persistentmap.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A record of the log: 24 bytes of header, key, value, zeros to a multiple of 8.
 *
 * <pre>
 *      0       4        8                     16     17      18     20         24
 *      +-------+--------+----------------------+------+-------+------+----------+-----+-------+
 *      |  crc  | length |       previous       | kind | flags | map  | key len. | key | value |
 *      +-------+--------+----------------------+------+-------+------+----------+-----+-------+
 *                        address 40 | length 24
 * </pre>
 *
 * <ul>
 *   <li>crc: CRC32C of key and value, then of bytes 4 to 24, exclusive-or {@link Checksum#mask} of
 *       the store and the segment's sequence, and {@link Checksum#place}. Detects damage, and what
 *       is of another store, of an earlier life of its segment, or of another place.
 *   <li>length: of header, key and value, without the zeros; unsigned.
 *   <li>previous: address of the record that this one replaces or removes, 0 if none, and that
 *       record's length in units of 8 bytes (all ones if it is longer, which only a record with a
 *       run of its own can be). It lets replay follow the index without reading old records.
 *   <li>kind and flags: see the constants. map: number of the map, 0 for the store itself.
 *   <li>key length: unsigned.
 * </ul>
 */
public final class RecordLayout {
  public static final int CRC_OFFSET = 0;
  public static final int LENGTH_OFFSET = CRC_OFFSET + Integer.BYTES;
  public static final int PREVIOUS_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  public static final int KIND_OFFSET = PREVIOUS_OFFSET + Long.BYTES;
  public static final int KEY_LENGTH_OFFSET = KIND_OFFSET + Integer.BYTES;

  /** Bytes before the key. */
  public static final int HEADER_BYTES = KEY_LENGTH_OFFSET + Integer.BYTES;

  /** An entry: key and value. */
  public static final int PUT = 1;

  /** A tombstone: key, and the LSN of the removal as value. */
  public static final int REMOVE = 2;

  /** All entries of a map were removed: no key, the LSN as value. */
  public static final int CLEAR = 3;

  /** A map of the store: map number as key, its description as value. */
  public static final int CATALOG = 4;

  /** A class: its number as key, its name as value. */
  public static final int CLASS = 5;

  /** The end of what a checkpoint covers. */
  public static final int CHECKPOINT = 6;

  /** A map was dropped: its number as key, the LSN as value. A tombstone of its description. */
  public static final int DROP = 7;

  /** The highest kind. Those up to 15 are reserved: raw records, and objects by number. */
  public static final int LAST_KIND = DROP;

  /** The highest number of a map. */
  public static final int LAST_MAP = 0xffff;

  /** Flag: written by the cleaner, which moved the record here. */
  public static final int RELOCATED = 1;

  /** Flag of a put or remove: its key was found by {@code equals}, not by its bytes. */
  public static final int BY_EQUALITY = 2;

  /** The length in "previous" that says: longer than can be said. */
  public static final long PREVIOUS_LENGTH_MAX = (1L << 24) - 1;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private RecordLayout() {}

  /** Returns "previous" for a record of {@code paddedLength} bytes at {@code address}. */
  public static long previous(long address, long paddedLength) {
    return address | (Math.min(paddedLength >>> 3, PREVIOUS_LENGTH_MAX) << FileLayout.ADDRESS_BITS);
  }

  /** Returns the address in "previous". */
  public static long previousAddress(long previous) {
    return previous & FileLayout.ADDRESS_MASK;
  }

  /** Returns the padded length in "previous", or -1 if it was longer than can be said. */
  public static long previousLength(long previous) {
    long units = previous >>> FileLayout.ADDRESS_BITS;
    return units == PREVIOUS_LENGTH_MAX ? -1 : units << 3;
  }

  /** Writes everything of a header but the CRC. */
  public static void writeHeader(
      byte[] record, int length, long previous, int kind, int flags, int map, int keyLength) {
    INT.set(record, LENGTH_OFFSET, length);
    LONG.set(record, PREVIOUS_OFFSET, previous);
    INT.set(record, KIND_OFFSET, kind | (flags << 8) | (map << 16));
    INT.set(record, KEY_LENGTH_OFFSET, keyLength);
  }

  /**
   * Stores the CRC for the place that the record goes to.
   *
   * @param mask of the store and the segment's sequence
   * @param at offset in the segment
   */
  public static void writeCrc(byte[] record, int crc, int mask, long at) {
    INT.set(record, CRC_OFFSET, crc ^ mask ^ Checksum.place(at >>> 3));
  }

  /**
   * Returns the CRC that was stored for that place.
   *
   * @param from where the record is in the array
   * @param mask of the store and the segment's sequence
   * @param at offset in the segment
   */
  public static int crc(byte[] record, int from, int mask, long at) {
    return (int) INT.get(record, from + CRC_OFFSET) ^ mask ^ Checksum.place(at >>> 3);
  }

  /** Returns the length, unsigned. */
  public static long length(byte[] record, int at) {
    return Integer.toUnsignedLong((int) INT.get(record, at + LENGTH_OFFSET));
  }

  /** Returns "previous". */
  public static long previous(byte[] record, int at) {
    return (long) LONG.get(record, at + PREVIOUS_OFFSET);
  }

  /** Returns the kind. */
  public static int kind(byte[] record, int at) {
    return record[at + KIND_OFFSET] & 0xff;
  }

  /** Returns the flags. */
  public static int flags(byte[] record, int at) {
    return record[at + KIND_OFFSET + 1] & 0xff;
  }

  /** Returns the number of the map. */
  public static int map(byte[] record, int at) {
    return (int) INT.get(record, at + KIND_OFFSET) >>> 16;
  }

  /** Returns the length of the key, unsigned. */
  public static long keyLength(byte[] record, int at) {
    return Integer.toUnsignedLong((int) INT.get(record, at + KEY_LENGTH_OFFSET));
  }

  /**
   * Returns the number that is the key of a {@link #CATALOG}, {@link #CLASS} or {@link #DROP}
   * record.
   */
  public static int catalogNumber(byte[] record) {
    return (int) INT.get(record, HEADER_BYTES);
  }

  /**
   * Returns the CRC of a whole record, unmasked.
   *
   * @param crc a reset or fresh one
   */
  public static int checksum(CRC32C crc, byte[] record, int at, int length) {
    crc.reset();
    crc.update(record, at + HEADER_BYTES, length - HEADER_BYTES);
    crc.update(record, at + LENGTH_OFFSET, HEADER_BYTES - LENGTH_OFFSET);
    return (int) crc.getValue();
  }
}
