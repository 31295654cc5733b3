package io.persistentmap;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.serializer.Serializer;
import io.persistentmap.serializer.TypeReport;
import io.persistentmap.store.Catalog;
import io.persistentmap.store.Store;
import io.persistentmap.store.StoreConfig;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.value.EntryCodec;
import io.persistentmap.value.StoredKeys;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
  private static final int DEFAULT_CACHE_SHARE = 8;
  private static final Duration DEFAULT_MONITOR_TIMEOUT = Duration.ofSeconds(5);

  private final TypeRef<K> keys;
  private final TypeRef<V> values;
  private final Class<K> keyType;
  private final Class<V> valueType;
  private long cacheBytes = Runtime.getRuntime().maxMemory() / DEFAULT_CACHE_SHARE;
  private ValueMode valueMode = ValueMode.AUTO;
  private SnapshotMode snapshotMode = SnapshotMode.AUTO;
  private CloseMode closeMode = CloseMode.CHECKPOINT;
  private Duration closeTimeout = Duration.ofSeconds(5);
  private boolean closeOnExit;
  private boolean readOnly;
  private boolean acceptOlder;
  private @Nullable Path even;
  private @Nullable Path odd;
  private @Nullable Duration autoCheckpoint;
  private Duration monitorTimeout = DEFAULT_MONITOR_TIMEOUT;
  private @Nullable ClassLoader classLoader;
  private final CodecOptions.Builder classOptions = new CodecOptions.Builder();
  private @Nullable FileSystem fileSystem;

  PersistentMapBuilder(TypeRef<K> keys, TypeRef<V> values) {
    this.keys = Objects.requireNonNull(keys, "keyType");
    this.values = Objects.requireNonNull(values, "valueType");
    this.keyType = keys.erased();
    this.valueType = values.erased();
    keys.declareIn(classOptions);
    values.declareIn(classOptions);
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
    if (bytes < 0) {
      throw new IllegalArgumentException("cacheBytes must be 0 or more, not " + bytes);
    }
    cacheBytes = bytes;
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
    valueMode = Objects.requireNonNull(mode, "mode");
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
    return switch (valueMode) {
      case LIVE -> new ValueExplanation(type, ValueMode.LIVE, "as all values (ValueMode.LIVE)");
      case COPIED ->
          new ValueExplanation(type, ValueMode.COPIED, "as all values (ValueMode.COPIED)");
      case AUTO -> {
        TypeReport report = StartUp.codecOfNoFile(classOptions.build(loader())).explain(type);
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
    snapshotMode = Objects.requireNonNull(mode, "mode");
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
    if (evenFile.toAbsolutePath().normalize().equals(oddFile.toAbsolutePath().normalize())) {
      throw new IllegalArgumentException(
          "the even and the odd snapshot must be different files, not both " + evenFile);
    }
    even = evenFile;
    odd = oddFile;
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
    readOnly = only;
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
    acceptOlder = accept;
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
    if (interval.isZero() || interval.isNegative()) {
      throw new IllegalArgumentException("autoCheckpoint must be positive, not " + interval);
    }
    autoCheckpoint = interval;
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
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("monitorTimeout must be positive, not " + timeout);
    }
    monitorTimeout = timeout;
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
    closeMode = Objects.requireNonNull(mode, "mode");
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
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("closeTimeout must be zero or more, not " + timeout);
    }
    closeTimeout = timeout;
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
    closeOnExit = true;
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
    classLoader = Objects.requireNonNull(loader, "loader");
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
    classOptions.allow(types);
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
    classOptions.allowPackage(name);
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
    classOptions.alias(oldName, type);
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
    classOptions.immutable(types);
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
    classOptions.serializer(type, serializer);
    return this;
  }

  /** Replaces the system calls: for tests of failures. */
  PersistentMapBuilder<K, V> fileSystem(FileSystem replacement) {
    fileSystem = replacement;
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
    try {
      return openStore(file);
    } catch (LinkageError e) {
      throw new UnsupportedPlatformException(
          file
              + ": can't be opened by this process: a class could not be initialised ("
              + e
              + "), as happens for want of memory or stack, and can't be repeated; start the"
              + " program again, with a larger -Xmx if it ran out of memory. The file is as it was",
          e);
    }
  }

  private PersistentMap<K, V> openStore(Path file) {
    StartUp.begin();
    CodecOptions options = classOptions.build(loader());
    StoreConfig config =
        new StoreConfig(
            files(file),
            snapshotMode,
            closeMode,
            closeTimeout,
            readOnly,
            acceptOlder,
            new Catalog.MapDescription("", keyType.getName(), valueType.getName()),
            options,
            classes -> new StoredKeys(new Codec(classes, options), file),
            fileSystem != null ? fileSystem : FileSystem.ofPlatform());
    Store store = Store.open(config);
    try {
      ClassesAtStart.initialise();
      PersistentMap<K, V> map = new PersistentMap<>(store, entries(store, options), autoCheckpoint);
      if (closeOnExit && !readOnly) {
        store.closeOnExit();
      }
      return map;
    } catch (Throwable e) { // else the store would stay locked, and nobody could close it
      try {
        store.close(CloseMode.DISCARD);
      } catch (PersistentMapException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private Entries<K, V> entries(Store store, CodecOptions options) {
    EntryCodec<K, V> codec = new EntryCodec<>(store, keyType, valueType, options);
    return valueMode == ValueMode.COPIED
            || (valueMode == ValueMode.AUTO && neverChanges(valueType, codec))
        ? new CopiedEntries<>(store, codec, cacheBytes)
        : new LiveEntries<>(store, codec, cacheBytes, valueMode == ValueMode.LIVE, monitorTimeout);
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

  private StoreFiles files(Path hash) {
    StoreFiles usual = StoreFiles.of(hash);
    Path evenFile = even;
    Path oddFile = odd;
    if (evenFile == null || oddFile == null) {
      return usual;
    }
    StoreFiles named = usual.withSnapshots(evenFile, oddFile);
    if (named.hash().equals(named.even()) || named.hash().equals(named.odd())) {
      throw new IllegalArgumentException("a snapshot can't be the hash file itself: " + hash);
    }
    return named;
  }

  private ClassLoader loader() {
    if (classLoader != null) {
      return classLoader;
    }
    ClassLoader ofValue = values.loader();
    ClassLoader ofKey = keys.loader();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (ofValue != null) {
      return ofValue;
    }
    if (ofKey != null) {
      return ofKey;
    }
    return context != null ? context : ClassLoader.getSystemClassLoader();
  }
}
