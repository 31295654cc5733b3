package io.persistentmap.value;

import io.persistentmap.index.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is to be known about the live entries of one shard of the index. Guarded by that shard's
 * lock.
 */
final class LiveShard {
  final LiveValues values;
  final Shard shard;

  /** Live entries that have a slot in the index. */
  long recorded;

  /** The entries without a slot, in no order. */
  private @Nullable List<LiveEntry> fresh;

  /** Changes under the lock. */
  private volatile int freshCount;

  /** How many entries have ceased to be live; changes under the lock. */
  private volatile long departures;

  /** Entries of the shard, with a slot or fresh; changes under the lock, by whole changes. */
  private volatile long entries;

  LiveShard(LiveValues values, Shard shard) {
    this.values = values;
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
    List<LiveEntry> present = fresh;
    return present == null ? List.of() : List.copyOf(present);
  }

  /** What can fail comes first. */
  void addFresh(LiveEntry entry) {
    List<LiveEntry> present = fresh;
    if (present == null) {
      present = new ArrayList<>();
      fresh = present;
    }
    int at = present.size();
    present.add(entry);
    entry.freshAt = at;
    freshCount = at + 1;
    shard.countUnrecorded(1);
  }

  /** The last one takes its place. */
  void removeFresh(LiveEntry entry) {
    List<LiveEntry> present = Objects.requireNonNull(fresh);
    LiveEntry moved = present.remove(present.size() - 1);
    if (moved != entry) {
      present.set(entry.freshAt, moved);
      moved.freshAt = entry.freshAt;
    }
    entry.freshAt = LiveEntry.NOT_FRESH;
    freshCount = present.size();
    shard.countUnrecorded(-1);
    if (present.isEmpty()) {
      fresh = null; // the array may be large
    }
  }

  /** Forgets all: the map was cleared, or closed. */
  void clear() {
    fresh = null;
    shard.countUnrecorded(-freshCount);
    freshCount = 0;
    recorded = 0;
    settle();
  }
}
