package io.persistentmap.format;

import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli), which today's processors compute in hardware, and what it is combined with
 * by exclusive-or, so that bytes which are whole, but of another store, time or place, fail.
 */
public final class Checksum {
  private Checksum() {}

  /** Returns the CRC of {@code length} bytes. */
  public static int of(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Mixes a store's name into 32 bits. */
  public static int salt(UUID store) {
    return mix(store.getMostSignificantBits() ^ store.getLeastSignificantBits());
  }

  /**
   * Mixes the sequence of a segment into 32 bits, such that neighbours differ in many.
   *
   * @param salt of the store
   */
  public static int mask(int salt, long sequence) {
    return salt ^ mix(sequence);
  }

  private static int mix(long number) {
    return (int) ((number * 0x9E3779B97F4A7C15L) >>> 32);
  }

  /**
   * Mixes the number of a place, in whatever it is counted, into 32 bits, other ones for each: so
   * what a device wrote to the wrong place is not taken for what belongs there.
   */
  public static int place(long number) {
    return (int) number * 0x85EBCA6B;
  }

  /** Formats a CRC for messages. */
  public static String hex(int crc) {
    return String.format("%08x", crc);
  }
}
