package io.persistentmap;

import io.persistentmap.index.HashIndex;
import io.persistentmap.store.FailedCloses;
import io.persistentmap.store.Store;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ConcurrentMap} whose entries live in a file, and survive.
 *
 * <pre>{@code
 * try (PersistentMap<String, User> users =
 *     PersistentMap.open(Path.of("users.map"), String.class, User.class)) {
 *   users.put("ada", new User("Ada"));
 *   users.checkpoint();
 * }
 * }</pre>
 *
 * <p><b>The promise.</b> After a crash of the process or of the machine, or a full disk, {@code
 * open} gives the state of the last successful {@link #checkpoint}: all of it, nothing later, never
 * a mixture. If a checkpoint was being made at that moment, it may be that one, whole. A successful
 * checkpoint is never lost silently: if the newest can't be read, {@code open} says so and throws.
 *
 * <p><b>Values</b> whose objects may change are live: {@code map.get(k).add(x)} and {@code
 * computeIfAbsent(k, ArrayList::new).add(v)} are in the next checkpoint, as is whatever else has
 * changed in an object that was put in or handed out. Such objects stay on the heap until they are
 * replaced or removed. Values that can't change are copied ({@link ValueMode}). Neither keys nor
 * values may be null.
 *
 * <p><b>Keys</b> are found by {@code equals} and {@code hashCode}, as in a HashMap; for strings,
 * numbers, enums, {@code java.time} and records of such their bytes are compared instead, which is
 * the same and faster. A key is copied when it is put: one that is changed afterwards stays in the
 * map as it was. A key whose {@code hashCode} is another in the next process, like an enum's, is
 * found there, too. A key that would not equal what is read back from its bytes, since its class
 * (or that of a part) has no {@code equals}, or is an array, is refused with {@link
 * UnstorableException}. Many keys of one {@code hashCode} work, but each look at them reads them
 * all, about a microsecond each. Opening reads each key that is not compared by its bytes, about a
 * microsecond each.
 *
 * <p><b>Threads.</b> All methods may be called by any number of threads, platform or virtual. Reads
 * never wait for a checkpoint, and take no lock (but for a moment when they make a value live).
 * Single changes are atomic and linearizable; live objects are as safe for threads as their class;
 * iterations are weakly consistent, as those of {@link java.util.concurrent.ConcurrentHashMap}.
 * {@code Thread.interrupt()} has no effect on the map, and the flag is kept.
 *
 * <p><b>User code</b> ({@link #compute} and its kin, {@link #replaceAll}) is called once, while
 * other writers of that key wait. It may use the map, and change the object it gets; what it
 * returns is stored. What the code does to its own key comes first, and what it returns comes after
 * that: a value is what the key has then, whatever the code put or removed, and null removes it,
 * also what the code has put; but null from {@link #computeIfAbsent} leaves what the code has put.
 * (A ConcurrentHashMap throws for some of this.) If two threads each hold a key inside such code
 * and want the other's, one gets an {@link IllegalStateException} instead of a deadlock.
 *
 * <p>Every method throws {@link MapClosedException} after {@link #close}, {@link
 * StorageFailureException} once the operating system has failed the store, and {@link
 * CorruptFileException} if the record it needs is damaged. Methods that change the map throw {@link
 * ResourceExhaustedException} (mostly {@link DiskFullException}) or {@link FileAccessException}
 * while too much waits to be written that can't be, {@link UnstorableException} for what can't be
 * stored, and {@link UnsupportedOperationException} if it was opened read-only, whether or not they
 * would change anything; the map is then unchanged.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class PersistentMap<K, V> extends AbstractMap<K, V>
    implements ConcurrentMap<K, V>, AutoCloseable {
  private final Store store;
  private final Entries<K, V> entries;
  private final boolean only;
  private final Set<K> keySet = new MapViews.Keys<>(this);
  private final Collection<V> values = new MapViews.Values<>(this);
  private final Set<Map.Entry<K, V>> entrySet = new MapViews.EntrySet<>(this);

  /**
   * Creates the view of a map.
   *
   * @param only whether it is the only one of its store, and so closes that
   */
  PersistentMap(Store store, Entries<K, V> entries, boolean only) {
    this.store = store;
    this.entries = entries;
    this.only = only;
  }

  /**
   * Creates, opens or recovers a map, without being told which.
   *
   * <p>Values of a class whose objects may change are live: {@code get} returns the very object
   * that was put in or handed out before, and {@link #checkpoint} writes it again if it has
   * changed. Values of a class whose objects can't change (strings, numbers, enums, {@code
   * java.time}, records of such) are copied when they are put, and take no heap but in a cache.
   * {@link #explain} tells which it is for a class, and {@link PersistentMapBuilder#valueMode}
   * makes all values live, or all copied.
   *
   * @param file the hash file; snapshots and a lock file are beside it
   * @param keyType class of the keys
   * @param valueType class of the values
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the map, with the state of the last successful checkpoint
   * @throws PersistentMapException as {@link PersistentMapBuilder#open} says; nothing on disk is
   *     changed then
   */
  public static <K, V> PersistentMap<K, V> open(Path file, Class<K> keyType, Class<V> valueType) {
    return builder(keyType, valueType).open(file);
  }

  /**
   * Creates, opens or recovers a map of types with arguments: {@code open(file, new
   * TypeRef<String>() {}, new TypeRef<List<User>>() {})}. Classes in the arguments, and what they
   * declare, may be stored. The file can be opened with the classes instead, and the other way
   * round.
   *
   * @param file the hash file; snapshots and a lock file are beside it
   * @param keyType type of the keys
   * @param valueType type of the values
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the map, with the state of the last successful checkpoint
   * @throws PersistentMapException as {@link PersistentMapBuilder#open} says; nothing on disk is
   *     changed then
   */
  public static <K, V> PersistentMap<K, V> open(
      Path file, TypeRef<K> keyType, TypeRef<V> valueType) {
    return builder(keyType, valueType).open(file);
  }

  /**
   * Creates, opens or recovers a map of any types.
   *
   * @param file the hash file
   * @return the map, with the state of the last successful checkpoint
   * @throws PersistentMapException as {@link PersistentMapBuilder#open} says; nothing on disk is
   *     changed then
   */
  public static PersistentMap<Object, Object> open(Path file) {
    return open(file, Object.class, Object.class);
  }

  /**
   * Returns a builder, to open a map with other than the usual options.
   *
   * @param keyType class of the keys
   * @param valueType class of the values
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the builder
   */
  public static <K, V> PersistentMapBuilder<K, V> builder(Class<K> keyType, Class<V> valueType) {
    Objects.requireNonNull(keyType, "keyType");
    Objects.requireNonNull(valueType, "valueType");
    return builder(TypeRef.of(keyType), TypeRef.of(valueType));
  }

  /**
   * Returns a builder, to open a map of types with arguments with other than the usual options.
   *
   * @param keyType type of the keys
   * @param valueType type of the values
   * @param <K> type of the keys
   * @param <V> type of the values
   * @return the builder
   */
  public static <K, V> PersistentMapBuilder<K, V> builder(
      TypeRef<K> keyType, TypeRef<V> valueType) {
    return new PersistentMapBuilder<>(keyType, valueType);
  }

  /**
   * Tells whether values of a class are live or copied in a map that is opened with the usual
   * options, and why.
   *
   * @param type the class of an object, as {@code getClass()} gives it
   * @return the answer
   */
  public static ValueExplanation explain(Class<?> type) {
    return builder(Object.class, Object.class).explain(type);
  }

  Entries<K, V> entries() {
    return entries;
  }

  Store store() {
    return store;
  }

  // ---- durability ------------------------------------------------------------------------------

  /**
   * Makes everything that was done before the call durable, as one: changes of the map, and of live
   * values; and the same of all other maps of its {@link PersistentStore}. Changes wait for the
   * time it takes to note the end of the log, some tens of microseconds; reads don't. Threads that
   * call it at once share a checkpoint. If nothing has changed, it does nothing.
   *
   * <p>Operations of the map that are called meanwhile are in it or not, each as a whole and in
   * their order. What is changed inside a live value meanwhile, without the map, may be in it or
   * not; in part, unless it is changed in the value's own monitor: each value is read in its
   * monitor ({@code synchronized (value)}), and in no other. So of an object whose methods are
   * synchronized on itself no half of a change is ever stored. Objects inside a value that have
   * monitors of their own, and private lock objects, are not known here. A function of {@link
   * #compute} and its kin that runs on a live value is waited for, up to a minute; unless it waits
   * for the checkpoint, or calls it: then the value is taken as it is at that moment.
   *
   * <p>The call may be made inside of {@code synchronized (value)}, and in a static initialiser. If
   * another thread holds the monitor of a value for longer than {@link
   * PersistentMapBuilder#monitorTimeout}, it throws {@link ValueHeldException}.
   *
   * <p>Costs serialising all live values (some 0.5 µs for each 100 bytes, shared by processors),
   * writing what changed, and two flushes of the device.
   *
   * @return what was done
   * @throws ValueHeldException if a thread holds the monitor of a live value for too long: the
   *     message names key and thread, nothing is lost, the previous checkpoint is intact, and the
   *     call can be repeated
   * @throws UnstorableException if a live value can't be written: the message names its key,
   *     nothing is lost, the previous checkpoint is intact, and the call can be repeated
   * @throws DiskFullException if there is no space: nothing is lost, the previous checkpoint is
   *     intact, and the call can be repeated
   * @throws ResourceExhaustedException if the system lacks something else for now, such as file
   *     descriptors or memory: the same
   * @throws FileAccessException if it may not create or rename its files, or its file was deleted
   *     or replaced: the same
   * @throws StorageFailureException if the operating system fails: the map refuses all work from
   *     then on, and opening it again gives the previous checkpoint
   * @throws UnsupportedOperationException if the map was opened read-only
   */
  public Checkpoint checkpoint() {
    return store.checkpoint();
  }

  /**
   * Tells how the map came to be when it was opened.
   *
   * @return the source, the checkpoint, and what was found
   */
  public Recovery recovery() {
    return store.recovery();
  }

  /**
   * Returns figures of this moment. Costs a look at each segment.
   *
   * @return the figures
   */
  public Stats stats() {
    return store.stats(entries.count(), entries.liveValues());
  }

  /**
   * Closes the map, by default with a checkpoint ({@link PersistentMapBuilder#closeMode}). Views
   * and iterators can't be used any more, either; live objects are what they are, but nobody looks
   * at them any more. A map of a {@link PersistentStore} is closed with the store: for such a map
   * this does nothing.
   *
   * <p>Closing is one event. Each call returns after it, interrupted or not, with its outcome: it
   * returns, or throws an exception of the same type as the first call. After that, closing again
   * does nothing, or throws the same if the map has failed for good.
   *
   * <p>From the beginning of the call, changes are refused with {@link MapClosedException}, but for
   * those of functions ({@link #compute} and its kin) that hold a key already. It waits for these
   * functions, 5 seconds at most ({@link PersistentMapBuilder#closeTimeout}). The keys of those
   * that have not returned then keep the state that was recorded last: in a map of copied values,
   * what was put last; of a live value, what the last checkpoint has, and a live value that no
   * checkpoint has is not in the map. The application's logger is told which keys these are. The
   * change of such a function is refused when it returns.
   *
   * <p>If the checkpoint fails, for another reason than a failure for good, the map stays open,
   * with all its entries, and can be used and closed again, or be closed without a checkpoint
   * ({@link #close(CloseMode)}). If nobody has it any more, as after a try-with-resources
   * statement, {@link #open} of the same store in this process first tries the checkpoint again,
   * and closes it; see {@link #discard}.
   *
   * @throws DiskFullException if there is no space for the checkpoint: the map stays open
   * @throws ResourceExhaustedException if the system lacks something else for now, such as file
   *     descriptors or memory: the map stays open
   * @throws FileAccessException if it may not create or rename its files, or its file was deleted
   *     or replaced: the map stays open
   * @throws UnstorableException if a live value can't be written: the map stays open
   * @throws StorageFailureException if the operating system fails, or has failed before, also where
   *     only a thread of the map met it; the map is closed, and opening it again gives the previous
   *     checkpoint
   * @throws IllegalStateException if called inside a function that holds a key of this map, or
   *     inside code that writes a value for a checkpoint: nothing has happened, and the map is open
   */
  @Override
  public void close() {
    if (only) {
      store.close();
    }
  }

  /**
   * Closes the map in another way than it was opened to be: without a checkpoint, say, when {@link
   * #close()} can't make one. One that discards waits for no function; while another call closes
   * the map it waits for that, and discards only if that fails.
   *
   * @param mode what is done with changes since the last checkpoint
   * @throws DiskFullException as {@link #close()}
   * @throws ResourceExhaustedException as {@link #close()}
   * @throws FileAccessException as {@link #close()}
   * @throws UnstorableException as {@link #close()}
   * @throws StorageFailureException as {@link #close()}; not if changes are discarded
   * @throws IllegalStateException as {@link #close()}
   */
  public void close(CloseMode mode) {
    Objects.requireNonNull(mode, "mode");
    if (only) {
      store.close(mode);
    }
  }

  /**
   * Gives up a map of this process whose {@link #close()} failed, with what no checkpoint has: for
   * a program that has lost the map, and can't mend what kept it from being closed. {@link #open}
   * of that store is refused until then. The next {@code open} gives the state of the last
   * successful checkpoint. A map that is open otherwise is not touched, nor is one of another
   * process or of another class loader.
   *
   * @param file the hash file
   * @return whether there was such a map; false if nothing was done
   */
  public static boolean discard(Path file) {
    return FailedCloses.discard(file);
  }

  // ---- the map ---------------------------------------------------------------------------------

  /**
   * Returns the number of entries, which {@link #size} can't if it exceeds an int.
   *
   * @return the number of entries
   */
  public long mappingCount() {
    return entries.count();
  }

  @Override
  public int size() {
    return (int) Math.min(mappingCount(), Integer.MAX_VALUE);
  }

  @Override
  public boolean isEmpty() {
    return mappingCount() == 0;
  }

  @Override
  public @Nullable V get(Object key) {
    return entries.get(key);
  }

  /**
   * Returns the bytes that are stored for a value, without making an object of them; so it works
   * for objects whose class is gone, too, where {@link #get} can only say which. Such entries stay
   * in the map until they are removed or replaced. Their form is that of section 6 of {@code
   * docs/file-format.md}.
   *
   * @param key the key
   * @return a copy of the bytes, or null if the key is not there, or its value was never stored; of
   *     a live value those of the last checkpoint
   */
  public byte @Nullable [] storedBytes(Object key) {
    return entries.storedBytes(key);
  }

  @Override
  public V getOrDefault(Object key, V defaultValue) {
    V value = entries.get(key);
    return value != null ? value : defaultValue;
  }

  @Override
  public boolean containsKey(Object key) {
    return entries.contains(key);
  }

  /** Reads all values until one is equal; that makes none of them live. */
  @Override
  public boolean containsValue(Object value) {
    Objects.requireNonNull(value, "value");
    Iterator<Element<K, V>> elements = entries.elements();
    while (elements.hasNext()) {
      if (value.equals(elements.next().peek())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public @Nullable V put(K key, V value) {
    return entries.put(key, value, HashIndex.When.ALWAYS);
  }

  /**
   * Puts without reading what was there: {@link #put} for callers that have no use for the old
   * value, and so need not wait until it is read and deserialised.
   *
   * @param key the key
   * @param value the value
   */
  public void set(K key, V value) {
    entries.set(key, value);
  }

  @Override
  public void putAll(Map<? extends K, ? extends V> map) {
    entries.refuseIfReadOnly();
    map.forEach(entries::set);
  }

  @Override
  public @Nullable V putIfAbsent(K key, V value) {
    return entries.put(key, value, HashIndex.When.IF_ABSENT);
  }

  @Override
  public @Nullable V remove(Object key) {
    return entries.remove(key);
  }

  @Override
  @SuppressWarnings("unchecked") // a key of another type is in no map
  public boolean remove(Object key, @Nullable Object value) {
    entries.refuseIfReadOnly();
    if (!entries.contains(key) || value == null) {
      return false; // there is no null
    }
    return Boolean.TRUE.equals(
        entries.<Boolean>decide(
            (K) key,
            (sameKey, present) ->
                value.equals(present) ? Decision.remove(true) : Decision.leave(false)));
  }

  @Override
  public @Nullable V replace(K key, V value) {
    return entries.put(key, value, HashIndex.When.IF_PRESENT);
  }

  @Override
  public boolean replace(K key, V oldValue, V newValue) {
    Objects.requireNonNull(oldValue, "oldValue");
    Objects.requireNonNull(newValue, "newValue");
    return Boolean.TRUE.equals(
        entries.<Boolean>decide(
            key,
            (sameKey, present) ->
                oldValue.equals(present) ? Decision.put(newValue, true) : Decision.leave(false)));
  }

  @Override
  public @Nullable V computeIfAbsent(K key, Function<? super K, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    entries.refuseIfReadOnly();
    V there = entries.get(key);
    if (there != null) {
      return there;
    }
    return entries.<V>decide(
        key,
        (sameKey, present) -> {
          if (present != null) {
            return Decision.leave(present);
          }
          V value = function.apply(sameKey);
          return value == null ? Decision.leave(null) : Decision.put(value, value);
        });
  }

  @Override
  public @Nullable V computeIfPresent(
      K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return entries.<V>decide(
        key,
        (sameKey, present) ->
            present == null ? Decision.leave(null) : outcome(function.apply(sameKey, present)));
  }

  @Override
  public @Nullable V compute(
      K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return entries.<V>decide(key, (sameKey, present) -> outcome(function.apply(sameKey, present)));
  }

  @Override
  public @Nullable V merge(
      K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(function, "function");
    return entries.<V>decide(
        key,
        (sameKey, present) ->
            present == null ? Decision.put(value, value) : outcome(function.apply(present, value)));
  }

  /** Also removes what was not there before: the function may have put it. */
  private static <V> Decision<V, V> outcome(@Nullable V value) {
    return value == null ? Decision.remove(null) : Decision.put(value, value);
  }

  /** Calls the function once for each entry, as {@link #computeIfPresent} does. */
  @Override
  public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
    Objects.requireNonNull(function, "function");
    entries.refuseIfReadOnly();
    for (K key : keySet()) {
      computeIfPresent(
          key,
          (sameKey, present) ->
              Objects.requireNonNull(function.apply(sameKey, present), "replacement"));
    }
  }

  @Override
  public void clear() {
    entries.clear();
  }

  @Override
  public Set<K> keySet() {
    return keySet;
  }

  @Override
  public Collection<V> values() {
    return values;
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return entrySet;
  }
}
