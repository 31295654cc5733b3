package io.persistentmap;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.serializer.Serializer;
import io.persistentmap.serializer.TypeReport;
import io.persistentmap.store.MapDescription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Opens a {@link PersistentMap} with other than the usual options. Not thread-safe.
 *
 * <pre>{@code
 * PersistentMap<String, User> users =
 *     PersistentMap.builder(String.class, User.class)
 *         .autoCheckpoint(Duration.ofSeconds(1))
 *         .open(Path.of("users.map"));
 * }</pre>
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class PersistentMapBuilder<K, V> {
  /** The name of the map of a store that has one. */
  private static final String ONLY_MAP = "";

  private final TypeRef<K> keys;
  private final TypeRef<V> values;
  private final PersistentStoreBuilder store = new PersistentStoreBuilder();
  private final MapOptions options = new MapOptions();

  PersistentMapBuilder(TypeRef<K> keys, TypeRef<V> values) {
    this.keys = Objects.requireNonNull(keys, "keyType");
    this.values = Objects.requireNonNull(values, "valueType");
    options.declare(keys, values);
  }

  /**
   * Bounds the cache of hot values. Default: an eighth of the largest heap. Larger saves reading
   * and deserialising; the heap must have room for it.
   *
   * @param bytes bytes of the serialised form of the values in it; 0 for no cache
   * @return this
   * @throws IllegalArgumentException if negative
   */
  public PersistentMapBuilder<K, V> cacheBytes(long bytes) {
    options.cacheBytes(bytes);
    return this;
  }

  /**
   * Says what objects have to do with entries. Default: {@link ValueMode#AUTO}. {@code COPIED} is
   * for maps larger than the heap: changing an object then changes no entry, until it is put again.
   *
   * @param mode the mode
   * @return this
   */
  public PersistentMapBuilder<K, V> valueMode(ValueMode mode) {
    options.valueMode(mode);
    return this;
  }

  /**
   * Tells whether values of a class will be live or copied in a map that is opened with these
   * options, and why.
   *
   * @param type the class of an object, as {@code getClass()} gives it
   * @return the answer
   */
  public ValueExplanation explain(Class<?> type) {
    return switch (options.valueMode()) {
      case LIVE -> new ValueExplanation(type, ValueMode.LIVE, "as all values (ValueMode.LIVE)");
      case COPIED ->
          new ValueExplanation(type, ValueMode.COPIED, "as all values (ValueMode.COPIED)");
      case AUTO -> {
        TypeReport report = StartUp.codecOfNoFile(options.codec(keys, values)).explain(type);
        yield new ValueExplanation(
            type,
            report.copyable() ? ValueMode.COPIED : ValueMode.LIVE,
            "since " + report.reason());
      }
    };
  }

  /**
   * Says how checkpoints are made durable. Default: {@link SnapshotMode#AUTO}.
   *
   * @param mode the mode; {@code REFLINK} makes opening fail where the file system can't
   * @return this
   */
  public PersistentMapBuilder<K, V> snapshotMode(SnapshotMode mode) {
    store.snapshotMode(mode);
    return this;
  }

  /**
   * Names the snapshots. Default: the hash file's name with {@code .even} and {@code .odd}. They
   * must be on the hash file's file system.
   *
   * @param evenFile the snapshot of checkpoints with an even number
   * @param oddFile the other
   * @return this
   * @throws IllegalArgumentException if both are the same
   */
  public PersistentMapBuilder<K, V> snapshotFiles(Path evenFile, Path oddFile) {
    store.snapshotFiles(evenFile, oddFile);
    return this;
  }

  /**
   * Opens without changing the hash file or a snapshot. Default: false. Several readers may have a
   * map open, but none while a writer has: for that the lock file is created if it is missing and
   * can be, and that is all that is changed on disk. After a crash, a reader sees the last
   * checkpoint, too. Live values are handed out as usual, but what is changed in them is written
   * nowhere.
   *
   * @param only whether every change throws {@link UnsupportedOperationException}
   * @return this
   */
  public PersistentMapBuilder<K, V> readOnly(boolean only) {
    store.readOnly(only);
    return this;
  }

  /**
   * Accepts an older checkpoint when the newest can't be read, or may be missing. Default: false,
   * opening then throws {@link RecoveryRefusedException} or {@link CorruptFileException}. With
   * true, the newest checkpoint that can be read is opened, and {@link PersistentMap#recovery}
   * tells what was lost. Make a copy of the files first. Keys that are equal now, since their class
   * has changed or since the removal of one was lost in a salvaged file, are accepted, too: a
   * look-up finds one of them, and iteration both.
   *
   * @param accept whether to accept it
   * @return this
   */
  public PersistentMapBuilder<K, V> acceptOlderCheckpoint(boolean accept) {
    store.acceptOlderCheckpoint(accept);
    return this;
  }

  /**
   * Makes a checkpoint whenever that time has passed since the one before, in a thread of its own.
   * Default: none but those that the program calls for, and that of closing. What a checkpoint can
   * fail with that leaves the map usable ({@link PersistentMap#checkpoint}) leaves it so here, too:
   * it is tried again, after that time or sooner, and the application's logger is told once of each
   * kind of failure until one succeeds. It ends when the map is closed, or has failed for good,
   * which the logger is told, too.
   *
   * @param interval the time
   * @return this
   * @throws IllegalArgumentException if not positive
   */
  public PersistentMapBuilder<K, V> autoCheckpoint(Duration interval) {
    store.autoCheckpoint(interval);
    return this;
  }

  /**
   * Says how long a checkpoint waits for the monitor of a live value that a thread holds, before it
   * throws {@link ValueHeldException}. Default: 5 seconds. See {@link PersistentMap#checkpoint}.
   *
   * @param timeout the time
   * @return this
   * @throws IllegalArgumentException if not positive
   */
  public PersistentMapBuilder<K, V> monitorTimeout(Duration timeout) {
    store.monitorTimeout(timeout);
    return this;
  }

  /**
   * Says what closing does with changes since the last checkpoint. Default: {@link
   * CloseMode#CHECKPOINT}.
   *
   * @param mode the mode
   * @return this
   */
  public PersistentMapBuilder<K, V> closeMode(CloseMode mode) {
    store.closeMode(mode);
    return this;
  }

  /**
   * Says how long {@link PersistentMap#close} waits for functions that hold keys ({@code compute}
   * and its kin). Default: 5 seconds. Writing the checkpoint comes on top.
   *
   * @param timeout the time; zero for no waiting
   * @return this
   * @throws IllegalArgumentException if negative
   */
  public PersistentMapBuilder<K, V> closeTimeout(Duration timeout) {
    store.closeTimeout(timeout);
    return this;
  }

  /**
   * Has the map closed when the process ends, if it is still open then: by {@code System.exit}, by
   * the end of its last thread, by SIGTERM or SIGINT; not by SIGKILL, nor by {@link Runtime#halt}.
   * Default: the program closes it. Several maps are closed in parallel. A function that holds a
   * key and has called {@code System.exit} never returns, so closing waits the whole {@link
   * #closeTimeout} for it. What can't be closed is told to the application's logger, or to the
   * standard error where that says nothing. Until it is closed the map is not garbage.
   *
   * @return this
   */
  public PersistentMapBuilder<K, V> closeOnExit() {
    store.closeOnExit();
    return this;
  }

  /**
   * Names the class loader that finds the classes of stored objects. Default: the value type's, or
   * the thread's context class loader if the types are unknown.
   *
   * @param loader the loader
   * @return this
   */
  public PersistentMapBuilder<K, V> classLoader(ClassLoader loader) {
    options.classLoader(loader);
    return this;
  }

  /**
   * Allows objects of further classes in the map. Default: the values and collections of the JDK,
   * the types of keys and values, what these declare (fields, type arguments, permitted subclasses,
   * and so on), and all other classes of the packages of those. The rule is the same for writing
   * and for reading: a file can't make the program create an object of any other class.
   *
   * @param types classes of your own or of a library
   * @return this
   * @throws IllegalArgumentException for a class of the JDK: which of them can be stored is fixed;
   *     and for a type without objects, such as {@code int}
   */
  public PersistentMapBuilder<K, V> allow(Class<?>... types) {
    options.allow(types);
    return this;
  }

  /**
   * Allows objects of all classes of a package, and of the packages below it. Default: see {@link
   * #allow}.
   *
   * @param name the name of the package
   * @return this
   * @throws IllegalArgumentException if it is empty, or of the JDK
   */
  public PersistentMapBuilder<K, V> allowPackage(String name) {
    options.allowPackage(name);
    return this;
  }

  /**
   * Says that a class has another name in the file: it was renamed, or moved. Default: classes have
   * the names that they have. What is written from now on has the new name, unless nothing but the
   * name has changed; keys are found all the same. The alias is needed as long as the file has
   * objects with the old name.
   *
   * @param oldName its name in the file, as {@link Class#getName} gave it
   * @param type the class as it is now
   * @return this
   * @throws IllegalArgumentException if the name is an alias of another class already
   */
  public PersistentMapBuilder<K, V> alias(String oldName, Class<?> type) {
    options.alias(oldName, type);
    return this;
  }

  /**
   * Says that instances of some classes, and of their subclasses, never change, so that one may be
   * handed to several callers. Default: what can be told from the classes, see {@code
   * PersistentMap.explain}. If it is not true, changes to such objects are lost.
   *
   * @param types the classes
   * @return this
   * @throws IllegalArgumentException for a type without objects, such as {@code int}
   */
  public PersistentMapBuilder<K, V> immutable(Class<?>... types) {
    options.immutable(types);
    return this;
  }

  /**
   * Gives a class an encoding of your own. Default: the fields. It is used for keys and values, and
   * for objects inside of others. The file remembers it: without the serializer, such objects can't
   * be read; objects that were stored before it was given are still read by their fields.
   *
   * @param type exactly this class; subclasses keep their own encoding
   * @param serializer writes and reads its objects
   * @param <T> the class
   * @return this
   * @throws IllegalArgumentException if no object has exactly this class, or its encoding is fixed,
   *     as that of a string is
   */
  public <T> PersistentMapBuilder<K, V> serializer(Class<T> type, Serializer<T> serializer) {
    options.serializer(type, serializer);
    return this;
  }

  /** Replaces the system calls: for tests of failures. */
  PersistentMapBuilder<K, V> fileSystem(FileSystem replacement) {
    store.fileSystem(replacement);
    return this;
  }

  /**
   * Creates, opens or recovers the map. If a map of this process still has the store, since its
   * {@code close()} failed, the checkpoint of that map is tried again first, and that map is
   * closed.
   *
   * @param file the hash file
   * @return the map, with the state of the last successful checkpoint
   * @throws FileLockedException if somebody has it open
   * @throws FileAccessException if a path can't be used
   * @throws NotAHashFileException if the file is something else
   * @throws UnsupportedFormatException if it is of another format version
   * @throws TypeMismatchException if it holds other types, or two keys that are equal now, since
   *     their class has changed
   * @throws RecoveryRefusedException if a newer checkpoint may have been lost
   * @throws CorruptFileException if the file is damaged
   * @throws DiskFullException if there is no space
   * @throws ResourceExhaustedException if the system lacks something else for now, such as file
   *     descriptors or memory
   * @throws StorageFailureException if the operating system fails otherwise
   * @throws PersistentMapException or an error, of the type that the {@code close()} of a map of
   *     this process threw, if that still fails; see {@link PersistentMap#discard}
   * @throws UnsupportedPlatformException if this process lacks what no map can do without: memory
   *     off the heap, or a class that could not be initialised
   */
  public PersistentMap<K, V> open(Path file) {
    CodecOptions codec = options.codec(keys, values);
    PersistentStore opened =
        store.open(
            file,
            PersistentStore.wanted(MapDescription.Kind.MAP, ONLY_MAP, keys, values, codec, file));
    try {
      return opened.openOnly(ONLY_MAP, keys, values, options);
    } catch (Throwable e) {
      PersistentStore.discard(opened.store(), e);
      throw e;
    }
  }
}
