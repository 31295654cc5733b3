package io.persistentmap;

import io.persistentmap.index.Cursor;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Hold;
import io.persistentmap.index.Operation;
import io.persistentmap.serializer.SerializationException;
import io.persistentmap.store.Store;
import io.persistentmap.value.CopiedValues;
import io.persistentmap.value.EntryCodec;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Entries whose values are all copied. */
final class CopiedEntries<K, V> extends Entries<K, V> {
  CopiedEntries(
      Store store, HashIndex index, EntryCodec<K, V> codec, @Nullable CopiedValues cache) {
    super(store, index, codec, cache);
  }

  @Override
  long count(int from, int end) {
    long count = index.count(from, end);
    index.check(); // afterwards: a map that was closed meanwhile has no tables
    return count;
  }

  @Override
  long liveValues() {
    return 0;
  }

  // ---- reading ---------------------------------------------------------------------------------

  @Override
  @Nullable V get(Object key) {
    V cached = cached(key);
    return cached != null ? cached : read(key);
  }

  private @Nullable V read(Object key) {
    Operation operation = operations.take();
    try {
      return codec.writeLookupKey(operation, key) && index.find(operation, true)
          ? codec.readValue(operation)
          : null;
    } finally {
      operations.give(operation);
    }
  }

  // ---- changing --------------------------------------------------------------------------------

  @Override
  @Nullable V put(K key, V value, HashIndex.When when) {
    requireWritable();
    codec.requireTypes(key, value);
    Operation operation = operations.take();
    try {
      codec.writeKey(operation, key);
      codec.writeValue(operation, key, value);
      return index.put(operation, true, when) ? codec.readValue(operation) : null;
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
  void set(K key, V value) {
    requireWritable();
    codec.requireTypes(key, value);
    Operation operation = operations.take();
    try {
      codec.writeKey(operation, key);
      codec.writeValue(operation, key, value);
      index.put(operation, false, HashIndex.When.ALWAYS);
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
  @Nullable V remove(Object key) {
    requireWritable();
    Operation operation = operations.take();
    try {
      if (!codec.writeLookupKey(operation, key)) {
        return null;
      }
      codec.writeTombstone(operation);
      return index.remove(operation, true) ? codec.readValue(operation) : null;
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
      if (!codec.writeLookupKey(operation, key)) {
        return false;
      }
      codec.writeTombstone(operation);
      return index.remove(operation, false);
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
  @Nullable V readHeld(Operation operation, K key) {
    return index.find(operation, true) ? codec.readValue(operation) : null;
  }

  @Override
  void admit(Operation operation, K key, @Nullable SerializationException failure, boolean there) {
    codec.admit(operation, key, failure, there);
  }

  @Override
  <R> void carryOut(Decision<V, R> decision, Operation operation, Hold hold, K key) {
    V value = decision.value();
    if (decision.verdict() == Decision.Verdict.PUT && value != null) {
      codec.requireTypes(key, value);
      codec.writeValue(operation, key, value);
      hold.put();
    } else if (decision.verdict() == Decision.Verdict.REMOVE) {
      codec.writeTombstone(operation);
      hold.remove();
    }
  }

  @Override
  Runnable clearing() {
    return () -> {};
  }

  // ---- iterating -------------------------------------------------------------------------------

  @Override
  Iterator<Element<K, V>> elements(int from, int end) {
    return new Elements(from, end);
  }

  /** An iteration over records. */
  private final class Elements implements Iterator<Element<K, V>> {
    private final Cursor cursor;
    private Iterator<byte[]> batch = Collections.emptyIterator();

    Elements(int from, int end) {
      cursor = index.cursor(from, end);
    }

    @Override
    public boolean hasNext() {
      if (!batch.hasNext()) {
        batch = List.copyOf(cursor.next()).iterator();
      }
      return batch.hasNext();
    }

    @Override
    public Element<K, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      byte[] record = batch.next();
      return new Element<>() {
        @Override
        public K key() {
          return codec.keyOf(record);
        }

        @Override
        public V value() {
          return codec.valueOf(record);
        }

        @Override
        public V peek() {
          return value();
        }
      };
    }
  }
}
