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

  /** Passes on the segments that a record names as emptied. */
  static void emptied(byte[] record, IntConsumer action) {
    ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    int count = in.getInt(EMPTIED_OFFSET);
    for (int i = 0; i < count; i++) {
      action.accept(in.getInt(EMPTIED_OFFSET + Integer.BYTES * (i + 1)));
    }
  }
}
