package io.persistentmap;

import io.persistentmap.index.HashIndex;
import io.persistentmap.platform.StackReserve;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.store.Gate;
import io.persistentmap.store.MapDescription;
import io.persistentmap.store.Store;
import io.persistentmap.store.StoreMaps;
import io.persistentmap.store.WantedMap;
import io.persistentmap.value.CacheBudget;
import io.persistentmap.value.DirtyPass;
import io.persistentmap.value.EntryCodec;
import io.persistentmap.value.StoredKeys;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Several maps in one file, with one checkpoint for all of them.
 *
 * <pre>{@code
 * try (PersistentStore store = PersistentStore.open(Path.of("shop.store"))) {
 *   PersistentMap<String, User> users = store.map("users", String.class, User.class);
 *   PersistentMap<Long, Order> orders = store.map("orders", Long.class, Order.class);
 *   orders.put(1L, order);
 *   users.get("ada").orders().add(1L);
 *   store.checkpoint();
 * }
 * }</pre>
 *
 * <p><b>The promise</b> is that of {@link PersistentMap}, for all maps together: after a crash each
 * of them has the state of the same checkpoint. That a map was made, renamed or dropped is in a
 * checkpoint, or not, like a change of an entry.
 *
 * <p>A map costs some kilobytes of memory while it is small, and a checkpoint costs nothing for
 * maps that did not change and have no live values. A file made by {@link PersistentMap#open} is a
 * store whose one map has the name "".
 *
 * <p>Thread-safe, for platform and virtual threads.
 */
public final class PersistentStore implements AutoCloseable {
  /** The longest name of a map, in characters. */
  public static final int LONGEST_NAME = 255;

  private final Store store;
  private final DirtyPass pass;
  private final CacheBudget caches = new CacheBudget();

  /** Protects what is open. Code of keys may run under it. */
  private final ReentrantLock lock = new ReentrantLock();

  /** What is open. Guarded by the lock. */
  private final Map<Name, Open> open = new HashMap<>();

  /** Guarded by the lock; null until one is asked for. */
  private @Nullable LiveEntries<String, Long> counters;

  /** What a name is the name of. */
  private record Name(MapDescription.Kind kind, String name) {}

  /** A map that is open, and what it was asked for with. */
  private record Open(
      PersistentMap<?, ?> map, TypeRef<?> keys, TypeRef<?> values, MapOptions options) {}

  PersistentStore(Store store, Duration monitorTimeout, @Nullable Duration checkpointInterval) {
    this.store = store;
    this.pass = new DirtyPass(store, monitorTimeout);
    if (checkpointInterval != null && !store.isReadOnly()) {
      AutoCheckpoint autoCheckpoint = new AutoCheckpoint(store, checkpointInterval);
      store.onClosed(autoCheckpoint::close); // it goes on if the store could not be closed
    }
  }

  /**
   * Creates, opens or recovers a store, without being told which.
   *
   * @param file the hash file; snapshots and a lock file are in the same directory
   * @return the store, with the state of the last successful checkpoint
   * @throws PersistentMapException as {@link PersistentStoreBuilder#open} says; nothing on disk is
   *     changed then
   */
  public static PersistentStore open(Path file) {
    return builder().open(file);
  }

  /**
   * Returns a builder, to open a store with other than the usual options.
   *
   * @return the builder
   */
  public static PersistentStoreBuilder builder() {
    return new PersistentStoreBuilder();
  }

  /** Closes a store that can't be used, because of a failure. */
  static void discard(Store store, Throwable failure) {
    try {
      store.close(CloseMode.DISCARD);
    } catch (PersistentMapException suppressed) {
      failure.addSuppressed(suppressed);
    }
  }

  Store store() {
    return store;
  }

  // ---- maps ------------------------------------------------------------------------------------

  /**
   * Returns a map, which is made if there is none of that name.
   *
   * <p>Asked again for the same map, with the same types, it returns the same object.
   *
   * @param name its name, from 1 to {@value #LONGEST_NAME} characters
   * @param keyType class of the keys
   * @param valueType class of the values
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the map
   * @throws TypeMismatchException if it holds other types, or two keys that are equal now, since
   *     their class has changed; or if it is open with other types
   * @throws IllegalArgumentException if there can't be a map of that name
   * @throws MapClosedException if the store is closed
   * @throws FileAccessException if there is none, and the store was opened read-only
   * @throws CorruptFileException if the record of a key is damaged
   * @throws PersistentMapException if it can't be made, for want of space say
   */
  public <K, V> PersistentMap<K, V> map(String name, Class<K> keyType, Class<V> valueType) {
    return map(name, keyType, valueType, options -> {});
  }

  /**
   * Returns a map, with other than the usual options; see {@link #map(String, Class, Class)}.
   *
   * @param name its name
   * @param keyType class of the keys
   * @param valueType class of the values
   * @param options says what is not as usual
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the map
   * @throws IllegalArgumentException as above, and if the map is open with other options
   * @throws PersistentMapException as above
   */
  public <K, V> PersistentMap<K, V> map(
      String name, Class<K> keyType, Class<V> valueType, Consumer<MapOptions> options) {
    Objects.requireNonNull(keyType, "keyType");
    Objects.requireNonNull(valueType, "valueType");
    return map(name, TypeRef.of(keyType), TypeRef.of(valueType), options);
  }

  /**
   * Returns a map of types with arguments; see {@link #map(String, Class, Class)}.
   *
   * @param name its name
   * @param keyType type of the keys
   * @param valueType type of the values
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the map
   * @throws IllegalArgumentException as above
   * @throws PersistentMapException as above
   */
  public <K, V> PersistentMap<K, V> map(String name, TypeRef<K> keyType, TypeRef<V> valueType) {
    return map(name, keyType, valueType, options -> {});
  }

  /**
   * Returns a map of types with arguments, with other than the usual options; see {@link
   * #map(String, Class, Class)}.
   *
   * @param name its name
   * @param keyType type of the keys
   * @param valueType type of the values
   * @param options says what is not as usual
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the map
   * @throws IllegalArgumentException as above, and if the map is open with other options
   * @throws PersistentMapException as above
   */
  public <K, V> PersistentMap<K, V> map(
      String name, TypeRef<K> keyType, TypeRef<V> valueType, Consumer<MapOptions> options) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(keyType, "keyType");
    Objects.requireNonNull(valueType, "valueType");
    MapOptions said = new MapOptions();
    said.declare(keyType, valueType);
    Objects.requireNonNull(options, "options").accept(said);
    return open(new Name(MapDescription.Kind.MAP, name), keyType, valueType, said, false);
  }

  /** Opens the only map of a store, which is closed with it. */
  <K, V> PersistentMap<K, V> openOnly(
      String name, TypeRef<K> keys, TypeRef<V> values, MapOptions options) {
    return open(new Name(MapDescription.Kind.MAP, name), keys, values, options, true);
  }

  private <K, V> PersistentMap<K, V> open(
      Name key, TypeRef<K> keys, TypeRef<V> values, MapOptions options, boolean only) {
    String name = key.name;
    lock.lock();
    try {
      store.health().check();
      Open present = open.get(key);
      if (present != null) {
        return same(name, present, keys, values, options);
      }
      if (!only && !store.maps().has(key.kind, name)) {
        if (key.kind != MapDescription.Kind.COUNTERS) {
          requireName(name);
        }
        requireWritable(key);
      }
      CodecOptions codec = options.codec(keys, values);
      StoreMaps.Found found =
          store.maps().open(wanted(key.kind, name, keys, values, codec, store.health().path()));
      found.remarks().forEach(store::warn);
      Entries<K, V> entries = entries(found.index(), name, keys, values, options, codec);
      PersistentMap<K, V> map = new PersistentMap<>(store, entries, only);
      open.put(key, new Open(map, keys, values, options));
      return map;
    } finally {
      lock.unlock();
    }
  }

  private void requireName(String name) {
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          store.health().path()
              + ": expected the name of a map, of 1 to "
              + LONGEST_NAME
              + " characters, found "
              + (name.isEmpty() ? "an empty one" : "one of " + name.length()));
    }
  }

  private void requireWritable(Name key) {
    if (store.isReadOnly()) {
      SortedSet<String> names = names(key.kind);
      throw new FileAccessException(
          store.health().path()
              + ": expected a "
              + (key.kind == MapDescription.Kind.MAP ? "map" : "value")
              + " \""
              + key.name
              + "\", found "
              + (names.isEmpty() ? "none" : names)
              + ", and none can be made, since the store was opened read-only; check the name");
    }
  }

  @SuppressWarnings("unchecked") // it was opened with the same types
  private <K, V> PersistentMap<K, V> same(
      String name, Open present, TypeRef<K> keys, TypeRef<V> values, MapOptions options) {
    if (!present.keys.type().equals(keys.type()) || !present.values.type().equals(values.type())) {
      throw new TypeMismatchException(
          store.health().path()
              + ": map \""
              + name
              + "\" is open with keys of "
              + present.keys
              + " and values of "
              + present.values
              + ", and is asked for with "
              + keys
              + " and "
              + values
              + "; ask for it with the same types everywhere");
    }
    if (!present.options.isSame(options)) {
      throw new IllegalArgumentException(
          store.health().path()
              + ": map \""
              + name
              + "\" is open with other options; ask for it with the same options everywhere");
    }
    return (PersistentMap<K, V>) present.map;
  }

  static WantedMap wanted(
      MapDescription.Kind kind,
      String name,
      TypeRef<?> keys,
      TypeRef<?> values,
      CodecOptions codec,
      Path file) {
    return new WantedMap(
        new MapDescription(kind, name, keys.erased().getName(), values.erased().getName()),
        codec,
        classes -> new StoredKeys(new Codec(classes, codec), file));
  }

  private <K, V> Entries<K, V> entries(
      HashIndex index,
      String name,
      TypeRef<K> keys,
      TypeRef<V> values,
      MapOptions options,
      CodecOptions classes) {
    EntryCodec<K, V> codec =
        new EntryCodec<>(store, index, name, keys.erased(), values.erased(), classes);
    ValueMode mode = options.valueMode();
    return mode == ValueMode.COPIED
            || (mode == ValueMode.AUTO && neverChanges(values.erased(), codec))
        ? new CopiedEntries<>(store, index, codec, options.cache(caches))
        : new LiveEntries<>(
            store, index, codec, pass, options.cache(caches), mode == ValueMode.LIVE);
  }

  /**
   * Says whether copies will do for all objects of a type, and not only for those of exactly that
   * class.
   */
  private static boolean neverChanges(Class<?> type, EntryCodec<?, ?> codec) {
    int modifiers = type.getModifiers();
    return (type.isEnum() || Modifier.isFinal(modifiers) || Modifier.isAbstract(modifiers))
        && codec.explain(type).copyable();
  }

  /**
   * Returns the names of the maps that there are.
   *
   * @return a copy, in order
   * @throws MapClosedException if the store is closed
   */
  public SortedSet<String> maps() {
    return names(MapDescription.Kind.MAP);
  }

  private SortedSet<String> names(MapDescription.Kind kind) {
    store.health().check();
    SortedSet<String> names = new TreeSet<>();
    for (MapDescription map : store.maps().list().values()) {
      if (map.kind() == kind) {
        names.add(map.name());
      }
    }
    return names;
  }

  /**
   * Drops a map, with all its entries. Objects of it that are open refuse all work from then on;
   * iterations end with {@link MapClosedException}. A map of that name that is made later is
   * another.
   *
   * @param name its name
   * @return whether there was such a map
   * @throws MapClosedException if the store is closed
   * @throws UnsupportedOperationException if it was opened read-only
   * @throws PersistentMapException if it can't be done, as for a change of an entry
   */
  public boolean drop(String name) {
    return drop(new Name(MapDescription.Kind.MAP, Objects.requireNonNull(name, "name")));
  }

  private boolean drop(Name key) {
    requireWritable();
    lock.lock();
    try {
      Open present = open.get(key);
      Runnable dropped = present == null ? () -> {} : present.map.entries().dropping();
      boolean was = store.maps().drop(key.kind, key.name, dropped);
      if (present != null && was) {
        open.remove(key);
      }
      return was;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives a map another name. Objects of it that are open go on.
   *
   * @param name its name
   * @param newName the other
   * @throws IllegalArgumentException if there is no such map, there is one of the other name, or
   *     there can't be
   * @throws MapClosedException if the store is closed
   * @throws UnsupportedOperationException if it was opened read-only
   * @throws PersistentMapException if it can't be done, as for a change of an entry
   */
  public void rename(String name, String newName) {
    Objects.requireNonNull(name, "name");
    requireName(Objects.requireNonNull(newName, "newName"));
    requireWritable();
    lock.lock();
    try {
      if (!store.maps().rename(MapDescription.Kind.MAP, name, newName)) {
        throw new IllegalArgumentException(
            store.health().path()
                + ": map \""
                + name
                + "\" can't be renamed to \""
                + newName
                + "\": "
                + (maps().contains(name) ? "there is one of that name" : "there is no such map")
                + "; the maps are "
                + maps());
      }
      Open present = open.remove(new Name(MapDescription.Kind.MAP, name));
      if (present != null) {
        open.put(new Name(MapDescription.Kind.MAP, newName), present);
      }
    } finally {
      lock.unlock();
    }
  }

  private void requireWritable() {
    store.health().check();
    if (store.isReadOnly()) {
      throw new UnsupportedOperationException(
          store.health().path()
              + ": the store was opened read-only; open it without readOnly to change it");
    }
  }

  // ---- counters and values ---------------------------------------------------------------------

  /**
   * Returns a counter, which is made with 0 if there is none of that name. Counters, values and
   * maps may have the same name.
   *
   * @param name its name, from 1 to {@value #LONGEST_NAME} characters
   * @return the counter
   * @throws IllegalArgumentException if there can't be a counter of that name
   * @throws MapClosedException if the store is closed
   * @throws FileAccessException if there is none, and the store was opened read-only
   * @throws PersistentMapException if it can't be made, for want of space say
   */
  public PersistentCounter counter(String name) {
    requireName(Objects.requireNonNull(name, "name"));
    LiveEntries<String, Long> all = openCounters();
    if (all.get(name) == null) {
      if (store.isReadOnly()) {
        throw new FileAccessException(
            store.health().path()
                + ": expected a counter \""
                + name
                + "\", found "
                + counters()
                + ", and none can be made, since the store was opened read-only; check the name");
      }
      Long unused = all.put(name, 0L, HashIndex.When.IF_ABSENT);
    }
    return new PersistentCounter(all, name);
  }

  private LiveEntries<String, Long> openCounters() {
    lock.lock();
    try {
      store.health().check();
      LiveEntries<String, Long> present = counters;
      if (present == null) {
        MapOptions live = new MapOptions().valueMode(ValueMode.LIVE);
        live.declare(TypeRef.of(String.class), TypeRef.of(Long.class));
        PersistentMap<String, Long> map =
            open(
                new Name(MapDescription.Kind.COUNTERS, ""),
                TypeRef.of(String.class),
                TypeRef.of(Long.class),
                live,
                store.isReadOnly());
        present = (LiveEntries<String, Long>) map.entries();
        counters = present;
      }
      return present;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the names of the counters that there are.
   *
   * @return a copy, in order
   * @throws MapClosedException if the store is closed
   */
  public SortedSet<String> counters() {
    store.health().check();
    SortedSet<String> names = new TreeSet<>();
    if (store.maps().has(MapDescription.Kind.COUNTERS, "")) {
      openCounters().elements().forEachRemaining(each -> names.add(each.key()));
    }
    return names;
  }

  /**
   * Drops a counter.
   *
   * @param name its name
   * @return whether there was such a counter
   * @throws MapClosedException if the store is closed
   * @throws UnsupportedOperationException if it was opened read-only
   * @throws PersistentMapException if it can't be done, as for a change of an entry
   */
  public boolean dropCounter(String name) {
    Objects.requireNonNull(name, "name");
    requireWritable();
    return openCounters().delete(name);
  }

  /**
   * Returns a value, which is made if there is none of that name; at first it has no object.
   *
   * @param name its name, from 1 to {@value #LONGEST_NAME} characters
   * @param type class of its objects
   * @param <V> type of its objects
   * @return the value
   * @throws TypeMismatchException if it has objects of another type, or is open with one
   * @throws IllegalArgumentException if there can't be a value of that name
   * @throws MapClosedException if the store is closed
   * @throws FileAccessException if there is none, and the store was opened read-only
   * @throws PersistentMapException if it can't be made, for want of space say
   */
  public <V> PersistentValue<V> value(String name, Class<V> type) {
    return value(name, TypeRef.of(Objects.requireNonNull(type, "type")));
  }

  /**
   * Returns a value of a type with arguments; see {@link #value(String, Class)}.
   *
   * @param name its name
   * @param type type of its objects
   * @param <V> type of its objects
   * @return the value
   * @throws IllegalArgumentException as above
   * @throws PersistentMapException as above
   */
  public <V> PersistentValue<V> value(String name, TypeRef<V> type) {
    Objects.requireNonNull(type, "type");
    Name key = new Name(MapDescription.Kind.VALUES, Objects.requireNonNull(name, "name"));
    MapOptions live = new MapOptions().valueMode(ValueMode.LIVE);
    live.declare(TypeRef.of(String.class), type);
    return new PersistentValue<>(open(key, TypeRef.of(String.class), type, live, false), name);
  }

  /**
   * Returns the names of the values that there are.
   *
   * @return a copy, in order
   * @throws MapClosedException if the store is closed
   */
  public SortedSet<String> values() {
    return names(MapDescription.Kind.VALUES);
  }

  /**
   * Drops a value.
   *
   * @param name its name
   * @return whether there was such a value
   * @throws MapClosedException if the store is closed
   * @throws UnsupportedOperationException if it was opened read-only
   * @throws PersistentMapException if it can't be done, as for a change of an entry
   */
  public boolean dropValue(String name) {
    return drop(new Name(MapDescription.Kind.VALUES, Objects.requireNonNull(name, "name")));
  }

  // ---- atomic sections -------------------------------------------------------------------------

  /**
   * Runs a section of code that no checkpoint falls into: a checkpoint has all that it does, or
   * nothing of it, in all maps.
   *
   * <p>Sections of different threads run concurrently; they are no locks. One inside of another is
   * a part of it. A section that throws is not undone: what it did before is in the next
   * checkpoint, and the exception is the caller's.
   *
   * <p><b>Live values.</b> What a section changes in an object that it got from a map, or put into
   * one, is in a checkpoint wholly or not at all, as long as only sections change that object. An
   * object that the thread got before the section began is not known here: what is changed in it
   * may be in a checkpoint in part, unless the section asks the map for it again. The same holds
   * for an object that is the value of two entries, where the section asks for one of them only.
   * What a section changes must be changed by its own thread; other threads that it waits for need
   * sections of their own.
   *
   * <p><b>Waiting.</b> While a checkpoint waits to be cut, a section that begins is held, for 100
   * milliseconds at most ({@link PersistentStoreBuilder#sectionHold}); then it goes on, and the
   * checkpoint tries again. A thread that is in a section, or runs a function of {@link
   * PersistentMap#compute} and its kin, is never held. If there is always a section inside, the
   * checkpoint throws {@link SectionHeldException} after 10 seconds ({@link
   * PersistentStoreBuilder#sectionTimeout}), with the stacks of those inside. {@link #checkpoint}
   * and {@link #close} can't be called inside of a section.
   *
   * <p>Costs some nanoseconds.
   *
   * @param section the code
   * @throws MapClosedException if the store is closed
   * @throws StorageFailureException if it has failed
   */
  public void atomically(Runnable section) {
    Objects.requireNonNull(section, "section");
    Gate gate = enter();
    try {
      section.run();
    } finally {
      gate.exit();
    }
  }

  /**
   * Runs a section of code that no checkpoint falls into, and returns its result; see {@link
   * #atomically(Runnable)}.
   *
   * @param section the code
   * @param <T> type of the result
   * @return the result
   * @throws Exception what the code throws
   * @throws MapClosedException if the store is closed
   * @throws StorageFailureException if it has failed
   */
  public <T extends @Nullable Object> T atomically(Callable<T> section) throws Exception {
    Objects.requireNonNull(section, "section");
    Gate gate = enter();
    try {
      return section.call();
    } finally {
      gate.exit();
    }
  }

  /**
   * Runs a section of code that no checkpoint falls into, and returns its result; see {@link
   * #atomically(Runnable)}. This is the one for lambdas: it throws what the code throws, and no
   * other checked exception.
   *
   * @param section the code
   * @param <T> type of the result
   * @param <X> type of what the code throws
   * @return the result
   * @throws X what the code throws
   * @throws MapClosedException if the store is closed
   * @throws StorageFailureException if it has failed
   */
  public <T extends @Nullable Object, X extends Exception> T atomically(AtomicSection<T, X> section)
      throws X {
    Objects.requireNonNull(section, "section");
    Gate gate = enter();
    try {
      return section.call();
    } finally {
      gate.exit();
    }
  }

  private Gate enter() {
    StackReserve.require(); // a section whose end fails would be one for ever
    store.health().check();
    Gate gate = store.gate();
    gate.enter();
    return gate;
  }

  // ---- durability ------------------------------------------------------------------------------

  /**
   * Makes everything that was done before the call durable, as one, in all maps; see {@link
   * PersistentMap#checkpoint}.
   *
   * @return what was done
   * @throws PersistentMapException as {@link PersistentMap#checkpoint}
   * @throws UnsupportedOperationException if the store was opened read-only
   */
  public Checkpoint checkpoint() {
    return store.checkpoint();
  }

  /**
   * Tells how the store came to be when it was opened.
   *
   * @return the source, the checkpoint, and what was found
   */
  public Recovery recovery() {
    return store.recovery();
  }

  /**
   * Returns figures of this moment, of all maps together. Costs a look at each segment.
   *
   * @return the figures
   */
  public Stats stats() {
    lock.lock();
    try {
      long entries = store.entries();
      long live = 0;
      for (Open each : open.values()) {
        Entries<?, ?> ofMap = each.map.entries();
        entries += ofMap.count() - ofMap.index.count(); // those on the heap only
        live += ofMap.liveValues();
      }
      return store.stats(entries, live);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Closes the store with all its maps, by default with a checkpoint ({@link
   * PersistentStoreBuilder#closeMode}); see {@link PersistentMap#close}.
   *
   * @throws PersistentMapException as {@link PersistentMap#close}
   * @throws IllegalStateException as {@link PersistentMap#close}
   */
  @Override
  public void close() {
    store.close();
  }

  /**
   * Closes the store in another way than it was opened to be; see {@link
   * PersistentMap#close(CloseMode)}.
   *
   * @param mode what is done with changes since the last checkpoint
   * @throws PersistentMapException as {@link PersistentMap#close}
   * @throws IllegalStateException as {@link PersistentMap#close}
   */
  public void close(CloseMode mode) {
    store.close(Objects.requireNonNull(mode, "mode"));
  }
}
