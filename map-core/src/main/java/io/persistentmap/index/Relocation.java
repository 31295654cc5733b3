package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.StoreHealth;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the cleaner asks of the indexes: which records of a segment count, and to name another place
 * for one. It works on addresses, and calls no user code: a {@code hashCode} that gives another
 * answer each time can't make it lose a record.
 */
public final class Relocation {
  private final Indexes indexes;
  private final Log log;
  private final StoreHealth health;

  /** Relocates the records of all maps. */
  public Relocation(Indexes indexes, Log log, StoreHealth health) {
    this.indexes = indexes;
    this.log = log;
    this.health = health;
  }

  /**
   * Waits until an index names every record that had been appended: a writer holds its shard's lock
   * from before it appends until then. Only what it names afterwards need be moved out of a segment
   * that was full before.
   */
  public void awaitChanges() {
    indexes.stripes().awaitChanges();
  }

  /**
   * Returns which records of full segments have keys that equality decides about, and count. Costs
   * a look at each slot of that kind, for any number of segments, and does not read the records.
   *
   * @param segments their numbers
   */
  public Map<Integer, SegmentSlots> byEquality(Collection<Integer> segments) {
    int highest = segments.stream().mapToInt(Integer::intValue).max().orElse(-1);
    SegmentSlots[] byNumber = new SegmentSlots[highest + 1];
    Map<Integer, SegmentSlots> found = new HashMap<>();
    for (int segment : segments) {
      byNumber[segment] = new SegmentSlots();
      found.put(segment, byNumber[segment]);
    }
    indexes.list().forEach(index -> collect(index, byNumber));
    found.values().forEach(SegmentSlots::sort);
    return found;
  }

  private static void collect(HashIndex index, SegmentSlots[] byNumber) {
    for (int shard = HashIndex.SHARDS; shard < HashIndex.ALL_SHARDS; shard++) {
      int shardOfHash = shard - HashIndex.SHARDS;
      Shard present = index.existing(shard);
      if (present != null) {
        Boolean unused = present.locked(() -> collect(present, shardOfHash, byNumber));
      }
    }
  }

  private static boolean collect(Shard shard, int shardOfHash, SegmentSlots[] byNumber) {
    SlotTable table = shard.table();
    if (table != null) {
      collect(table, shardOfHash, byNumber);
    }
    return table != null;
  }

  private static void collect(SlotTable table, int shardOfHash, SegmentSlots[] byNumber) {
    for (int i = 0; i < table.slots(); i++) {
      long slot = table.get(i);
      long address = SlotTable.address(slot);
      int segment = FileLayout.segmentOf(address);
      if (slot != 0 && segment < byNumber.length && byNumber[segment] != null) {
        byNumber[segment].add(FileLayout.offsetOf(address), shardOfHash, SlotTable.tag(slot));
      }
    }
  }

  /**
   * Reads where a slot of a hash would be, so that it is in the processor's cache; returns
   * anything.
   */
  public long touch(int map, long hash) {
    Shard shard = existing(map, false, hash);
    SlotTable table = shard == null ? null : shard.table();
    return table == null ? 0 : table.get(table.home(Hashing.tag(hash)));
  }

  /**
   * Says, without a lock, whether the index may name that record, whose key is found by its bytes.
   * False is certain: slots that move meanwhile could hide the one that is looked for, so then the
   * answer is true.
   */
  public boolean mayName(int map, long hash, long address) {
    Shard shard = existing(map, false, hash);
    if (shard == null) {
      return false; // an entry keeps its shard; a map that was dropped has none
    }
    long version = shard.version();
    SlotTable table = shard.table();
    boolean named = table != null && table.find(slot(hash, address)) >= 0;
    VarHandle.acquireFence();
    return named || (version & 1) != 0 || shard.version() != version;
  }

  /**
   * Appends the operation's finished record, which is a copy of the one at {@code address}, and
   * names it instead, if the index still names that one.
   *
   * @return whether it did
   */
  public boolean relocate(int map, Operation operation, long address) {
    Shard shard = existing(map, operation.byEquality, operation.hash);
    return shard != null && shard.locked(() -> relocate(shard, operation, address));
  }

  private boolean relocate(Shard shard, Operation operation, long address) {
    health.checkWritable();
    SlotTable table = shard.table();
    int position = table == null ? -1 : table.find(slot(operation.hash, address));
    if (position < 0) {
      return false;
    }
    long previous = RecordLayout.previous(address, operation.record().paddedLength());
    long moved = log.append(operation.record(), previous, RecordLayout.RELOCATED);
    try {
      shard.replace(position, slot(operation.hash, moved));
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
    return true;
  }

  private @Nullable Shard existing(int map, boolean byEquality, long hash) {
    HashIndex index = indexes.get(map);
    return index == null ? null : index.existingOf(byEquality, hash);
  }

  private static long slot(long hash, long address) {
    return SlotTable.slot(Hashing.tag(hash), address);
  }
}
