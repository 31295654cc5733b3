package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.index.RecordLookup.Match;
import io.persistentmap.log.Log;
import io.persistentmap.log.Segment;
import io.persistentmap.log.StoreHealth;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
  /** Shards of the keys that are found by their bytes, and as many of the others behind them. */
  public static final int SHARDS = 256;

  /** Shards of a map. */
  public static final int ALL_SHARDS = 2 * SHARDS;

  private final int map;
  private final Log log;
  private final StoreHealth health;
  private final RecordLookup lookup;
  private final Shard[] shards;
  private final HeldKeys heldKeys;
  private volatile @Nullable Consumer<Object> onChange;

  /**
   * Creates an empty index.
   *
   * @param map number of the map
   * @param log where the records are
   * @param health of the store
   */
  public HashIndex(int map, Log log, StoreHealth health) {
    this(map, log, health, newShards(health));
  }

  /** As the other, with given shards; no key may be of another. */
  HashIndex(int map, Log log, StoreHealth health, Shard[] shards) {
    this.map = map;
    this.log = log;
    this.health = health;
    this.lookup = new RecordLookup(log, health);
    this.shards = shards;
    this.heldKeys = new HeldKeys(shards);
  }

  private static Shard[] newShards(StoreHealth health) {
    Shard[] shards = new Shard[ALL_SHARDS];
    TableMemory tables = new TableMemory();
    for (int i = 0; i < ALL_SHARDS; i++) {
      shards[i] = new Shard(i, health, tables);
    }
    return shards;
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
    return count(0, shards.length);
  }

  /** Returns the number of entries in shards, from one number to before another. */
  public long count(int from, int end) {
    long sum = 0;
    for (int i = from; i < end; i++) {
      sum += shards[i].count();
    }
    return sum;
  }

  /** Returns a shard. */
  public Shard shard(int number) {
    return shards[number];
  }

  /** Returns the shard of a key. */
  Shard shardOf(boolean byEquality, long hash) {
    return shards[Hashing.shard(hash) + (byEquality ? SHARDS : 0)];
  }

  /** Returns the shard of the operation's key. */
  public Shard shardOf(Operation operation) {
    return shardOf(operation.byEquality, operation.hash);
  }

  StoreHealth health() {
    return health;
  }

  RecordLookup lookup() {
    return lookup;
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
      Shard shard = shardOf(operation);
      Match match = lookup.find(shard, operation, copy);
      while (match == Match.AGAIN) {
        match = findBesideWriters(shard, operation, copy);
      }
      return result(match, operation);
    } catch (InternalError e) {
      throw health.fail(e);
    }
  }

  /**
   * Says, without a lock and without looking at any record, whether there is no key with the
   * operation's hash. False may also mean that writers were in the way.
   */
  public boolean isAbsent(Operation operation) {
    health.check();
    boolean absent = lookup.isAbsent(shardOf(operation), operation.hash);
    health.check(); // a closed map has no tables
    return absent;
  }

  /** Each time round, one more record is judged that has been copied under the lock. */
  private Match findBesideWriters(Shard shard, Operation operation, boolean copy) {
    Match match = shard.locked(() -> lookup.findLocked(shard, operation, copy));
    if (match != Match.UNJUDGED) {
      return match;
    }
    return operation.judge() ? Match.FOUND : lookup.find(shard, operation, copy);
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
      Match match = lookup.find(shardOf(operation), operation, true);
      return match == Match.AGAIN ? null : Boolean.valueOf(result(match, operation));
    } catch (InternalError e) {
      throw health.fail(e);
    }
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
    return cursor(0, ALL_SHARDS);
  }

  /**
   * Returns an iteration over the entries in shards, from one number to before another. {@link
   * Cursor#enter} takes it to any.
   */
  public Cursor cursor(int from, int end) {
    return new Cursor(this, lookup, health, from, end);
  }

  // ---- changing --------------------------------------------------------------------------------

  /** When {@link #put} puts. */
  public enum When {
    ALWAYS,
    IF_ABSENT,
    IF_PRESENT;

    /** Says whether it puts, if there is an entry or not. */
    public boolean allows(boolean present) {
      return this == ALWAYS || present == (this == IF_PRESENT);
    }
  }

  /**
   * Puts the finished record.
   *
   * @param wantOld whether the record that is replaced is wanted
   * @param when whether it depends on there being an entry
   * @return whether there was an entry
   */
  public boolean put(Operation operation, boolean wantOld, When when) {
    awaitTurn();
    Shard shard = lockAndFind(operation, wantOld);
    try {
      if (when.allows(operation.exists)) {
        write(shard, operation);
      }
      return operation.exists;
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      unlock(shard, operation);
    }
  }

  /**
   * Removes the key's entry. The operation's record is a finished tombstone.
   *
   * @return whether there was an entry; then it was copied
   */
  public boolean remove(Operation operation, boolean wantOld) {
    awaitTurnToRemove();
    Shard shard = lockAndFind(operation, wantOld);
    try {
      if (operation.exists) {
        erase(shard, operation);
      }
      return operation.exists;
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      unlock(shard, operation);
    }
  }

  // ---- changing in step with something else ----------------------------------------------------

  /**
   * Takes the lock of the key's shard when no other thread holds the key. The operation knows of no
   * entry then, and {@linkplain Operation#owes owes} the lock.
   */
  public Shard lock(Operation operation) {
    Shard shard = shardOf(operation);
    while (true) {
      acquire(shard, operation);
      boolean keep = false;
      KeyLock other;
      CountDownLatch release = null;
      try {
        other = shard.heldByOther(operation);
        if (other == null) {
          checkMayChange();
          operation.exists = false;
          keep = true;
          return shard;
        }
        release = other.release();
      } finally {
        if (!keep) {
          unlock(shard, operation);
        }
      }
      other.await(release);
      checkMayChange();
    }
  }

  private static void acquire(Shard shard, Operation operation) {
    shard.lock();
    operation.owes++;
  }

  /** Gives back the lock that {@link #lock} or its kin took. */
  public void unlock(Shard shard, Operation operation) {
    shard.unlock();
    operation.owes--;
  }

  /** Takes the lock of the key's shard, whoever holds the key. */
  public Shard lockAnyway(Operation operation) {
    Shard shard = shardOf(operation);
    acquire(shard, operation);
    return shard;
  }

  /**
   * Takes the lock of the key's shard when no other thread holds the key, and finds the key's
   * entry, if there is one. What needs user code is asked with the lock given back; so where no two
   * keys have the same hash, or the same bytes are there, the lock is taken once.
   *
   * @param copy whether the entry's record is wanted
   */
  public Shard lockAndFind(Operation operation, boolean copy) {
    Shard shard = lock(operation);
    while (!find(shard, operation, copy)) {
      settle(shard, operation);
      shard = lock(operation);
    }
    return shard;
  }

  /**
   * Takes the lock of the key's shard, and finds the key's entry, for the making of a checkpoint:
   * whether or not somebody holds the key, or the store is being closed.
   */
  public Shard lockAndFindForCheckpoint(Operation operation) {
    Shard shard = lockAnyway(operation);
    while (!find(shard, operation, false)) {
      settle(shard, operation);
      acquire(shard, operation);
    }
    return shard;
  }

  /** Finds the key's entry, or gives the lock back, since keys must be asked for that. */
  private boolean find(Shard shard, Operation operation, boolean copy) {
    boolean keep = false;
    try {
      Match match = lookup.findLocked(shard, operation, copy);
      if (match != Match.UNJUDGED) {
        operation.exists = result(match, operation);
        keep = operation.exists || !operation.hasAdopted();
      }
      return keep;
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      if (!keep) {
        unlock(shard, operation);
      }
    }
  }

  /** Waits until the application may append a change, which must not be done under a lock. */
  public void awaitTurn() {
    awaitCleaner();
    awaitRoom();
  }

  /** As {@link #awaitTurn}, for a change that leaves less: it is not refused on a full disk. */
  public void awaitTurnToRemove() {
    log.awaitRoomToRemove();
    log.awaitCleaner();
  }

  /**
   * Waits a little if the cleaner is behind, before the application puts anything; throws if it
   * must not, since the disk is full.
   */
  public void awaitCleaner() {
    log.requireAdmission();
    log.awaitCleaner();
  }

  /** Waits until the log has room for a change, which must not be done under a lock. */
  public void awaitRoom() {
    log.awaitRoom();
  }

  /**
   * Says whether what the operation found earlier, without a lock, still is the record of its key.
   * Under the lock of its shard.
   */
  public boolean isCurrent(Shard shard, Operation operation) {
    SlotTable table = shard.table();
    Segment segment = log.segments().get(FileLayout.segmentOf(SlotTable.address(operation.slot)));
    return table != null
        && segment != null
        && segment.sequence() == operation.sequence
        && table.find(operation.slot) >= 0;
  }

  /** Asks keys whether they are equal; a record gets the bytes of the stored key that is. */
  private void settle(Shard shard, Operation operation) {
    if (operation.hasAdopted()) {
      operation.restoreOwnKey(); // that key has been removed meanwhile
    } else if (operation.judge() || lookup.find(shard, operation, true) == Match.FOUND) {
      operation.adoptFoundKey();
    }
  }

  /** Appends the finished record, and names it. Under the lock that {@link #lockAndFind} took. */
  public void write(Shard shard, Operation operation) {
    boolean found = operation.exists;
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
      health.broken = e;
      throw e;
    }
  }

  /**
   * Appends the finished tombstone, and removes the slot. Under the lock that {@link #lockAndFind}
   * took, which has found an entry.
   */
  public void erase(Shard shard, Operation operation) {
    log.append(operation.record(), operation.previous(), 0);
    try {
      shard.remove(operation.position);
      changed(operation);
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
  }

  private void changed(Operation operation) {
    Consumer<Object> listener = onChange;
    if (listener != null && operation.key != null && !operation.byEquality) {
      VarHandle.fullFence(); // the change can be seen before the cache is looked at
      listener.accept(operation.key);
    }
  }

  /**
   * Checks that the current thread may change something: while the store waits for functions before
   * it closes, only their threads may.
   *
   * @throws io.persistentmap.MapClosedException if the store is closed, or being closed
   * @throws io.persistentmap.StorageFailureException if it has failed
   */
  public void checkMayChange() {
    health.checkWritable();
    if (health.isDraining() && !heldKeys.isHeldByCurrentThread()) {
      throw health.closedException();
    }
  }

  // ---- changing a key that user code decides about ---------------------------------------------

  /** Returns the keys that functions hold. */
  public HeldKeys heldKeys() {
    return heldKeys;
  }

  /** Takes the key for the current thread; {@link #find} tells what is there. */
  public Hold hold(Operation operation) {
    Shard shard = lock(operation);
    try {
      return new Hold(this, shard, operation, true);
    } finally {
      unlock(shard, operation);
    }
  }

  /**
   * Takes the key for the making of a checkpoint, if that can be done at this moment: waits neither
   * for its holder nor for a lock.
   */
  public @Nullable Hold tryHold(Operation operation) {
    Shard shard = shardOf(operation);
    if (!shard.tryLock()) {
      return null;
    }
    operation.owes++;
    try {
      return shard.holderOf(operation) == null ? new Hold(this, shard, operation, false) : null;
    } finally {
      unlock(shard, operation);
    }
  }

  /** Tells the making of a checkpoint whether the operation's key is held. */
  public KeyState keyState(Operation operation) {
    KeyLock holder = holderOf(operation);
    if (holder == null) {
      return KeyState.FREE;
    }
    return holder.isWaitFutile() ? KeyState.FUTILE : KeyState.HELD;
  }

  /** Tells who has held the operation's key for so long. */
  public String describeHolder(Operation operation, Duration held) {
    KeyLock holder = holderOf(operation);
    return holder == null
        ? "the key has been held again and again for " + held.toSeconds() + " s"
        : holder.describe(held);
  }

  private @Nullable KeyLock holderOf(Operation operation) {
    Shard shard = lockAnyway(operation);
    try {
      return shard.holderOf(operation);
    } finally {
      unlock(shard, operation);
    }
  }

  /** Runs what makes a checkpoint or waits for one, so that no checkpoint waits for this thread. */
  public static <T> T checkpointing(Supplier<T> code) {
    return KeyLock.checkpointing(code);
  }

  /** Makes the change that a holder of the key decided on, and gives the key back. */
  void changeHeld(KeyLock keyLock, Operation operation, boolean put) {
    if (put) {
      awaitTurn();
    } else {
      awaitTurnToRemove();
    }
    Shard shard = lockAndFind(operation, false);
    try {
      if (keyLock.isOverrun()) {
        // The map was cleared meanwhile: this change came just before, and is gone with the rest.
      } else if (put) {
        write(shard, operation);
      } else if (operation.exists) {
        erase(shard, operation);
      }
      shard.releaseKey(keyLock, operation);
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      unlock(shard, operation);
    }
  }

  // ---- all entries at once ---------------------------------------------------------------------

  /**
   * Runs code under all shard locks: nothing changes meanwhile. The store has failed if one of them
   * can't be given back.
   */
  public <T> T stopped(Supplier<T> code) {
    int locked = 0;
    try {
      try {
        for (; locked < shards.length; locked++) {
          shards[locked].lock();
        }
        return code.get();
      } finally {
        while (locked > 0) {
          shards[locked - 1].unlock();
          locked--;
        }
      }
    } catch (Throwable e) {
      if (locked > 0) {
        health.broken = e;
      }
      throw e;
    }
  }

  /** Waits for all changes that have begun. */
  public void awaitChanges() {
    for (Shard shard : shards) {
      shard.awaitChanges();
    }
  }

  /**
   * Drops all tables, and what else is to be dropped with them: the store is closed. All shards are
   * locked, but for locks that an error has left.
   */
  public void dropAll(Runnable more) {
    boolean[] locked = new boolean[shards.length];
    try {
      boolean left = false; // then others were left, too, and each would be waited for
      for (int i = 0; i < shards.length; i++) {
        locked[i] = left ? shards[i].tryLock() : shards[i].lockUnlessLeft();
        left |= !locked[i];
      }
      dropAll();
      more.run();
      unlock(locked);
    } catch (Throwable e) {
      health.broken = e; // so that nobody waits for the locks that are left
      unlock(locked);
      throw e;
    }
  }

  private void unlock(boolean[] locked) {
    for (int i = 0; i < shards.length; i++) {
      if (locked[i]) {
        shards[i].unlock();
        locked[i] = false;
      }
    }
  }

  /** Under all shard locks. */
  private void dropAll() {
    for (Shard shard : shards) {
      shard.clear();
    }
  }

  /** Removes all entries, at once. The operation's record is a finished {@code CLEAR}. */
  public void clear(Operation operation, Runnable clearCache) {
    awaitTurnToRemove();
    Consumer<Segment> drop = segment -> segment.clearLive(map);
    Boolean unused =
        stopped(
            () -> {
              checkMayChange();
              log.append(operation.record(), 0, 0);
              try {
                for (Shard shard : shards) {
                  shard.overrunKeys();
                }
                dropAll();
                log.segments().forEachLog(drop);
                clearCache.run();
                return true;
              } catch (Throwable e) {
                health.broken = e;
                throw e;
              }
            });
  }
}
