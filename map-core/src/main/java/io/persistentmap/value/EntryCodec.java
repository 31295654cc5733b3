package io.persistentmap.value;

import io.persistentmap.PersistentMapException;
import io.persistentmap.TypeMismatchException;
import io.persistentmap.UnstorableException;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Operation;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.serializer.MonitorWatch;
import io.persistentmap.serializer.SerializationException;
import io.persistentmap.serializer.TypeReport;
import io.persistentmap.store.Store;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Turns keys and values into the bytes of records, and back; and says what can't be stored.
 * Thread-safe.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class EntryCodec<K, V> {
  /** How often a value is tried that another thread changes while it is written. */
  static final int ATTEMPTS = 24;

  private final HashIndex index;
  private final String name;
  private final Codec codec;
  private final OldLayouts oldLayouts;
  private final StoredKeys storedKeys;
  private final long hashSeed;
  private final Class<K> keyType;
  private final Class<V> valueType;
  private final Path path;

  /**
   * Creates a codec for a map of a store.
   *
   * @param name of the map, for messages
   * @param options which classes may be stored, and how
   */
  public EntryCodec(
      Store store,
      HashIndex index,
      String name,
      Class<K> keyType,
      Class<V> valueType,
      CodecOptions options) {
    this.index = index;
    this.name = name;
    this.codec = new Codec(store.catalog(), options);
    this.oldLayouts = new OldLayouts(options);
    this.hashSeed = store.hashSeed();
    this.keyType = keyType;
    this.valueType = valueType;
    this.path = store.health().path();
    this.storedKeys = new StoredKeys(codec, path);
  }

  /**
   * A value that was read.
   *
   * @param value the value
   * @param inOldLayout whether it might be written in other bytes now, though nobody has changed it
   */
  public record Read<T>(T value, boolean inOldLayout) {}

  /** Returns what tells whether values that were read in an old layout are changed. */
  OldLayouts oldLayouts() {
    return oldLayouts;
  }

  /** Returns the path of the store, for messages. */
  public Path path() {
    return path;
  }

  /** Names the map within a message, if it has a name. */
  String ofMap() {
    return name.isEmpty() ? "" : " of map \"" + name + "\"";
  }

  /** Says whether a value may be shared, since nobody can change it. */
  public boolean isImmutable(Object value) {
    return codec.isImmutable(value);
  }

  /** Says whether a copy of a value is as good as the value. */
  public boolean isCopyable(Object value) {
    return codec.isCopyable(value);
  }

  /** Tells what is known of a class. */
  public TypeReport explain(Class<?> type) {
    return codec.explain(type);
  }

  /**
   * Says whether a key is found by its bytes, rather than by {@code equals}.
   *
   * @throws UnstorableException if its class can't be stored
   */
  public boolean isByteStable(Object key) {
    try {
      return codec.isByteStable(key);
    } catch (SerializationException e) {
      throw new UnstorableException(path + ": " + e.getMessage(), e);
    }
  }

  // ---- to bytes --------------------------------------------------------------------------------

  /** Returns false if no such key is in the index. */
  public boolean writeLookupKey(Operation operation, Object key) {
    if (!isByteStable(Objects.requireNonNull(key, "key"))) {
      operation.begin(key);
      operation.keyDone(hashSeed, key.hashCode(), storedKeys);
      if (index.isAbsent(operation)) {
        return false; // so classes that are not in the map don't get into its table of classes
      }
    }
    tryWriteKey(operation, key);
    return true;
  }

  /**
   * Writes a key to be put.
   *
   * @return whether equality decides about it, and the operation has found it in the index
   * @throws UnstorableException if it would not be found again
   */
  public boolean writeKey(Operation operation, Object key) {
    SerializationException failure = tryWriteKey(operation, key);
    if (!operation.isByEquality()) {
      return false;
    }
    boolean there = index.find(operation, true);
    admit(operation, key, failure, there);
    return there;
  }

  /** Writes a key that has been written before. */
  public void writeKnownKey(Operation operation, Object key) {
    SerializationException failure = tryWriteKey(operation, key);
    if (failure != null) {
      throw refused("key " + key, failure);
    }
  }

  /**
   * Writes a key. One about which equality decides, and which can't be written, may all the same
   * equal one that is there: it is left empty, and the reason is returned.
   */
  public @Nullable SerializationException tryWriteKey(Operation operation, Object key) {
    boolean byEquality = !isByteStable(Objects.requireNonNull(key, "key"));
    SerializationException failure = null;
    try {
      codec.write(key, operation.begin(key).writer());
    } catch (SerializationException e) {
      PersistentMapException refused = refused("key " + key, e);
      if (!byEquality || !(refused instanceof UnstorableException)) {
        throw refused;
      }
      failure = e;
    }
    if (byEquality) {
      operation.keyDone(hashSeed, key.hashCode(), storedKeys);
    } else {
      operation.keyDone(hashSeed);
    }
    return failure;
  }

  /**
   * Lets in only keys that will be found again: a new one must equal what is read back from its
   * bytes. One that can't be written takes the place of the equal one that is there.
   *
   * @param failure why {@link #tryWriteKey} could not write it, or null
   * @param there whether the operation has found it in the index
   */
  public void admit(
      Operation operation, Object key, @Nullable SerializationException failure, boolean there) {
    if (failure != null && there) {
      operation.adoptFoundKey();
    } else if (failure != null) {
      throw refused("key " + key, failure);
    } else if (!there) {
      requireFoundAgain(operation, key);
    }
  }

  private void requireFoundAgain(Operation operation, Object key) {
    String reason = KeyRefusal.ofClass(key.getClass());
    if (reason == null && !KeyRefusal.isFoundAgain(key, keyOf(operation))) {
      reason = KeyRefusal.ofKey(key);
    }
    if (reason != null) {
      throw new UnstorableException(path + ": " + reason + "; the map is unchanged");
    }
  }

  private Object keyOf(Operation operation) {
    int from = RecordLayout.HEADER_BYTES;
    byte[] record = operation.record().array();
    return storedKeys.decode(record, from, from + operation.record().keyLength());
  }

  /**
   * Returns the key that the operation's record has, as an object that nobody else can change.
   *
   * @param key the object that it was written from
   */
  public Object privateKey(Operation operation, Object key) {
    return operation.isByEquality() ? keyOf(operation) : key; // others can't be changed
  }

  /** Returns a copy of a key, made in an operation. */
  public K copyOfKey(Operation operation, K key) {
    writeKnownKey(operation, key);
    return keyType.cast(keyOf(operation));
  }

  /**
   * Ends the operation's record, which has a key, with a value. If another thread changes it
   * meanwhile, tries again for a second or so.
   */
  public void writeValue(Operation operation, Object key, Object value) {
    RecordBuffer record = operation.record();
    for (int attempt = 1; true; attempt++) {
      record.truncateToKey();
      try {
        codec.write(value, record.writer());
        record.finish(RecordLayout.PUT, index.map());
        return;
      } catch (SerializationException e) {
        throw refused("value for key " + key, e);
      } catch (ConcurrentModificationException e) {
        if (attempt == ATTEMPTS) {
          throw refused(
              "value for key " + key,
              new SerializationException(String.valueOf(e.getMessage()), e));
        }
        pause(attempt);
      }
    }
  }

  /** Waits a little longer after each attempt to write what another thread changes. */
  static void pause(int attempt) {
    LockSupport.parkNanos(pauseNanos(attempt));
  }

  static long pauseNanos(int attempt) {
    return TimeUnit.MILLISECONDS.toNanos(1L << Math.min(attempt, 6));
  }

  /**
   * Writes a value into an operation of its own, without a key.
   *
   * @param watch is told of parts that are read through their own locks
   * @throws SerializationException if it can't be written
   * @throws ConcurrentModificationException if another thread changes it meanwhile
   * @throws PersistentMapException if the store can't take it
   */
  void writeValueAlone(Operation operation, Object value, MonitorWatch watch) {
    RecordBuffer record = operation.begin(null);
    record.endKey();
    try {
      codec.write(value, record.writer(), watch);
    } catch (SerializationException e) {
      PersistentMapException ofStore = ofStore(e);
      throw ofStore != null ? ofStore : e;
    }
  }

  /** Ends the operation's record, which has a key, with the value that another has alone. */
  void copyValue(Operation alone, Operation operation) {
    ByteWriter bytes = alone.record().writer();
    RecordBuffer record = operation.record();
    record.truncateToKey();
    record
        .writer()
        .writeBytes(
            bytes.array(), RecordLayout.HEADER_BYTES, bytes.position() - RecordLayout.HEADER_BYTES);
    record.finish(RecordLayout.PUT, index.map());
  }

  /** Makes the operation's record, which has a key, a tombstone. */
  public void writeTombstone(Operation operation) {
    operation.record().truncateToKey();
    Store.finishTombstone(operation, index.map());
  }

  /**
   * Checks that key and value are what the map was opened for.
   *
   * @throws ClassCastException if not
   */
  public void requireTypes(K key, V value) {
    requireType(Objects.requireNonNull(key, "key"), keyType, "key");
    requireType(Objects.requireNonNull(value, "value"), valueType, "value");
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

  private PersistentMapException refused(String what, SerializationException e) {
    PersistentMapException ofStore = ofStore(e);
    return ofStore != null
        ? ofStore
        : new UnstorableException(
            path + ": " + what + ": " + e.getMessage() + "; the map is unchanged", e);
  }

  /** What the table of classes met (no space, a closed store) is not the value's fault. */
  private static @Nullable PersistentMapException ofStore(SerializationException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof PersistentMapException ofStore) {
        return ofStore;
      }
    }
    return null;
  }

  // ---- from bytes ------------------------------------------------------------------------------

  /** Returns the value that the operation has found. */
  public V readValue(Operation operation) {
    return decode(operation.foundValue(), valueType);
  }

  /** Returns the value that the operation has found, and tells whether its layout is an old one. */
  public Read<V> readLayout(Operation operation) {
    try {
      Codec.Decoded decoded = codec.decode(operation.foundValue());
      return new Read<>(cast(decoded.value(), valueType), decoded.inOldLayout());
    } catch (SerializationException e) {
      throw unreadable(e);
    }
  }

  /** Returns the key of a record. */
  public K keyOf(byte[] record) {
    int keyEnd = RecordLayout.HEADER_BYTES + (int) RecordLayout.keyLength(record, 0);
    return decode(new ByteReader(record, RecordLayout.HEADER_BYTES, keyEnd), keyType);
  }

  /** Returns the value of a record. */
  public V valueOf(byte[] record) {
    int keyEnd = RecordLayout.HEADER_BYTES + (int) RecordLayout.keyLength(record, 0);
    return decode(new ByteReader(record, keyEnd, record.length), valueType);
  }

  private <T> T decode(ByteReader in, Class<T> type) {
    try {
      return cast(codec.read(in), type);
    } catch (SerializationException e) {
      throw unreadable(e);
    }
  }

  /**
   * Returns the fingerprint, for {@link LiveValues#addRead}, of a value that was just found, and
   * which nobody else has yet.
   */
  public long fingerprintOfRead(Operation operation, Read<V> found) {
    if (!found.inOldLayout) {
      return DirtyPass.foundFingerprint(operation);
    }
    try {
      return oldLayouts.ofRead(found.value);
    } catch (SerializationException e) {
      throw unreadable(e);
    }
  }

  private UnstorableException unreadable(SerializationException e) {
    return new UnstorableException(path + ": can't read an entry back: " + e.getMessage(), e);
  }

  private <T> T cast(Object object, Class<T> type) {
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
