package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.index.RecordLookup.Match;
import io.persistentmap.log.Log;
import io.persistentmap.log.Segment;
import io.persistentmap.log.StoreHealth;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
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

  private static final VarHandle SHARD = MethodHandles.arrayElementVarHandle(Shard[].class);

  private final int map;
  private final Log log;
  private final StoreHealth health;
  private final RecordLookup lookup;
  private final Stripes stripes;
  private final TableMemory tables = new TableMemory();

  /** By number; null until a key of the shard is put. Read and set through {@link #SHARD}. */
  private final @Nullable Shard[] shards;

  private volatile @Nullable Consumer<Object> onChange;

  /** Changes with all stripes. */
  private volatile boolean dropped;

  /**
   * Creates an empty index.
   *
   * @param map number of the map
   * @param log where the records are
   * @param stripes of the store
   */
  public HashIndex(int map, Log log, Stripes stripes) {
    this(map, log, stripes, new Shard[ALL_SHARDS]);
  }

  /** As the other, with given shards; no key may be of another. */
  HashIndex(int map, Log log, Stripes stripes, @Nullable Shard[] shards) {
    this.map = map;
    this.log = log;
    this.stripes = stripes;
    this.health = stripes.health();
    this.lookup = new RecordLookup(log, health);
    this.shards = shards;
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
      Shard shard = existing(i);
      sum += shard == null ? 0 : shard.count();
    }
    return sum;
  }

  /** Returns a shard, or null as long as no key of it has been put. */
  public @Nullable Shard existing(int number) {
    return (Shard) SHARD.getAcquire(shards, number);
  }

  /** Returns a shard. */
  public Shard shard(int number) {
    Shard shard = existing(number);
    return shard != null ? shard : makeShard(number);
  }

  private Shard makeShard(int number) {
    Shard made = new Shard(map, number, stripes.of(number), tables);
    Shard present = (Shard) SHARD.compareAndExchange(shards, number, null, made);
    return present != null ? present : made;
  }

  private static int numberOf(boolean byEquality, long hash) {
    return Hashing.shard(hash) + (byEquality ? SHARDS : 0);
  }

  /** Returns the shard of a key. */
  Shard shardOf(boolean byEquality, long hash) {
    return shard(numberOf(byEquality, hash));
  }

  /** Returns the shard of a key, or null as long as no key of it has been put. */
  @Nullable Shard existingOf(boolean byEquality, long hash) {
    return existing(numberOf(byEquality, hash));
  }

  /** Returns the shard of the operation's key. */
  public Shard shardOf(Operation operation) {
    return shardOf(operation.byEquality, operation.hash);
  }

  private @Nullable Shard existingOf(Operation operation) {
    return existingOf(operation.byEquality, operation.hash);
  }

  /** Passes on the addresses of the records of all entries. */
  public void forEachAddress(LongConsumer action) {
    for (int i = 0; i < shards.length; i++) {
      Shard shard = existing(i);
      if (shard != null) {
        for (long address : shard.addresses()) {
          action.accept(address);
        }
      }
    }
  }

  // ---- placing keys that equality decides about ------------------------------------------------

  /** Returns the addresses of all entries about whose keys equality decides, ascending. */
  long[] addressesByEquality() {
    LongStream.Builder addresses = LongStream.builder();
    for (int i = SHARDS; i < shards.length; i++) {
      Shard shard = existing(i);
      if (shard != null) {
        for (long address : shard.addresses()) {
          addresses.add(address);
        }
      }
    }
    return addresses.build().sorted().toArray();
  }

  /** Returns room for other shards of such keys. */
  @Nullable Shard[] shardsAside() {
    return new Shard[SHARDS];
  }

  /** Returns a shard of such keys that is not the index's yet. */
  Shard makeAside(int number) {
    Shard made = new Shard(map, SHARDS + number, stripes.of(SHARDS + number), tables);
    made.setCounted(false);
    return made;
  }

  /** Makes shards that were made aside the index's, with the same entries as those before. */
  void replaceByEquality(@Nullable Shard[] made) {
    Boolean unused =
        stripes.stopped(
            () -> {
              health.check(); // a closed map has no tables
              for (int i = 0; i < made.length; i++) {
                Shard before = existing(SHARDS + i);
                if (before != null) {
                  before.setCounted(false);
                }
                if (made[i] != null) {
                  made[i].setCounted(true);
                }
                SHARD.setRelease(shards, SHARDS + i, made[i]);
              }
              return true;
            });
  }

  /** Returns the locks of the store. */
  public Stripes stripes() {
    return stripes;
  }

  StoreHealth health() {
    return health;
  }

  Log log() {
    return log;
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
    check();
    try {
      Shard shard = existingOf(operation);
      Match match = shard == null ? Match.ABSENT : lookup.find(shard, operation, copy);
      while (match == Match.AGAIN) {
        match = findBesideWriters(Objects.requireNonNull(shard), operation, copy);
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
    check();
    Shard shard = existingOf(operation);
    boolean absent = shard == null || lookup.isAbsent(shard, operation.hash);
    check(); // a closed map has no tables
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
    check();
    try {
      Shard shard = existingOf(operation);
      Match match = shard == null ? Match.ABSENT : lookup.find(shard, operation, true);
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
      check(); // a closed map has no tables
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
        other = shard.stripe().heldByOther(map, operation);
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

  /** As {@link Stripes#checkMayChange}; also refused once the map was dropped. */
  public void checkMayChange() {
    requirePresent();
    stripes.checkMayChange();
  }

  /**
   * Checks that the map can be read.
   *
   * @throws io.persistentmap.MapClosedException if the map was dropped, or the store is closed
   * @throws io.persistentmap.StorageFailureException if the store has failed
   */
  public void check() {
    requirePresent();
    health.check();
  }

  private void requirePresent() {
    if (dropped) {
      throw health.droppedException();
    }
  }

  // ---- changing a key that user code decides about ---------------------------------------------

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
    if (!shard.stripe().tryLock()) {
      return null;
    }
    operation.owes++;
    try {
      return shard.stripe().holderOf(map, operation) == null
          ? new Hold(this, shard, operation, false)
          : null;
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
      return shard.stripe().holderOf(map, operation);
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
      shard.stripe().releaseKey(keyLock, operation);
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      unlock(shard, operation);
    }
  }

  // ---- all entries at once ---------------------------------------------------------------------

  /** Drops all tables: the store is closed. With all stripes. */
  public void dropAll() {
    for (int i = 0; i < shards.length; i++) {
      Shard shard = existing(i);
      if (shard != null) {
        shard.clear();
      }
    }
  }

  /** Removes all entries, at once. The operation's record is a finished {@code CLEAR}. */
  public void clear(Operation operation, Runnable clearCache) {
    removeAll(
        () -> {
          long unused = log.append(operation.record(), 0, 0);
        },
        clearCache);
  }

  /**
   * Removes all entries, and refuses all work from then on.
   *
   * @param append appends the record that says so, as the last thing that could fail
   */
  public void drop(Runnable append, Runnable clearCache) {
    removeAll(
        append,
        () -> {
          dropped = true;
          clearCache.run();
        });
  }

  private void removeAll(Runnable append, Runnable more) {
    awaitTurnToRemove();
    Consumer<Segment> drop = segment -> segment.clearLive(map);
    Boolean unused =
        stripes.stopped(
            () -> {
              checkMayChange();
              append.run();
              try {
                for (int i = 0; i < shards.length; i++) {
                  stripes.of(i).overrunKeys(map);
                }
                dropAll();
                log.segments().forEachLog(drop);
                more.run();
                return true;
              } catch (Throwable e) {
                health.broken = e;
                throw e;
              }
            });
  }
}
