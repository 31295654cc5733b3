package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.OffHeapMemory;

/**
 * The addresses of records while a file is read: off the heap, in tables like those of an index, in
 * parts by segment, so that the records of a part are near each other in the file. Adding what is
 * there, and removing what is not, does nothing. Thread-safe, except for {@link #take}.
 */
final class AddressSet {
  static final int PARTS = 256;

  private final Shard[] parts = new Shard[PARTS];

  AddressSet(StoreHealth health) {
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new Shard(i, health, OffHeapMemory::allocate);
    }
  }

  void add(long address) {
    Shard part = partOf(address);
    long slot = slot(address);
    part.lock();
    try {
      if (find(part, slot) < 0) {
        part.reserve();
        part.insert(slot);
      }
    } finally {
      part.unlock();
    }
  }

  void remove(long address) {
    Shard part = partOf(address);
    part.lock();
    try {
      int position = find(part, slot(address));
      if (position >= 0) {
        part.remove(position);
      }
    } finally {
      part.unlock();
    }
  }

  void clear() {
    for (Shard part : parts) {
      part.lock();
      try {
        part.clear();
      } finally {
        part.unlock();
      }
    }
  }

  long count() {
    long sum = 0;
    for (Shard part : parts) {
      sum += part.count();
    }
    return sum;
  }

  /** Returns the addresses of a part, ascending, and drops them. */
  long[] take(int number) {
    long[] addresses = parts[number].addresses();
    parts[number].clear();
    return addresses;
  }

  private Shard partOf(long address) {
    return parts[FileLayout.segmentOf(address) & (PARTS - 1)];
  }

  private static int find(Shard part, long slot) {
    SlotTable table = part.table();
    return table == null ? -1 : table.find(slot);
  }

  private static long slot(long address) {
    return SlotTable.slot(
        (address * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - SlotTable.TAG_BITS), address);
  }
}
