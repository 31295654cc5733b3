package io.persistentmap.index;

import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import java.util.function.LongSupplier;

/**
 * A shard of an index as bytes: its slots, in order of tags, and the LSN that they are exact for.
 *
 * <p>Records of the shard below that LSN are in the slots; those from it on are to be replayed.
 */
public final class IndexImage {
  private IndexImage() {}

  /**
   * Writes the slots of a shard, under its lock.
   *
   * @param lsn the LSN of the log, asked for under the lock
   * @return the LSN
   */
  public static long write(Shard shard, ByteWriter out, LongSupplier lsn) {
    shard.lock();
    try {
      SlotTable table = shard.table();
      if (table != null) {
        out.ensure((int) Math.min(shard.count() * Long.BYTES, Integer.MAX_VALUE - 64));
        for (int i = 0; i < table.slots(); i++) {
          long slot = table.get(i);
          if (slot != 0) {
            out.writeLong(slot);
          }
        }
      }
      return lsn.getAsLong();
    } finally {
      shard.unlock();
    }
  }

  /**
   * Fills an empty shard.
   *
   * @return false if the bytes are not slots in order of tags
   */
  public static boolean read(Shard shard, ByteReader in) {
    long entries = in.remaining() / Long.BYTES;
    if (entries == 0) {
      return true;
    }
    int bits = Shard.homeBitsFor(entries);
    int overflow = SlotTable.defaultOverflow(bits);
    int start = in.position();
    while (true) {
      SlotTable table = shard.newTable(bits, overflow);
      SlotTable.Filler filler = table.filler();
      boolean fits = true;
      long before = 0;
      while (fits && in.remaining() >= Long.BYTES) {
        long slot = in.readLong();
        if (SlotTable.address(slot) == 0 || SlotTable.tag(slot) < SlotTable.tag(before)) {
          return false;
        }
        before = slot;
        fits = filler.add(slot);
      }
      if (fits) {
        shard.restore(table, entries);
        return true;
      }
      overflow *= 2;
      in.reset(in.array(), start, in.limit());
    }
  }
}
