package io.persistentmap.store;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.serializer.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntConsumer;

/**
 * The value of a checkpoint's record: number, time, entries, the oldest sequence in use, and the
 * segments that had been emptied.
 *
 * <pre>
 *     0         8         16        24        32          36
 *     +---------+---------+---------+---------+-----------+----------------------+-------+
 *     | number  |  millis | entries | oldest  |  emptied  | number of a segment  | zeros |
 *     +---------+---------+---------+---------+-----------+----------------------+-------+
 * </pre>
 *
 * <p>What the superblock has, too, is for whoever has lost it.
 */
final class CheckpointRecord {
  private static final int EMPTIED_OFFSET = RecordLayout.HEADER_BYTES + 4 * Long.BYTES;

  private CheckpointRecord() {}

  /** Starts a record, all but its padding. */
  static void write(
      RecordBuffer record,
      long number,
      long timeMillis,
      long entries,
      long oldestSequence,
      int[] emptied) {
    record.begin();
    record.endKey();
    ByteWriter out = record.writer();
    out.writeLong(number);
    out.writeLong(timeMillis);
    out.writeLong(entries);
    out.writeLong(oldestSequence);
    out.writeInt(emptied.length);
    for (int segment : emptied) {
      out.writeInt(segment);
    }
  }

  /**
   * Passes on the segments that a record names as emptied.
   *
   * @return false if the record can't be one of a checkpoint
   */
  static boolean emptied(byte[] record, int length, IntConsumer action) {
    if (RecordLayout.keyLength(record, 0) != 0 || length < EMPTIED_OFFSET + Integer.BYTES) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    in.position(EMPTIED_OFFSET);
    int count = in.getInt();
    if (count < 0 || count > (length - in.position()) / Integer.BYTES) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      int segment = in.getInt();
      if (segment < 0) {
        return false;
      }
      action.accept(segment);
    }
    return true;
  }
}
