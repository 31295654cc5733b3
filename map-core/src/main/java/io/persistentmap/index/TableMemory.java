package io.persistentmap.index;

import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.util.function.LongFunction;

/**
 * Zeroed memory for the tables of one index, one after the other in slabs. Those of large tables
 * are huge pages: a look-up goes to a random place of the index, and with pages of 4 KiB waits for
 * its translation, too (measured in {@code docs/decisions/0008-huge-pages-for-the-index.md}).
 *
 * <p>A slab is released when none of its tables can be reached. The tables of an index double at
 * about the same time, since a hash spreads the keys evenly: so a slab is hardly ever kept by few.
 * Thread-safe.
 */
final class TableMemory implements LongFunction<Memory> {
  /** All tables of an index together fill a huge page when each has this size. */
  static final long LEAST_BYTES = 8 << 10;

  /** So many tables of a size are in a slab, at the least: what is left over is small. */
  static final long LEAST_TABLES = 16;

  private Memory slab = Memory.empty();
  private long used;

  @Override
  public Memory apply(long size) {
    Memory table = take(size);
    table.zero(0, size);
    return table;
  }

  private synchronized Memory take(long size) {
    if (size > slab.size() - used) {
      long bytes = size * LEAST_TABLES;
      slab =
          size < LEAST_BYTES
              ? OffHeapMemory.allocateUnzeroed(bytes)
              : OffHeapMemory.allocateHuge(bytes);
      used = 0;
    }
    Memory table = slab.slice(used, size);
    used += size;
    return table;
  }
}
