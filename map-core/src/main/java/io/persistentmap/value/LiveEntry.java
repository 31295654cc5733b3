package io.persistentmap.value;

import io.persistentmap.index.Shard;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An entry whose value is an object of the heap: what the index has for its key is out of date, if
 * there is anything. It counts as long as {@link LiveValues} names it.
 *
 * <p>Its own monitor guards the value. A put that replaces one live object by another needs nothing
 * else, as long as nobody does more with the entry; who does holds the lock of the key's shard, and
 * either freezes the entry or is told of by {@link Shard#isAnyHeld} or {@link
 * LiveValues#isReplacing}, and then {@linkplain #settled waits} for the put that has not seen it.
 * Everything else is guarded by the lock of the shard; see {@link DirtyPass} for what the pass
 * reads without it.
 */
public final class LiveEntry {
  /** {@link #freshAt} of an entry that has a slot in the index. */
  static final int NOT_FRESH = -1;

  /** What is known of parts with locks. */
  enum Parts {
    UNKNOWN,
    NONE,
    SOME
  }

  final Object key;
  final LiveShard home;
  final long hash;

  /** Changes under the monitor. */
  private volatile Object value;

  /** Whether the value is not to be replaced now, or any more; guarded by the monitor. */
  private boolean frozen;

  /** Whether this very object is in the record, changed in place or not; guarded by the monitor. */
  private boolean written;

  /** Its place among the fresh entries of its shard. */
  int freshAt = NOT_FRESH;

  /** Changes with each change of the value; by the thread that makes the change. */
  private volatile int version;

  /** Whether the running pass has been told of a change, and not begun to write it. */
  volatile boolean owed;

  /** Whether the running pass has been told that a section was given the value. */
  volatile boolean handed;

  /** Whether it has ceased to count, other than by a clearing of the map. */
  private volatile boolean removed;

  /** How often the map had been cleared when it was made. */
  final int era;

  /** Fingerprint of the value's bytes in the record; 0 if that is not known. */
  long fingerprint;

  /**
   * Whether the record is in an old layout, and the fingerprint that of {@link OldLayouts}: of the
   * value as it was read, in the layout of today.
   */
  boolean inOldLayout;

  /** Whether the value has parts that are read through their own locks, when it was last read. */
  volatile Parts parts = Parts.UNKNOWN;

  /** The pass in which it was written, unless it has been changed since. */
  volatile int pass;

  LiveEntry(Object key, LiveShard home, long hash, Object value, int era) {
    this.key = key;
    this.home = home;
    this.hash = hash;
    this.value = value;
    this.era = era;
  }

  /** Returns the key, which nobody else can change. */
  public Object key() {
    return key;
  }

  /** Returns the object. */
  public Object value() {
    return value;
  }

  /** Returns the live values of its map. */
  LiveValues values() {
    return home.values;
  }

  /** Returns the shard of the key. */
  public Shard shard() {
    return home.shard;
  }

  /** Says whether it has no record yet. */
  public boolean isFresh() {
    return freshAt != NOT_FRESH;
  }

  /**
   * Replaces the object, without a lock of the shard.
   *
   * @return the one before, or null if somebody does more with the entry
   */
  @Nullable Object tryReplace(Object next, LiveValues live) {
    synchronized (this) {
      if (frozen || !live.isReplacing() || home.shard.isAnyHeld()) {
        return null;
      }
      return exchange(next);
    }
  }

  /**
   * Replaces a number by another, without a lock of the shard.
   *
   * @return the one before, or null if somebody does more with the entry
   */
  @Nullable Long tryChange(LongUnaryOperator function, LiveValues live) {
    synchronized (this) {
      if (frozen || !live.isReplacing() || home.shard.isAnyHeld()) {
        return null;
      }
      Long before = (Long) value;
      long after = function.applyAsLong(before);
      if (after != before) {
        Object unused = exchange(after);
      }
      return before;
    }
  }

  /** Returns the object when no put is about to replace it that has begun. */
  public synchronized Object settled() {
    return value;
  }

  /** Returns the object, and keeps it from being replaced. Under the lock of the shard. */
  public synchronized Object freeze() {
    frozen = true;
    return value;
  }

  /** Allows the object to be replaced again. Under the lock of the shard. */
  synchronized void thaw() {
    frozen = false;
  }

  /** Replaces the object. Under the lock of the shard. */
  public synchronized void replace(Object next) {
    exchange(next);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the monitor
  private Object exchange(Object next) {
    Object before = value;
    version++;
    if (next != before) {
      value = next;
      written = false;
      parts = Parts.UNKNOWN;
    }
    return before;
  }

  /** Notes that the object may have been changed in place: what was read of it does not count. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the monitor
  synchronized void touch() {
    version++;
    written = false;
  }

  /** Returns a number that is another after each change of the value by the map. */
  int version() {
    return version;
  }

  /** Notes that the entry does not count any more. Under the lock of the shard. */
  void removed() {
    removed = true;
  }

  boolean isRemoved() {
    return removed;
  }

  /** Says whether the object can't differ from its record, if it can't change itself. */
  synchronized boolean isWritten() {
    return written;
  }

  /** Notes that the object is in the record. */
  synchronized void written() {
    written = true;
  }

  /** Notes that the object of a version is in the record. */
  synchronized void written(int ofVersion) {
    written = version == ofVersion;
  }
}
