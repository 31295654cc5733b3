package io.persistentmap;

import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Hold;
import io.persistentmap.index.Operation;
import io.persistentmap.index.Shard;
import io.persistentmap.platform.StackReserve;
import io.persistentmap.serializer.SerializationException;
import io.persistentmap.store.Store;
import io.persistentmap.value.CopiedValues;
import io.persistentmap.value.DirtyPass;
import io.persistentmap.value.EntryCodec;
import io.persistentmap.value.LiveEntry;
import io.persistentmap.value.LiveValues;
import io.persistentmap.value.StorableValues;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Entries whose values may be live: {@link LiveValues} in front of the index.
 *
 * <p>Reads look there first, and make what they find in the index live, if its class is. Changes
 * take the lock of the key's shard and change both in step: the index first, since who does not
 * find a key among the live ones must be able to trust it. A new live value goes to the log when a
 * checkpoint is made, by its {@link DirtyPass}.
 */
final class LiveEntries<K, V> extends Entries<K, V> {
  private final LiveValues live;
  private final StorableValues storable;
  private final boolean all;
  private final DirtyPass pass;

  /**
   * Creates the entries of a map.
   *
   * @param all whether values that can't change are live, too
   * @param pass of the store
   */
  LiveEntries(
      Store store,
      HashIndex index,
      EntryCodec<K, V> codec,
      DirtyPass pass,
      @Nullable CopiedValues cache,
      boolean all) {
    super(store, index, codec, all ? null : cache);
    this.live = new LiveValues(index, codec, pass, store.health());
    this.storable = new StorableValues(codec, operations, pass);
    this.all = all;
    this.pass = pass;
  }

  boolean isLive(V value) {
    return all || !codec.isCopyable(value);
  }

  @Override
  boolean mayShare(V value) {
    return !isLive(value);
  }

  /** Returns the value of an entry, to hand it out. */
  V valueOf(LiveEntry entry) {
    live.handOut(entry);
    return cast(entry.value());
  }

  @SuppressWarnings("unchecked") // only values of this map are among the live ones
  private V cast(Object value) {
    return (V) value;
  }

  @Override
  long count(int from, int end) {
    long count = live.mapEntries(from, end);
    index.check(); // afterwards: a map that was closed meanwhile has no entries
    return count;
  }

  @Override
  long liveValues() {
    return live.count();
  }

  // ---- reading ---------------------------------------------------------------------------------

  @Override
  @Nullable V get(Object key) {
    StackReserve.require();
    LiveEntry entry = live.get(Objects.requireNonNull(key, "key"));
    if (entry != null) {
      index.check();
      return valueOf(entry);
    }
    V cached = cached(key);
    return cached != null ? cached : read(key);
  }

  /** Reads what is not in the cache. */
  @Nullable V read(Object key) {
    StackReserve.require();
    Operation operation = operations.take();
    try {
      return codec.writeLookupKey(operation, key) ? read(operation, key) : null;
    } catch (OutOfMemoryError e) {
      throw live.explain(e);
    } finally {
      operations.give(operation);
    }
  }

  private @Nullable V read(Operation operation, Object key) {
    while (true) {
      LiveEntry entry = live.get(key);
      if (entry != null) {
        return valueOf(entry);
      }
      if (!index.find(operation, true)) {
        return null;
      }
      EntryCodec.Read<V> found = codec.readLayout(operation);
      V result = isLive(found.value()) ? makeLive(operation, key, found) : found.value();
      if (result != null) {
        return result;
      }
    }
  }

  /**
   * Makes the value live that the operation has found.
   *
   * @return the object that is live now, or null if the entry has changed since
   */
  private @Nullable V makeLive(Operation operation, Object key, EntryCodec.Read<V> found) {
    Object own = operation.isByEquality() ? codec.keyOf(operation.found()) : key;
    long fingerprint = codec.fingerprintOfRead(operation, found);
    StackReserve.require();
    Shard shard = index.shardOf(operation);
    return shard.locked(() -> makeLive(shard, operation, key, own, found, fingerprint));
  }

  private @Nullable V makeLive(
      Shard shard,
      Operation operation,
      Object key,
      Object own,
      EntryCodec.Read<V> found,
      long fingerprint) {
    LiveEntry entry = live.get(key);
    if (entry != null) {
      return valueOf(entry);
    }
    if (!index.isCurrent(shard, operation)) {
      return null;
    }
    live.handOut(live.addRead(shard, own, operation.hash(), found, fingerprint));
    return found.value();
  }

  @Override
  boolean contains(Object key) {
    if (live.get(Objects.requireNonNull(key, "key")) != null) {
      index.check();
      return true;
    }
    return super.contains(key);
  }

  // ---- putting ---------------------------------------------------------------------------------

  @Override
  @Nullable V put(K key, V value, HashIndex.When when) {
    return put(key, value, when, true);
  }

  @Override
  void set(K key, V value) {
    put(key, value, HashIndex.When.ALWAYS, false);
  }

  private @Nullable V put(K key, V value, HashIndex.When when, boolean wantOld) {
    requireWritable();
    codec.requireTypes(key, value);
    try {
      boolean asLive = isLive(value);
      if (asLive) {
        storable.check(key, value);
      }
      if (when == HashIndex.When.IF_ABSENT) {
        V there = get(key); // makes it live: the caller may change what it is given
        if (there != null) {
          return there;
        }
      } else if (asLive) {
        Object old = live.tryReplace(key, value);
        if (old != null) {
          return cast(old);
        }
      }
      Operation operation = operations.take();
      try {
        writeKey(operation, key);
        return change(operation, key, value, when, wantOld, null);
      } catch (Throwable e) {
        if (operation.owes > 0) {
          health.broken = e; // a write: a call could throw again
        }
        throw e;
      } finally {
        operations.give(operation);
      }
    } catch (OutOfMemoryError e) {
      throw live.explain(e);
    }
  }

  /**
   * Changes a number that is there, if the values are numbers.
   *
   * @param function of ours, which calls nothing
   * @return the number before
   * @throws MapClosedException if it is not there any more
   */
  @SuppressWarnings("unchecked") // the caller knows
  long change(K key, LongUnaryOperator function) {
    requireWritable();
    Long before = live.tryChange(key, function);
    if (before == null) {
      before =
          this.<@Nullable Long>decide(
              key,
              (same, present) -> {
                if (present == null) {
                  return Decision.leave(null);
                }
                Long number = (Long) present;
                return Decision.put((V) (Long) function.applyAsLong(number), number);
              });
    }
    if (before == null) {
      throw dropped(key);
    }
    return before;
  }

  /** Returns what to throw where a key is not there any more which must be. */
  MapClosedException dropped(K key) {
    return new MapClosedException(
        codec.path() + ": \"" + key + "\" was dropped; ask the store for it again");
  }

  /** Writes the key of an entry that is there, or a new one. */
  private void writeKey(Operation operation, K key) {
    LiveEntry entry = live.get(key);
    if (entry != null) {
      codec.writeKnownKey(operation, entry.key());
    } else if (codec.writeKey(operation, key)) {
      operation.adoptFoundKey();
    }
  }

  /**
   * Puts under the key that the operation has.
   *
   * @param hold of the key, which is given back, or null
   * @return what was there, if it is wanted
   */
  private @Nullable V change(
      Operation operation,
      K key,
      V value,
      HashIndex.When when,
      boolean wantOld,
      @Nullable Hold hold) {
    boolean asLive = isLive(value);
    Object own = codec.privateKey(operation, key);
    index.awaitCleaner(); // also before what only the next checkpoint will write
    if (asLive) {
      live.awaitPass();
    } else {
      codec.writeValue(operation, key, value);
      index.awaitRoom();
    }
    while (true) {
      boolean find = needsRecord(index.shardOf(operation), live.get(key), asLive);
      Shard shard = find ? index.lockAndFind(operation, wantOld) : index.lock(operation);
      LiveEntry entry = null;
      V old;
      try {
        entry = live.get(key);
        if (!find && needsRecord(shard, entry, asLive)) {
          continue; // what was seen without the lock is no longer so
        }
        old = entry == null ? null : cast(entry.freeze());
        boolean gone = hold != null && hold.isOverrun();
        if (!gone && when.allows(entry != null || operation.exists())) {
          if (asLive) {
            storeLive(shard, operation, own, value, entry);
          } else {
            storeCopied(shard, operation, entry);
          }
        }
        if (hold != null) {
          hold.releaseLocked();
        }
      } finally {
        giveBack(shard, operation, entry);
      }
      return old == null && wantOld && operation.exists() ? codec.readValue(operation) : old;
    }
  }

  /** Thawing asks keys, which may throw what they like. */
  private void giveBack(Shard shard, Operation operation, @Nullable LiveEntry entry) {
    try {
      live.thaw(entry);
    } finally {
      index.unlock(shard, operation);
    }
  }

  /** Says whether a put must know if the index has a record of the key. */
  private boolean needsRecord(Shard shard, @Nullable LiveEntry entry, boolean asLive) {
    return entry == null ? live.hasOthers(shard) : !asLive && !entry.isFresh();
  }

  private void storeLive(
      Shard shard, Operation operation, Object key, V value, @Nullable LiveEntry present) {
    LiveEntry entry = present;
    if (entry == null) {
      entry =
          operation.exists()
              ? live.addReplacing(shard, key, operation.hash(), value)
              : live.addFresh(shard, key, operation.hash(), value);
    }
    try {
      entry.replace(value);
      live.changed(entry);
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
  }

  private void storeCopied(Shard shard, Operation operation, @Nullable LiveEntry present) {
    index.write(shard, operation);
    forget(shard, present);
  }

  /** Removes what was live, after the index has changed; else readers would be given that. */
  private void forget(Shard shard, @Nullable LiveEntry present) {
    try {
      if (present != null) {
        live.remove(present);
      } else {
        live.settle(shard);
      }
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
  }

  // ---- removing --------------------------------------------------------------------------------

  @Override
  @Nullable V remove(Object key) {
    requireWritable();
    Operation operation = operations.take();
    try {
      if (!writeKeyToRemove(operation, key)) {
        return null;
      }
      LiveEntry entry = erase(operation, key, true, null);
      if (entry != null) {
        return valueOf(entry);
      }
      return operation.exists() ? codec.readValue(operation) : null;
    } catch (Throwable e) {
      if (operation.owes > 0) {
        health.broken = e; // a write: a call could throw again
      }
      throw e;
    } finally {
      operations.give(operation);
    }
  }

  @Override
  boolean delete(Object key) {
    requireWritable();
    Operation operation = operations.take();
    try {
      return writeKeyToRemove(operation, key)
          && (erase(operation, key, false, null) != null || operation.exists());
    } catch (Throwable e) {
      if (operation.owes > 0) {
        health.broken = e; // a write: a call could throw again
      }
      throw e;
    } finally {
      operations.give(operation);
    }
  }

  /** Writes the key of an entry to remove; false if there is none. */
  private boolean writeKeyToRemove(Operation operation, Object key) {
    LiveEntry entry = live.get(Objects.requireNonNull(key, "key"));
    if (entry == null) {
      return codec.writeLookupKey(operation, key);
    }
    codec.writeKnownKey(operation, entry.key());
    return true;
  }

  /**
   * Removes the key that the operation has.
   *
   * @param hold of the key, which is given back, or null
   * @return the entry, if it was live; the operation tells whether the index had it
   */
  private @Nullable LiveEntry erase(
      Operation operation, Object key, boolean wantOld, @Nullable Hold hold) {
    codec.writeTombstone(operation);
    index.awaitTurnToRemove();
    Shard shard = index.lockAndFind(operation, wantOld);
    LiveEntry entry = null;
    try {
      entry = live.get(key);
      if (hold == null || !hold.isOverrun()) {
        if (entry != null) {
          entry.freeze();
        }
        if (operation.exists()) {
          index.erase(shard, operation);
        }
        forget(shard, entry);
      }
      if (hold != null) {
        hold.releaseLocked();
      }
      return entry;
    } finally {
      giveBack(shard, operation, entry);
    }
  }

  @Override
  Runnable clearing() {
    return live.clearing();
  }

  @Override
  Runnable dropping() {
    Runnable dropping = super.dropping();
    return () -> {
      dropping.run();
      pass.remove(live);
    };
  }

  // ---- user code -------------------------------------------------------------------------------

  /** No put can replace the value any more. */
  @Override
  @Nullable V readHeld(Operation operation, K key) {
    LiveEntry entry = live.get(key);
    if (entry != null) {
      live.handOut(entry);
      return cast(entry.settled());
    }
    try {
      return read(operation, key);
    } catch (OutOfMemoryError e) {
      throw live.explain(e);
    }
  }

  @Override
  void admit(Operation operation, K key, @Nullable SerializationException failure, boolean there) {
    LiveEntry entry = live.get(key);
    if (entry != null) {
      codec.writeKnownKey(operation, entry.key());
    } else if (there) {
      operation.adoptFoundKey();
    } else {
      codec.admit(operation, key, failure, false);
    }
  }

  @Override
  <R> void carryOut(Decision<V, R> decision, Operation operation, Hold hold, K key) {
    V value = decision.value();
    if (decision.verdict() == Decision.Verdict.PUT && value != null) {
      codec.requireTypes(key, value);
      try {
        if (isLive(value)) {
          storable.check(key, value);
        }
        change(operation, key, value, HashIndex.When.ALWAYS, false, hold);
      } catch (OutOfMemoryError e) {
        throw live.explain(e);
      }
    } else if (decision.verdict() == Decision.Verdict.REMOVE) {
      erase(operation, key, false, hold);
    }
  }

  // ---- iterating -------------------------------------------------------------------------------

  @Override
  Iterator<Element<K, V>> elements(int from, int end) {
    return new LiveElements<>(this, codec, live, from, end);
  }

  /** Returns a key of an entry to hand out. */
  K keyOf(LiveEntry entry) {
    @SuppressWarnings("unchecked") // only keys of this map are among the live ones
    K key = (K) entry.key();
    if (codec.isImmutable(key)) {
      return key;
    }
    Operation operation = operations.take();
    try {
      return codec.copyOfKey(operation, key);
    } finally {
      operations.give(operation);
    }
  }

  /** Returns a copy of the value of a record. */
  V copyOf(byte[] record) {
    try {
      return codec.valueOf(record);
    } catch (OutOfMemoryError e) {
      throw live.explain(e);
    }
  }
}
