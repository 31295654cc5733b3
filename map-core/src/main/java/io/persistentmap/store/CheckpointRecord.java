package io.persistentmap.store;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.serializer.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The value of a checkpoint's record: number, time, entries, the oldest sequence in use, room for a
 * check of the log that it covers, the segments that had been emptied, and a bit for each segment
 * that is in use.
 *
 * <pre>
 *     0        8        16        24       32      40        44
 *     +--------+--------+---------+--------+-------+---------+---------+---------+------+-------+
 *     | number | millis | entries | oldest |   0   | emptied | numbers |  bytes  | bits | zeros |
 *     +--------+--------+---------+--------+-------+---------+---------+---------+------+-------+
 *                                                   count     4 each    of bits, 4
 * </pre>
 *
 * <p>Replay needs the emptied segments only. The rest is for whoever has lost the superblock or the
 * image: with it the log alone tells the state. The segment that has the record is in use, too.
 *
 * @param number of the checkpoint
 * @param timeMillis when it was taken
 * @param entries entries of all maps
 * @param oldestSequence the lowest sequence of the segments in use
 * @param inUse numbers of the segments in use
 */
public record CheckpointRecord(
    long number, long timeMillis, long entries, long oldestSequence, BitSet inUse) {
  private static final int EMPTIED = 5 * Long.BYTES;

  /** Of the stretch of log that the checkpoint covers; reserved. */
  private static final long NO_CHECK = 0;

  /** Starts a record, all but its padding. */
  static void write(
      RecordBuffer record,
      long number,
      long timeMillis,
      long entries,
      long oldestSequence,
      int[] emptied,
      BitSet inUse) {
    record.begin();
    record.endKey();
    ByteWriter out = record.writer();
    out.writeLong(number);
    out.writeLong(timeMillis);
    out.writeLong(entries);
    out.writeLong(oldestSequence);
    out.writeLong(NO_CHECK);
    out.writeInt(emptied.length);
    for (int segment : emptied) {
      out.writeInt(segment);
    }
    byte[] bits = inUse.toByteArray();
    out.writeInt(bits.length);
    out.writeBytes(bits, 0, bits.length);
  }

  /**
   * Passes on the segments that a record names as emptied.
   *
   * @return false if the record can't be one of a checkpoint
   */
  static boolean emptied(byte[] record, int length, IntConsumer action) {
    if (RecordLayout.keyLength(record, 0) != 0
        || length < RecordLayout.HEADER_BYTES + EMPTIED + Integer.BYTES) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    in.position(RecordLayout.HEADER_BYTES + EMPTIED);
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

  /** Reads the value of a record; null if it can't be one. */
  public static @Nullable CheckpointRecord read(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < EMPTIED + 2 * Integer.BYTES) {
      return null;
    }
    long number = in.getLong();
    long timeMillis = in.getLong();
    long entries = in.getLong();
    long oldestSequence = in.getLong();
    in.getLong(); // the check
    long bits = in.position() + (in.getInt() + 1L) * Integer.BYTES;
    if (bits < in.position() || bits > in.limit() - Integer.BYTES) {
      return null;
    }
    in.position((int) bits);
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      return null;
    }
    BitSet inUse = BitSet.valueOf(in.slice(in.position(), length));
    return new CheckpointRecord(number, timeMillis, entries, oldestSequence, inUse);
  }
}
