package io.persistentmap.store;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The value of a tombstone: the LSN of the removal if the cleaner has moved it, 0 if the record's
 * own LSN is that.
 *
 * <p>An index can be rebuilt from the log alone only if a tombstone outlives every older record of
 * its key. So it stays until no segment is left that was opened before the removal or is the one
 * that was open then.
 */
final class Tombstone {
  private Tombstone() {}

  /** Returns the LSN of the removal, or 0 for the record's own. */
  static long lsn(byte[] record, int length) {
    int value = RecordLayout.HEADER_BYTES + (int) RecordLayout.keyLength(record, 0);
    return length - value < Long.BYTES
        ? 0
        : ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getLong(value);
  }

  /** Returns the sequence of the segment that was open at the removal. */
  static long since(byte[] record, int length, long ownSequence) {
    long lsn = lsn(record, length);
    return lsn == 0 ? ownSequence : lsn >>> FileLayout.SEGMENT_BITS;
  }
}
