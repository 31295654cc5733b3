package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.RecordLookup.Match;
import io.persistentmap.log.Log;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.OffHeapMemory;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The index of one map, and so the map in bytes: keys and values are what an {@link Operation}
 * holds.
 *
 * <p>Reads take no lock: they probe the shard's table, compare the key in the log, copy the record,
 * and then check that neither the shard's version nor the segment's base has changed; only then are
 * the bytes looked at. Changes take the lock of one shard for one append. All of it is linearizable
 * per key.
 *
 * <p>Every record that is read is checked against its CRC, so that damage on the device is an
 * exception and never a wrong or a missing value.
 */
public final class HashIndex {
  /** Shards of a map. */
  public static final int SHARDS = 256;

  /** How often a reader tries without a lock. */
  static final int OPTIMISTIC_ATTEMPTS = 64;

  private final int map;
  private final Log log;
  private final StoreHealth health;
  private final RecordLookup lookup;
  private final Shard[] shards = new Shard[SHARDS];
  private volatile @Nullable Consumer<Object> onChange;

  /**
   * Creates an empty index.
   *
   * @param map number of the map
   * @param log where the records are
   * @param health of the store
   */
  public HashIndex(int map, Log log, StoreHealth health) {
    this.map = map;
    this.log = log;
    this.health = health;
    this.lookup = new RecordLookup(log, health);
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new Shard(OffHeapMemory::allocate);
    }
  }

  /** Returns the number of the map. */
  public int map() {
    return map;
  }

  /**
   * Names who is told the key of each change, under the shard's lock, after the change can be seen:
   * a cache that drops the key then can't keep a stale value.
   */
  public void onChange(Consumer<Object> listener) {
    onChange = listener;
  }

  /** Returns the number of entries. */
  public long count() {
    long sum = 0;
    for (Shard shard : shards) {
      sum += shard.count();
    }
    return sum;
  }

  /** Returns a shard. */
  public Shard shard(int number) {
    return shards[number];
  }

  private Shard shardOf(long hash) {
    return shards[Hashing.shard(hash)];
  }

  // ---- reading ---------------------------------------------------------------------------------

  /**
   * Looks the key up without a lock.
   *
   * @param copy whether the record is wanted, rather than only whether there is one
   * @return whether there is one
   */
  public boolean find(Operation operation, boolean copy) {
    health.check();
    try {
      Shard shard = shardOf(operation.hash);
      Match match = findOptimistically(shard, operation, copy);
      if (match != Match.AGAIN) {
        return result(match, operation);
      }
      shard.lock();
      try {
        return findLocked(shard, operation, copy);
      } finally {
        shard.unlock();
      }
    } catch (InternalError e) {
      throw health.fail(e);
    }
  }

  /**
   * Looks the key up like {@link #find}, but never waits for a lock: for loaders of a cache, which
   * a writer that holds the lock may be waiting for.
   *
   * @return whether there is an entry, or null if writers were in the way
   */
  public @Nullable Boolean tryFind(Operation operation) {
    health.check();
    try {
      Match match = findOptimistically(shardOf(operation.hash), operation, true);
      return match == Match.AGAIN ? null : Boolean.valueOf(result(match, operation));
    } catch (InternalError e) {
      throw health.fail(e);
    }
  }

  private Match findOptimistically(Shard shard, Operation operation, boolean copy) {
    for (int attempt = 0; attempt < OPTIMISTIC_ATTEMPTS; attempt++) {
      long version = shard.version();
      if ((version & 1) == 0) {
        Match match = lookup.probe(shard.table(), operation, copy);
        VarHandle.acquireFence(); // all that was read, before the version is read again
        if (shard.version() == version && match != Match.AGAIN) {
          return match;
        }
      }
      Thread.onSpinWait();
    }
    return Match.AGAIN;
  }

  private boolean findLocked(Shard shard, Operation operation, boolean copy) {
    Match match;
    do {
      match = lookup.probe(shard.table(), operation, copy);
    } while (match == Match.AGAIN);
    return result(match, operation);
  }

  private boolean result(Match match, Operation operation) {
    if (match == Match.DAMAGED) {
      throw lookup.damaged(operation.slot);
    }
    if (match == Match.ABSENT) {
      health.check(); // a closed map has no tables
    }
    return match == Match.FOUND;
  }

  /** Returns an iteration over all entries, weakly consistent. */
  public Cursor cursor() {
    return new Cursor(this, lookup, health);
  }

  // ---- changing --------------------------------------------------------------------------------

  /** When {@link #put} puts. */
  public enum When {
    ALWAYS,
    IF_ABSENT,
    IF_PRESENT
  }

  /**
   * Puts the finished record.
   *
   * @param wantOld whether the record that is replaced is wanted
   * @param when whether it depends on there being an entry
   * @return whether there was an entry
   */
  public boolean put(Operation operation, boolean wantOld, When when) {
    log.awaitRoom();
    Shard shard = lockFor(operation);
    try {
      boolean found = findLocked(shard, operation, wantOld);
      if (when == When.ALWAYS || found == (when == When.IF_PRESENT)) {
        write(shard, operation, found);
      }
      return found;
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      shard.unlock();
    }
  }

  /**
   * Removes the key's entry. The operation's record is a finished tombstone.
   *
   * @return whether there was an entry; then it was copied
   */
  public boolean remove(Operation operation, boolean wantOld) {
    log.awaitRoom();
    Shard shard = lockFor(operation);
    try {
      boolean found = findLocked(shard, operation, wantOld);
      if (found) {
        erase(shard, operation);
      }
      return found;
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      shard.unlock();
    }
  }

  private Shard lockFor(Operation operation) {
    Shard shard = shardOf(operation.hash);
    shard.lock();
    try {
      shard.awaitKey(
          operation.hash,
          operation.record().array(),
          RecordLayout.HEADER_BYTES,
          operation.record().keyLength());
      health.checkWritable();
      return shard;
    } catch (Throwable e) {
      shard.unlock();
      throw e;
    }
  }

  private void write(Shard shard, Operation operation, boolean found) {
    if (!found) {
      shard.reserve();
    }
    long previous = found ? operation.previous() : 0;
    long address = log.append(operation.record(), previous, 0);
    try {
      long slot = SlotTable.slot(Hashing.tag(operation.hash), address);
      if (found) {
        shard.replace(operation.position, slot);
      } else {
        shard.insert(slot);
      }
      changed(operation);
    } catch (Throwable e) {
      throw health.failInconsistent(e);
    }
  }

  private void erase(Shard shard, Operation operation) {
    log.append(operation.record(), operation.previous(), 0);
    try {
      shard.remove(operation.position);
      changed(operation);
    } catch (Throwable e) {
      throw health.failInconsistent(e);
    }
  }

  private void changed(Operation operation) {
    Consumer<Object> listener = onChange;
    if (listener != null && operation.key != null) {
      VarHandle.fullFence(); // the change can be seen before the cache is looked at
      listener.accept(operation.key);
    }
  }

  // ---- changing a key that user code decides about ---------------------------------------------

  /** Takes the key for the current thread; {@link #find} tells what is there. */
  public Hold hold(Operation operation) {
    Shard shard = lockFor(operation);
    try {
      KeyLock taken =
          shard.takeKey(
              operation.hash,
              operation.record().array(),
              RecordLayout.HEADER_BYTES,
              operation.record().keyLength());
      return new Hold(this, shard, taken);
    } finally {
      shard.unlock();
    }
  }

  /** Makes the change that a holder of the key decided on, and gives the key back. */
  void changeHeld(Shard shard, KeyLock keyLock, Operation operation, boolean put) {
    log.awaitRoom();
    shard.lock();
    try {
      health.checkWritable();
      boolean found = findLocked(shard, operation, false);
      if (keyLock.isOverrun()) {
        // The map was cleared meanwhile: this change came just before, and is gone with the rest.
      } else if (put) {
        write(shard, operation, found);
      } else if (found) {
        erase(shard, operation);
      }
      shard.releaseKey(keyLock);
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      shard.unlock();
    }
  }

  // ---- all entries at once ---------------------------------------------------------------------

  /** Takes all shard locks: nothing changes until {@link #unlockAll}. */
  public void lockAll() {
    for (Shard shard : shards) {
      shard.lock();
    }
  }

  /** Gives all shard locks back. */
  public void unlockAll() {
    for (Shard shard : shards) {
      shard.unlock();
    }
  }

  /** Drops all tables: the store is closed, or the map was cleared. Under all shard locks. */
  public void dropAll() {
    for (Shard shard : shards) {
      shard.clear();
    }
  }

  /** Removes all entries, at once. The operation's record is a finished {@code CLEAR}. */
  public void clear(Operation operation, Runnable clearCache) {
    log.awaitRoom();
    lockAll();
    try {
      health.checkWritable();
      log.append(operation.record(), 0, 0);
      for (Shard shard : shards) {
        shard.overrunKeys();
      }
      dropAll();
      log.segments().forEachLog(segment -> segment.clearLive(map));
      clearCache.run();
    } finally {
      unlockAll();
    }
  }

  // ---- cleaner ---------------------------------------------------------------------------------

  /**
   * Reads where a hash's slot would be, so that it is in the processor's cache; returns anything.
   */
  public long touch(long hash) {
    SlotTable table = shardOf(hash).table();
    return table == null ? 0 : table.get(table.home(Hashing.tag(hash)));
  }

  /**
   * Says, without a lock, whether the index may name that record. False is certain: slots that move
   * meanwhile could hide the one that is looked for, so then the answer is true.
   */
  public boolean mayName(long hash, long address) {
    Shard shard = shardOf(hash);
    long version = shard.version();
    SlotTable table = shard.table();
    boolean named = table != null && positionOf(table, hash, address) >= 0;
    VarHandle.acquireFence();
    return named || (version & 1) != 0 || shard.version() != version;
  }

  /**
   * Appends the operation's finished record, which is a copy of the one at {@code address}, and
   * names it instead, if the index still names that one.
   *
   * @return whether it did
   */
  public boolean relocate(Operation operation, long address) {
    Shard shard = shardOf(operation.hash);
    shard.lock();
    try {
      health.checkWritable();
      SlotTable table = shard.table();
      int position = table == null ? -1 : positionOf(table, operation.hash, address);
      if (position < 0) {
        return false;
      }
      long previous = RecordLayout.previous(address, operation.record().paddedLength());
      long moved = log.append(operation.record(), previous, RecordLayout.RELOCATED);
      shard.replace(position, SlotTable.slot(Hashing.tag(operation.hash), moved));
      return true;
    } finally {
      shard.unlock();
    }
  }

  private static int positionOf(SlotTable table, long hash, long address) {
    long wanted = SlotTable.slot(Hashing.tag(hash), address);
    int position = table.lowerBound(Hashing.tag(hash));
    long slot = table.get(position);
    while (slot != 0 && SlotTable.tag(slot) == Hashing.tag(hash)) {
      if (slot == wanted) {
        return position;
      }
      slot = table.get(++position);
    }
    return -1;
  }

  // ---- recovery: one thread, before anybody else can see the index
  // -------------------------------

  /** Replays a put of the log. */
  public void replayPut(long hash, long address, long previous) {
    Shard shard = shardOf(hash);
    long slot = SlotTable.slot(Hashing.tag(hash), address);
    if (previous == 0) {
      shard.reserve();
      shard.insert(slot);
    } else {
      shard.replace(requirePosition(shard, hash, address, previous), slot);
    }
  }

  /** Replays a removal of the log. */
  public void replayRemove(long hash, long address, long previous) {
    Shard shard = shardOf(hash);
    shard.remove(requirePosition(shard, hash, address, previous));
  }

  /** Replays that all entries of a shard were removed. */
  public void replayClear(int shard) {
    shards[shard].clear();
  }

  private int requirePosition(Shard shard, long hash, long address, long previous) {
    SlotTable table = shard.table();
    long replaced = RecordLayout.previousAddress(previous);
    int position = table == null ? -1 : positionOf(table, hash, replaced);
    if (position < 0) {
      throw lookup.damagedAt(
          address,
          "to replace the record at 0x" + Long.toHexString(FileLayout.fileOffsetOf(replaced)));
    }
    return position;
  }
}
