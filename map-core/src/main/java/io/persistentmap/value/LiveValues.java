package io.persistentmap.value;

import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Shard;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.store.Gate;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The live entries of a map: a hash table in front of the index.
 *
 * <p>Whoever reads looks here first, without a lock. Whoever changes an entry, live or not, holds
 * the lock of its key's shard; the methods below that change something need it, too.
 *
 * <p>Invariants. (1) The value of a live entry is what every read of its key gives. (2) For every
 * other key, the index is right: an entry leaves this table after the index has changed. (3) The
 * fresh entries are exactly those that have no slot in the index.
 */
public final class LiveValues {
  private final HashIndex index;
  private final EntryCodec<?, ?> codec;
  private final DirtyPass pass;
  private final PassLedger ledger;
  private final Gate gate;

  /** By number of the shard; null until the shard has a live entry, or had one. */
  private final AtomicReferenceArray<@Nullable LiveShard> homes =
      new AtomicReferenceArray<>(HashIndex.ALL_SHARDS);

  /** Changes under the locks of all shards. */
  private volatile ConcurrentHashMap<Object, LiveEntry> entries = new ConcurrentHashMap<>();

  /** Of the store; a field for who has caught an error. */
  final StoreHealth health;

  /** How often the map has been cleared; changes under the locks of all shards. */
  private volatile int era;

  /**
   * Creates an empty table in front of an index, and gives it a part in the pass of its store.
   *
   * @param health of the store
   */
  public LiveValues(HashIndex index, EntryCodec<?, ?> codec, DirtyPass pass, StoreHealth health) {
    this.index = index;
    this.codec = codec;
    this.pass = pass;
    this.ledger = pass.ledger();
    this.gate = pass.gate();
    this.health = health;
    pass.add(this);
  }

  HashIndex index() {
    return index;
  }

  EntryCodec<?, ?> codec() {
    return codec;
  }

  /**
   * Notes that the current thread is given the object of an entry, which it may change; the pass
   * must know, if that thread is in an atomic section.
   */
  public void handOut(LiveEntry entry) {
    if (ledger.isPassing() && !entry.handed && gate.isInside()) {
      boolean unused =
          entry
              .shard()
              .locked(
                  () -> {
                    ledger.handed(entry);
                    return true;
                  });
    }
  }

  /** Waits a little if a pass can't keep up. Before a live value is put, and without a lock. */
  public void awaitPass() {
    ledger.awaitPass();
  }

  // ---- without a lock --------------------------------------------------------------------------

  /** Returns the live entry of a key, if there is one. Under the shard's lock, that is certain. */
  public @Nullable LiveEntry get(Object key) {
    return entries.get(key);
  }

  /** Returns the live value of a key, if there is one. */
  public @Nullable Object value(Object key) {
    LiveEntry entry = entries.get(key);
    return entry == null ? null : entry.value();
  }

  /** Returns the number of entries in shards, live or not, from one number to before another. */
  public long mapEntries(int from, int end) {
    long sum = 0;
    for (int i = from; i < end; i++) {
      LiveShard home = homes.get(i);
      Shard shard = home == null ? index.existing(i) : null;
      sum += home != null ? home.entries() : shard != null ? shard.count() : 0;
    }
    return sum;
  }

  /** Returns the number of live entries. */
  public long count() {
    return entries.mappingCount();
  }

  /** Returns the error to throw instead of one that the live values may be the reason of. */
  public OutOfMemoryError explain(OutOfMemoryError error) {
    return pass.explain(error);
  }

  /** Returns the table, for the dirty pass. */
  ConcurrentHashMap<Object, LiveEntry> table() {
    return entries;
  }

  /**
   * Returns a number that changes before an entry of a shard ceases to be live. As long as it is
   * the same, a key that is not live has not been, and so its record is not out of date.
   */
  public long departures(int shard) {
    LiveShard home = homes.get(shard);
    return home == null ? 0 : home.departures();
  }

  /** Returns the fresh entries of a shard, as of some moment of this call. */
  public List<LiveEntry> fresh(int shard) {
    LiveShard home = homes.get(shard);
    if (home == null || home.freshCount() == 0) {
      return List.of();
    }
    return home.shard.locked(home::fresh);
  }

  /**
   * Replaces one live object by another: needs no byte of the key, and no lock of its shard.
   *
   * @return the one before, or null if there is none, or somebody does more with the entry
   */
  public @Nullable Object tryReplace(Object key, Object value) {
    LiveEntry entry = get(key);
    return entry == null ? null : entry.tryReplace(value, this);
  }

  /**
   * Replaces one live number by another, as {@link #tryReplace}.
   *
   * @param function of ours, which calls nothing
   * @return the one before, or null if there is none, or somebody does more with the entry
   */
  public @Nullable Long tryChange(Object key, LongUnaryOperator function) {
    LiveEntry entry = get(key);
    return entry == null ? null : entry.tryChange(function, this);
  }

  // ---- under the lock of the shard -------------------------------------------------------------

  /**
   * Notes that the value of an entry has been changed, or that it is new: a pass that is running
   * writes it before the cut. The thread that changes it can't, since it may hold what the value's
   * monitor must not be waited for with: its key, or locks of the program.
   */
  public void changed(LiveEntry entry) {
    ledger.changed(entry);
    if (ledger.isPassing() && gate.isInside()) {
      ledger.handed(entry);
    }
  }

  /** Says whether a value can be replaced without anything else being done. */
  boolean isReplacing() {
    return !ledger.isPassing() && health.isWritable();
  }

  /** Allows the value of an entry to be replaced again, if there is one and it still counts. */
  public void thaw(@Nullable LiveEntry entry) {
    if (entry != null && isPresent(entry)) {
      entry.thaw();
    }
  }

  /** Says whether this entry still counts. */
  public boolean isPresent(LiveEntry entry) {
    return !entry.isRemoved() && entry.era == era;
  }

  /** Says whether the index has entries of the shard that are not live. */
  public boolean hasOthers(Shard shard) {
    LiveShard home = homes.get(shard.number());
    return shard.count() > (home == null ? 0 : home.recorded);
  }

  /** Adds an entry that has no record. */
  public LiveEntry addFresh(Shard shard, Object key, long hash, Object value) {
    LiveShard home = homeOf(shard);
    LiveEntry entry = new LiveEntry(key, home, hash, value, era);
    try {
      home.addFresh(entry);
      entries.put(key, entry);
    } catch (Throwable e) {
      withdraw(entry, e);
      throw e;
    }
    try {
      home.settle();
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
    return entry;
  }

  /** Adds an entry that has a record, of another value. */
  public LiveEntry addReplacing(Shard shard, Object key, long hash, Object value) {
    return addRecorded(new LiveEntry(key, homeOf(shard), hash, value, era));
  }

  /**
   * Adds an entry whose value was read from its record.
   *
   * @param fingerprint that {@link EntryCodec#fingerprintOfRead} gave it
   */
  public LiveEntry addRead(
      Shard shard, Object key, long hash, EntryCodec.Read<?> found, long fingerprint) {
    LiveEntry entry = new LiveEntry(key, homeOf(shard), hash, found.value(), era);
    entry.inOldLayout = found.inOldLayout();
    entry.fingerprint = fingerprint;
    entry.written();
    return addRecorded(entry);
  }

  private LiveEntry addRecorded(LiveEntry entry) {
    try {
      entries.put(entry.key, entry);
    } catch (Throwable e) {
      withdraw(entry, e);
      throw e;
    }
    entry.home.recorded++;
    return entry;
  }

  /** Takes out what could not be added, or was, before an error came. */
  private void withdraw(LiveEntry entry, Throwable reason) {
    try {
      entries.remove(entry.key, entry);
      if (entry.isFresh()) {
        entry.home.removeFresh(entry);
      }
    } catch (Throwable e) {
      health.broken = reason;
      throw e;
    }
  }

  /**
   * Notes that the value of an entry is in its record now.
   *
   * @param version of the entry when the value was read
   */
  void recorded(LiveEntry entry, long fingerprint, int version) {
    if (entry.isFresh()) {
      entry.home.removeFresh(entry);
      entry.home.recorded++;
    }
    entry.fingerprint = fingerprint;
    entry.inOldLayout = false;
    entry.written(version);
    entry.home.settle();
  }

  /** Removes a frozen entry: the index is right for its key from here on. */
  public void remove(LiveEntry entry) {
    if (entry.isFresh()) {
      entry.home.removeFresh(entry);
    } else {
      entry.home.recorded--;
    }
    entry.home.depart();
    entry.removed();
    entries.remove(entry.key, entry);
    entry.home.settle();
  }

  /** Counts again, after a change of the index that concerned no live entry. */
  public void settle(Shard shard) {
    LiveShard home = homes.get(shard.number());
    if (home != null) {
      home.settle();
    }
  }

  private LiveShard homeOf(Shard shard) {
    LiveShard home = homes.get(shard.number());
    if (home == null) {
      home = new LiveShard(this, shard);
      homes.set(shard.number(), home);
    }
    return home;
  }

  private void forEachHome(Consumer<LiveShard> action) {
    for (int i = 0; i < homes.length(); i++) {
      LiveShard home = homes.get(i);
      if (home != null) {
        action.accept(home);
      }
    }
  }

  // ---- under the locks of all shards -----------------------------------------------------------

  /**
   * Returns what removes all entries, when the index has been cleared. What that needs of memory,
   * it has from here on.
   */
  public Runnable clearing() {
    ConcurrentHashMap<Object, LiveEntry> none = new ConcurrentHashMap<>();
    return () -> clear(none);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the locks
  private void clear(ConcurrentHashMap<Object, LiveEntry> none) {
    forEachHome(LiveShard::depart);
    era++;
    entries = none;
    forEachHome(LiveShard::clear);
  }
}
