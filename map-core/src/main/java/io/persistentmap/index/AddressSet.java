package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.OffHeapMemory;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of records while a file is read: off the heap, in tables like those of an index, in
 * parts by segment, so that the records of a part are near each other in the file. Adding what is
 * there, and removing what is not, does nothing. Thread-safe, except for {@link #take}.
 */
final class AddressSet {
  static final int PARTS = 256;

  private static final long[] NOTHING = {};

  private final StoreHealth health;

  /** Null until something is added. */
  private final AtomicReferenceArray<@Nullable Shard> parts = new AtomicReferenceArray<>(PARTS);

  AddressSet(StoreHealth health) {
    this.health = health;
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
    for (int i = 0; i < PARTS; i++) {
      Shard part = parts.get(i);
      if (part != null) {
        part.lock();
        try {
          part.clear();
        } finally {
          part.unlock();
        }
      }
    }
  }

  long count() {
    long sum = 0;
    for (int i = 0; i < PARTS; i++) {
      Shard part = parts.get(i);
      sum += part == null ? 0 : part.count();
    }
    return sum;
  }

  /** Returns the addresses of a part, ascending, and drops them. */
  long[] take(int number) {
    Shard part = parts.get(number);
    if (part == null) {
      return NOTHING;
    }
    long[] addresses = part.addresses();
    part.clear();
    return addresses;
  }

  private Shard partOf(long address) {
    int number = FileLayout.segmentOf(address) & (PARTS - 1);
    Shard part = parts.get(number);
    if (part == null) {
      Shard made = new Shard(0, number, new Stripe(health), OffHeapMemory::allocate);
      Shard present = parts.compareAndExchange(number, null, made);
      part = present != null ? present : made;
    }
    return part;
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
