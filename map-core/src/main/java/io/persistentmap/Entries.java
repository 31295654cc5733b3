package io.persistentmap;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Hold;
import io.persistentmap.index.Operation;
import io.persistentmap.index.OperationPool;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.StackReserve;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.SerializationException;
import io.persistentmap.store.Store;
import io.persistentmap.value.CopiedValues;
import io.persistentmap.value.EntryCodec;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a map as objects: serialises keys and values, asks the index, and keeps what is to
 * be kept on the heap. Thread-safe.
 */
abstract class Entries<K, V> {
  final Store store;
  final HashIndex index;
  final OperationPool operations;
  final EntryCodec<K, V> codec;

  /** Of the store; a field, since who writes to it has caught an error that a call could repeat. */
  final StoreHealth health;

  private final @Nullable CopiedValues cache;

  /** Whether all values seen so far could be shared; a map of others has no use for the cache. */
  private volatile boolean cacheable = true;

  Entries(Store store, HashIndex index, EntryCodec<K, V> codec, @Nullable CopiedValues cache) {
    this.store = store;
    this.index = index;
    this.operations = store.operations();
    this.codec = codec;
    this.health = store.health();
    this.cache = cache;
    if (cache != null) {
      index.onChange(cache::drop);
    }
  }

  /** Returns the number of entries. */
  final long count() {
    return count(0, HashIndex.ALL_SHARDS);
  }

  /** Returns the number of entries in shards, from one number to before another. */
  abstract long count(int from, int end);

  /** Returns the number of values on the heap that belong to entries. */
  abstract long liveValues();

  abstract @Nullable V get(Object key);

  boolean contains(Object key) {
    StackReserve.require();
    if (cached(key) != null) {
      return true; // the index could be ahead of what get is about to answer
    }
    Operation operation = operations.take();
    try {
      return codec.writeLookupKey(operation, key) && index.find(operation, false);
    } finally {
      operations.give(operation);
    }
  }

  /** Returns a copy of the bytes that the index has for a key, or null. */
  byte @Nullable [] storedBytes(Object key) {
    StackReserve.require();
    Operation operation = operations.take();
    try {
      if (!codec.writeLookupKey(operation, key) || !index.find(operation, true)) {
        return null;
      }
      ByteReader value = operation.foundValue();
      byte[] bytes = new byte[value.remaining()];
      value.readBytes(bytes, 0, bytes.length);
      return bytes;
    } finally {
      operations.give(operation);
    }
  }

  /** Puts, and returns what was there. */
  abstract @Nullable V put(K key, V value, HashIndex.When when);

  /** Puts without reading what was there. */
  abstract void set(K key, V value);

  /** Removes, and returns what was there. */
  abstract @Nullable V remove(Object key);

  /** Removes without reading what was there. */
  abstract boolean delete(Object key);

  /**
   * Lets user code decide about an entry, once, while the key is held: other writers of the key
   * wait, and the code may use the map.
   */
  final <R> @Nullable R decide(K key, BiFunction<K, @Nullable V, Decision<V, R>> code) {
    requireWritable();
    Operation operation = operations.take();
    Hold hold = null;
    try {
      try {
        SerializationException failure = codec.tryWriteKey(operation, key);
        hold = index.hold(operation);
        V old;
        do {
          old = readHeld(operation, key);
        } while (hold.beginsAgain());
        if (operation.isByEquality()) {
          admit(operation, key, failure, old != null);
        }
        Decision<V, R> decision = code.apply(key, old);
        carryOut(decision, operation, hold, key);
        return decision.result();
      } finally {
        if (hold != null) {
          hold.release();
        }
      }
    } catch (Throwable e) {
      if (operation.owes > 0) {
        health.broken = e; // a write: a call could throw again
      }
      throw e;
    } finally {
      operations.give(operation);
    }
  }

  /** Reads the value of a key that the current thread holds, and finds it in the index. */
  abstract @Nullable V readHeld(Operation operation, K key);

  /**
   * Gives the operation the bytes of the equal key that is there, or lets a new one in.
   *
   * @param failure why the key could not be written, or null
   */
  abstract void admit(
      Operation operation, K key, @Nullable SerializationException failure, boolean there);

  /** Does what was decided, and gives the key back, unless nothing is to be done. */
  abstract <R> void carryOut(Decision<V, R> decision, Operation operation, Hold hold, K key);

  /** Returns an iteration over all entries, weakly consistent. */
  final Iterator<Element<K, V>> elements() {
    return elements(0, HashIndex.ALL_SHARDS);
  }

  /** Returns an iteration over the entries in shards, from one number to before another. */
  abstract Iterator<Element<K, V>> elements(int from, int end);

  /**
   * Returns what is to be done under all locks when all entries are gone from the index; what that
   * needs of memory, it has before.
   */
  abstract Runnable clearing();

  void clear() {
    requireWritable();
    Operation operation = operations.take();
    try {
      RecordBuffer record = operation.begin(null);
      record.endKey();
      record.writer().writeLong(0);
      record.finish(RecordLayout.CLEAR, index.map());
      Runnable clearing = clearing();
      index.clear(
          operation,
          () -> {
            if (cache != null) {
              cache.dropAll();
            }
            clearing.run();
          });
    } finally {
      operations.give(operation);
    }
  }

  /**
   * Returns what is to be done with all stripes when the map was dropped; what that needs of
   * memory, it has before.
   */
  Runnable dropping() {
    Runnable clearing = clearing();
    return () -> {
      if (cache != null) {
        cache.end();
      }
      clearing.run();
    };
  }

  /** Called by each operation that changes something, before it does or takes anything. */
  void requireWritable() {
    StackReserve.require();
    index.checkMayChange();
    refuseIfReadOnly();
  }

  /**
   * Called by each method that may change something, whether or not it will: so a program that
   * changes a map which was opened read-only learns that by its first call.
   */
  final void refuseIfReadOnly() {
    if (store.isReadOnly()) {
      health.check(); // a closed map says that
      throw new UnsupportedOperationException(
          codec.path() + ": the map was opened read-only; open it without readOnly to change it");
    }
  }

  // ---- the cache -------------------------------------------------------------------------------

  /** Returns a value that can be shared, if the cache has it or may load it. */
  @Nullable V cached(Object key) {
    StackReserve.require(); // the cache has locks of its own
    CopiedValues values = cache;
    if (values == null || !cacheable || !codec.isByteStable(Objects.requireNonNull(key, "key"))) {
      return null; // the cache would hold on to a key that can be changed
    }
    V cached = cast(values.get(key));
    if (cached != null) {
      index.check();
      return cached;
    }
    return cast(values.load(key, this::load));
  }

  @SuppressWarnings("unchecked") // only values of this map are in its cache
  private @Nullable V cast(@Nullable Object value) {
    return (V) value;
  }

  /** Says whether one object will do for all callers. */
  boolean mayShare(V value) {
    return codec.isImmutable(value);
  }

  private CopiedValues.@Nullable Loaded load(Object key) {
    Operation operation = operations.take();
    try {
      codec.writeKey(operation, key);
      if (!Boolean.TRUE.equals(index.tryFind(operation))) {
        return null;
      }
      V value = codec.readValue(operation);
      if (!mayShare(value)) {
        cacheable = false;
        return null;
      }
      return new CopiedValues.Loaded(value, operation.foundValueLength());
    } catch (UnstorableException unreadable) {
      return null; // whoever wants the value reads it again, and gets the exception
    } finally {
      operations.give(operation);
    }
  }
}
