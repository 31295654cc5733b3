package io.persistentmap;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.Cursor;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Hold;
import io.persistentmap.index.Operation;
import io.persistentmap.index.OperationPool;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.SerializationException;
import io.persistentmap.store.Catalog;
import io.persistentmap.store.Store;
import io.persistentmap.value.CopiedValues;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a map as objects: serialises keys and values, asks the index, and keeps the cache.
 * Thread-safe.
 */
final class Entries<K, V> {
  private final Store store;
  private final HashIndex index;
  private final OperationPool operations;
  private final Codec codec;
  private final Class<K> keyType;
  private final Class<V> valueType;
  private final Path path;
  private final @Nullable CopiedValues cache;

  /** Whether all values seen so far could be shared; a map of others has no use for the cache. */
  private volatile boolean cacheable = true;

  Entries(Store store, Class<K> keyType, Class<V> valueType, ClassLoader loader, long cacheBytes) {
    this.store = store;
    this.index = store.index();
    this.operations = store.operations();
    this.codec = new Codec(store.catalog(), loader);
    this.keyType = keyType;
    this.valueType = valueType;
    this.path = store.health().path();
    this.cache = cacheBytes == 0 ? null : new CopiedValues(cacheBytes);
    if (cache != null) {
      index.onChange(cache::drop);
    }
  }

  Cursor cursor() {
    return index.cursor();
  }

  long count() {
    long count = index.count();
    store.health().check(); // afterwards: a map that was closed meanwhile has no tables
    return count;
  }

  // ---- reading ---------------------------------------------------------------------------------

  @Nullable V get(Object key) {
    CopiedValues values = cache;
    if (values == null || !cacheable) {
      return read(key);
    }
    V cached = cast(values.get(Objects.requireNonNull(key, "key")));
    if (cached != null) {
      store.health().check();
      return cached;
    }
    if (!Codec.isByteStable(key)) {
      return null;
    }
    V loaded = cast(values.load(key, this::load));
    return loaded != null ? loaded : read(key);
  }

  @SuppressWarnings("unchecked") // only values of this map are in its cache
  private @Nullable V cast(@Nullable Object value) {
    return (V) value;
  }

  private CopiedValues.@Nullable Loaded load(Object key) {
    Operation operation = operations.take();
    try {
      writeKey(operation, key);
      if (!Boolean.TRUE.equals(index.tryFind(operation))) {
        return null;
      }
      V value = readValue(operation);
      if (!Codec.isImmutable(value)) {
        cacheable = false;
        return null;
      }
      return new CopiedValues.Loaded(value, operation.foundValueLength());
    } finally {
      operations.give(operation);
    }
  }

  private @Nullable V read(Object key) {
    Operation operation = operations.take();
    try {
      return writeLookupKey(operation, key) && index.find(operation, true)
          ? readValue(operation)
          : null;
    } finally {
      operations.give(operation);
    }
  }

  boolean contains(Object key) {
    if (cache != null && cacheable) {
      return get(key) != null; // the index could be ahead of what get is about to answer
    }
    Operation operation = operations.take();
    try {
      return writeLookupKey(operation, key) && index.find(operation, false);
    } finally {
      operations.give(operation);
    }
  }

  // ---- changing --------------------------------------------------------------------------------

  @Nullable V put(K key, V value, HashIndex.When when) {
    requireWritable();
    Operation operation = operations.take();
    try {
      writeKey(operation, key);
      writeValue(operation, key, value);
      return index.put(operation, true, when) ? readValue(operation) : null;
    } finally {
      operations.give(operation);
    }
  }

  /** Puts without reading what was there. */
  void set(K key, V value) {
    requireWritable();
    Operation operation = operations.take();
    try {
      writeKey(operation, key);
      writeValue(operation, key, value);
      index.put(operation, false, HashIndex.When.ALWAYS);
    } finally {
      operations.give(operation);
    }
  }

  @Nullable V remove(Object key) {
    requireWritable();
    Operation operation = operations.take();
    try {
      if (!writeLookupKey(operation, key)) {
        return null;
      }
      Store.finishTombstone(operation);
      return index.remove(operation, true) ? readValue(operation) : null;
    } finally {
      operations.give(operation);
    }
  }

  /** Removes without reading what was there. */
  boolean delete(Object key) {
    requireWritable();
    Operation operation = operations.take();
    try {
      if (!writeLookupKey(operation, key)) {
        return false;
      }
      Store.finishTombstone(operation);
      return index.remove(operation, false);
    } finally {
      operations.give(operation);
    }
  }

  /** What user code decided about an entry. */
  enum Verdict {
    LEAVE,
    PUT,
    REMOVE
  }

  /**
   * Decides about an entry.
   *
   * @param verdict what is to be done
   * @param value the new value, for {@code PUT}
   * @param result what the caller gets
   */
  record Decision<V, R>(Verdict verdict, @Nullable V value, @Nullable R result) {
    static <V, R> Decision<V, R> leave(@Nullable R result) {
      return new Decision<>(Verdict.LEAVE, null, result);
    }

    static <V, R> Decision<V, R> put(V value, @Nullable R result) {
      return new Decision<>(Verdict.PUT, value, result);
    }

    static <V, R> Decision<V, R> remove(@Nullable R result) {
      return new Decision<>(Verdict.REMOVE, null, result);
    }
  }

  /**
   * Lets user code decide about an entry, once, while the key is held: other writers of the key
   * wait, and the code may use the map.
   */
  <R> @Nullable R decide(K key, BiFunction<K, @Nullable V, Decision<V, R>> code) {
    requireWritable();
    Operation operation = operations.take();
    Hold hold = null;
    try {
      writeKey(operation, key);
      hold = index.hold(operation);
      V old = index.find(operation, true) ? readValue(operation) : null;
      Decision<V, R> decision = code.apply(key, old);
      carryOut(decision, operation, hold, key);
      return decision.result();
    } finally {
      if (hold != null) {
        hold.release();
      }
      operations.give(operation);
    }
  }

  private <R> void carryOut(Decision<V, R> decision, Operation operation, Hold hold, K key) {
    V value = decision.value();
    if (decision.verdict() == Verdict.PUT && value != null) {
      operation.record().truncateToKey();
      writeValue(operation, key, value);
      hold.put(operation);
    } else if (decision.verdict() == Verdict.REMOVE) {
      operation.record().truncateToKey();
      Store.finishTombstone(operation);
      hold.remove(operation);
    }
  }

  void clear() {
    requireWritable();
    Operation operation = operations.take();
    try {
      RecordBuffer record = operation.begin(null);
      record.endKey();
      record.writer().writeLong(0);
      record.finish(RecordLayout.CLEAR, Catalog.FIRST_MAP);
      CopiedValues values = cache;
      index.clear(operation, values == null ? () -> {} : values::dropAll);
    } finally {
      operations.give(operation);
    }
  }

  private void requireWritable() {
    store.health().checkWritable();
    if (store.isReadOnly()) {
      throw new UnsupportedOperationException(path + ": the map was opened read-only");
    }
  }

  // ---- objects and bytes
  // -------------------------------------------------------------------------

  /** Returns false for a key that can't be in the map, since it could not have been put. */
  private boolean writeLookupKey(Operation operation, Object key) {
    if (!Codec.isByteStable(Objects.requireNonNull(key, "key"))) {
      return false;
    }
    writeKey(operation, key);
    return true;
  }

  private void writeKey(Operation operation, Object key) {
    if (!Codec.isByteStable(Objects.requireNonNull(key, "key"))) {
      throw new UnstorableException(
          path
              + ": a "
              + key.getClass().getName()
              + " can't be a key: whether two of them are equal can't be told from their bytes. Use"
              + " strings, numbers, enums, UUIDs, java.time, or records of such");
    }
    try {
      codec.write(key, operation.begin(key).writer());
    } catch (SerializationException e) {
      throw refused("key " + key, e);
    }
    operation.keyDone(store.hashSeed());
  }

  private void writeValue(Operation operation, K key, V value) {
    requireType(key, keyType, "key");
    requireType(Objects.requireNonNull(value, "value"), valueType, "value");
    try {
      codec.write(value, operation.record().writer());
    } catch (SerializationException e) {
      throw refused("value for key " + key, e);
    }
    operation.record().finish(RecordLayout.PUT, Catalog.FIRST_MAP);
  }

  /** What the table of classes met (no space, a closed store) is not the value's fault. */
  private PersistentMapException refused(String what, SerializationException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof PersistentMapException ofStore) {
        return ofStore;
      }
    }
    return new UnstorableException(
        path + ": " + what + ": " + e.getMessage() + "; the map is unchanged", e);
  }

  private void requireType(Object object, Class<?> type, String what) {
    if (!type.isInstance(object)) {
      throw new ClassCastException(
          path
              + ": a "
              + what
              + " must be a "
              + type.getName()
              + ", as the map was opened, not a "
              + object.getClass().getName());
    }
  }

  private V readValue(Operation operation) {
    return decode(operation.foundValue(), valueType);
  }

  /** Returns the key of a record. */
  K keyOf(byte[] record) {
    int keyEnd = RecordLayout.HEADER_BYTES + (int) RecordLayout.keyLength(record, 0);
    return decode(new ByteReader(record, RecordLayout.HEADER_BYTES, keyEnd), keyType);
  }

  /** Returns the value of a record. */
  V valueOf(byte[] record) {
    int keyEnd = RecordLayout.HEADER_BYTES + (int) RecordLayout.keyLength(record, 0);
    return decode(new ByteReader(record, keyEnd, record.length), valueType);
  }

  private <T> T decode(ByteReader in, Class<T> type) {
    Object object;
    try {
      object = codec.read(in);
    } catch (SerializationException e) {
      throw new UnstorableException(path + ": can't read an entry back: " + e.getMessage(), e);
    }
    if (!type.isInstance(object)) {
      throw new TypeMismatchException(
          path
              + ": found a "
              + object.getClass().getName()
              + ", but the map was opened with "
              + type.getName()
              + "; open it with the type it was made with");
    }
    return type.cast(object);
  }
}
