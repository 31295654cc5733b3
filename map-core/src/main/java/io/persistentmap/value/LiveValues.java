package io.persistentmap.value;

import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Shard;
import io.persistentmap.log.StoreHealth;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final int RESERVE_BYTES = 1 << 17;

  private final LiveShard[] homes;

  /** Changes under the locks of all shards. */
  private volatile ConcurrentHashMap<Object, LiveEntry> entries = new ConcurrentHashMap<>();

  /** Whether a dirty pass is running, so that each change has to write its value itself. */
  private volatile boolean passing;

  /** Number of the last dirty pass; changes while none is running. */
  private volatile int pass;

  /** Of the store; a field for who has caught an error. */
  final StoreHealth health;

  /** Dropped when the heap is full, so that there is room for the words that say so. */
  @SuppressWarnings("unused")
  private volatile byte @Nullable [] reserve = new byte[RESERVE_BYTES];

  /**
   * Creates an empty table in front of an index.
   *
   * @param health of the store
   */
  public LiveValues(HashIndex index, StoreHealth health) {
    this.health = health;
    homes = new LiveShard[HashIndex.ALL_SHARDS];
    for (int i = 0; i < homes.length; i++) {
      homes[i] = new LiveShard(index.shard(i));
    }
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

  /** Returns the number of entries of the map, live or not. */
  public long mapEntries() {
    long sum = 0;
    for (LiveShard home : homes) {
      sum += home.entries();
    }
    return sum;
  }

  /** Returns the number of live entries. */
  public long count() {
    return entries.mappingCount();
  }

  /** Returns the error to throw instead of one that the live values may be the reason of. */
  public OutOfMemoryError explain(OutOfMemoryError error) {
    if (error.getCause() instanceof OutOfMemoryError) {
      return error; // has been explained
    }
    reserve = null;
    OutOfMemoryError explained =
        new OutOfMemoryError(
            health.path()
                + ": "
                + count()
                + " live values don't fit into the heap of "
                + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB (-Xmx), with what else is there. Values that may change are kept on the"
                + " heap; a larger -Xmx helps, or ValueMode.COPIED, which keeps none ("
                + error.getMessage()
                + ")");
    explained.initCause(error);
    return explained;
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
    return homes[shard].departures();
  }

  /** Returns the fresh entries of a shard, as of some moment of this call. */
  public List<LiveEntry> fresh(int shard) {
    LiveShard home = homes[shard];
    if (home.freshCount() == 0) {
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

  // ---- under the lock of the shard -------------------------------------------------------------

  /**
   * Returns the number of the dirty pass that is running, so that a change must write its value
   * itself, and must have begun to since; 0 if there is none.
   */
  public int runningPass() {
    return passing ? pass : 0;
  }

  /** Says whether a value can be replaced without being written. */
  boolean isReplacing() {
    return !passing && health.isWritable();
  }

  /** Allows the value of an entry to be replaced again, if there is one and it still counts. */
  public void thaw(@Nullable LiveEntry entry) {
    if (entry != null && isPresent(entry)) {
      entry.thaw();
    }
  }

  /** Says whether this entry still counts. */
  public boolean isPresent(LiveEntry entry) {
    return entries.get(entry.key) == entry;
  }

  /** Says whether the index has entries of the shard that are not live. */
  public boolean hasOthers(Shard shard) {
    return shard.count() > homeOf(shard).recorded;
  }

  /** Adds an entry that has no record. */
  public LiveEntry addFresh(Shard shard, Object key, long hash, Object value) {
    LiveShard home = homeOf(shard);
    LiveEntry entry = new LiveEntry(key, home, hash, value);
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

  /**
   * Adds an entry that has a record.
   *
   * @param fingerprint of the bytes that the value was read from, or 0 if it is not in the record
   */
  public LiveEntry addRecorded(Shard shard, Object key, long hash, Object value, long fingerprint) {
    LiveShard home = homeOf(shard);
    LiveEntry entry = new LiveEntry(key, home, hash, value);
    if (fingerprint != 0) {
      entry.fingerprint = fingerprint;
      entry.written();
    }
    try {
      entries.put(key, entry);
    } catch (Throwable e) {
      withdraw(entry, e);
      throw e;
    }
    home.recorded++;
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
   * @param writtenIn the pass since whose beginning it was written, which may be over
   */
  public void recorded(LiveEntry entry, long fingerprint, int writtenIn) {
    if (entry.isFresh()) {
      entry.home.removeFresh(entry);
      entry.home.recorded++;
    }
    entry.fingerprint = fingerprint;
    entry.written();
    entry.pass = writtenIn;
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
    entries.remove(entry.key, entry);
    entry.home.settle();
  }

  /** Counts again, after a change of the index that concerned no live entry. */
  public void settle(Shard shard) {
    homeOf(shard).settle();
  }

  private LiveShard homeOf(Shard shard) {
    return homes[shard.number()];
  }

  // ---- under the locks of all shards -----------------------------------------------------------

  /** Removes all entries: the index was cleared. */
  public void clear() {
    for (LiveShard home : homes) {
      home.depart();
    }
    entries = new ConcurrentHashMap<>();
    for (LiveShard home : homes) {
      home.clear();
    }
  }

  // ---- the dirty pass --------------------------------------------------------------------------

  /** Begins a pass: changes that begin from now on write their values themselves. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one pass at a time
  int beginPass() {
    pass++;
    passing = true;
    return pass;
  }

  /** Ends the pass, if one is running. */
  void endPass() {
    passing = false;
  }

  /** Returns the number of fresh entries; exact under the locks of all shards. */
  long freshCount() {
    long sum = 0;
    for (LiveShard home : homes) {
      sum += home.freshCount();
    }
    return sum;
  }
}
