package io.persistentmap.value;

import io.persistentmap.index.Shard;

/**
 * An entry whose value is an object of the heap: what the index has for its key is out of date, if
 * there is anything. It counts as long as {@link LiveValues} names it.
 *
 * <p>Everything but the value is guarded by the lock of the key's shard; see {@link DirtyPass} for
 * what the pass reads without it.
 */
public final class LiveEntry {
  /** {@link #freshAt} of an entry that has a slot in the index. */
  static final int NOT_FRESH = -1;

  final Object key;
  final LiveShard home;
  final long hash;

  /** Changes under the lock. */
  private volatile Object value;

  /** Its place among the fresh entries of its shard. */
  int freshAt = NOT_FRESH;

  /** Fingerprint of the value's bytes in the record; 0 if that is not known. */
  long fingerprint;

  /** Whether this very object is in the record, changed in place or not. */
  boolean written;

  /** The last pass since whose beginning the entry was written, by whomever. */
  volatile int pass;

  LiveEntry(Object key, LiveShard home, long hash, Object value) {
    this.key = key;
    this.home = home;
    this.hash = hash;
    this.value = value;
  }

  /** Returns the key, which nobody else can change. */
  public Object key() {
    return key;
  }

  /** Returns the object. */
  public Object value() {
    return value;
  }

  /** Returns the shard of the key. */
  public Shard shard() {
    return home.shard;
  }

  /** Says whether it has no record yet. */
  public boolean isFresh() {
    return freshAt != NOT_FRESH;
  }

  /** Makes another object the value. */
  void value(Object next) {
    if (next != value) {
      value = next;
      written = false;
    }
  }
}
