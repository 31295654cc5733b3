package io.persistentmap.format;

import java.util.zip.CRC32C;

/** CRC32C (Castagnoli), which today's processors compute in hardware. */
public final class Checksum {
  private Checksum() {}

  /** Returns the CRC of {@code length} bytes. */
  public static int of(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Formats a CRC for messages. */
  public static String hex(int crc) {
    return String.format("%08x", crc);
  }
}
