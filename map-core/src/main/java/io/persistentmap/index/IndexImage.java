package io.persistentmap.index;

import io.persistentmap.serializer.ByteWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.LongSupplier;

/**
 * A shard of an index as bytes: its slots, in order of tags, and the LSN that they are exact for;
 * or, where equality decides about the keys, the addresses alone.
 *
 * <p>Records of the shard below that LSN are in the slots; those from it on are to be replayed.
 */
public final class IndexImage {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private IndexImage() {}

  /**
   * Writes the slots of a shard, under its lock.
   *
   * @param lsn the LSN of the log, asked for under the lock
   * @return the LSN
   */
  public static long write(Shard shard, ByteWriter out, LongSupplier lsn) {
    return shard.locked(() -> writeLocked(shard, out, lsn));
  }

  private static long writeLocked(Shard shard, ByteWriter out, LongSupplier lsn) {
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
  }

  /** Writes the addresses of a shard, ascending. */
  public static void writeAddresses(Shard shard, ByteWriter out) {
    for (long address : shard.addresses()) {
      out.writeLong(address);
    }
  }

  /**
   * Fills an empty shard.
   *
   * @param slots the bytes, from 0
   * @param length how many there are
   * @return false if the bytes are not slots in order of tags
   */
  public static boolean read(Shard shard, byte[] slots, int length) {
    int entries = length / Long.BYTES;
    if (entries == 0) {
      return length == 0;
    }
    int bits = Shard.homeBitsFor(entries);
    int overflow = SlotTable.defaultOverflow(bits);
    while (true) {
      SlotTable table = shard.newTable(bits, overflow);
      int filled = fill(table, slots, entries);
      if (filled < 0) {
        return false;
      }
      if (filled == entries) {
        shard.restore(table, entries);
        return true;
      }
      overflow *= 2;
    }
  }

  /** Returns how many slots fitted, or -1 if they are out of order. */
  private static int fill(SlotTable table, byte[] slots, int entries) {
    SlotTable.Filler filler = table.filler();
    long before = 0;
    for (int i = 0; i < entries; i++) {
      long slot = (long) LONG.get(slots, i * Long.BYTES);
      if (SlotTable.address(slot) == 0 || SlotTable.tag(slot) < before) {
        return -1;
      }
      before = SlotTable.tag(slot);
      if (!filler.add(slot)) {
        return i;
      }
    }
    return entries;
  }
}
