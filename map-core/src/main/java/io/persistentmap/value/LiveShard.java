package io.persistentmap.value;

import io.persistentmap.index.Shard;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be known about the live entries of one shard of the index. Guarded by that shard's
 * lock.
 */
final class LiveShard {
  final Shard shard;

  /** Live entries that have a slot in the index. */
  long recorded;

  /** The entries without a slot, in no order. */
  private List<LiveEntry> fresh = new ArrayList<>();

  /** Changes under the lock. */
  private volatile int freshCount;

  /** How many entries have ceased to be live; changes under the lock. */
  private volatile long departures;

  /** Entries of the shard, with a slot or fresh; changes under the lock, by whole changes. */
  private volatile long entries;

  LiveShard(Shard shard) {
    this.shard = shard;
    this.entries = shard.count();
  }

  /** Returns the number of entries; needs no lock. */
  long entries() {
    return entries;
  }

  /** Counts again, after a change is complete: a move from fresh to recorded is none. */
  void settle() {
    long now = shard.count() + freshCount;
    if (now != entries) {
      entries = now;
    }
  }

  /** Returns how many entries have ceased to be live; needs no lock. */
  long departures() {
    return departures;
  }

  /** Counts an entry, or all, that is about to be live no longer. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void depart() {
    departures++;
  }

  /** Returns the number of fresh entries; needs no lock. */
  int freshCount() {
    return freshCount;
  }

  /** Returns the fresh entries of this moment. */
  List<LiveEntry> fresh() {
    return List.copyOf(fresh);
  }

  void addFresh(LiveEntry entry) {
    fresh.add(entry);
    entry.freshAt = fresh.size() - 1;
    freshCount = fresh.size();
  }

  /** The last one takes its place. */
  void removeFresh(LiveEntry entry) {
    LiveEntry moved = fresh.remove(fresh.size() - 1);
    if (moved != entry) {
      fresh.set(entry.freshAt, moved);
      moved.freshAt = entry.freshAt;
    }
    entry.freshAt = LiveEntry.NOT_FRESH;
    freshCount = fresh.size();
    if (fresh.isEmpty()) {
      fresh = new ArrayList<>(); // the array may be large
    }
  }

  /** Forgets all: the map was cleared, or closed. */
  void clear() {
    fresh = new ArrayList<>();
    freshCount = 0;
    recorded = 0;
    settle();
  }
}
