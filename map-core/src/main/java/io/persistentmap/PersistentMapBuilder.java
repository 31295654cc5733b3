package io.persistentmap;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.Catalog;
import io.persistentmap.store.Store;
import io.persistentmap.store.StoreConfig;
import io.persistentmap.store.StoreFiles;
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

  private final Class<K> keyType;
  private final Class<V> valueType;
  private long cacheBytes = Runtime.getRuntime().maxMemory() / DEFAULT_CACHE_SHARE;
  private SnapshotMode snapshotMode = SnapshotMode.AUTO;
  private CloseMode closeMode = CloseMode.CHECKPOINT;
  private boolean readOnly;
  private boolean acceptOlder;
  private @Nullable Path even;
  private @Nullable Path odd;
  private @Nullable Duration autoCheckpoint;
  private @Nullable ClassLoader classLoader;
  private FileSystem fileSystem = FileSystem.ofPlatform();

  PersistentMapBuilder(Class<K> keyType, Class<V> valueType) {
    this.keyType = Objects.requireNonNull(keyType, "keyType");
    this.valueType = Objects.requireNonNull(valueType, "valueType");
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
   * Says what objects have to do with entries. Default: {@link ValueMode#COPIED}.
   *
   * @param mode the mode
   * @return this
   */
  public PersistentMapBuilder<K, V> valueMode(ValueMode mode) {
    Objects.requireNonNull(mode, "mode"); // there is only one
    return this;
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
   * Opens without changing anything on disk. Default: false. Several readers may have a map open,
   * but none while a writer has. After a crash, a reader sees the last checkpoint, too.
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
   * tells what was lost. Make a copy of the files first.
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
   * Default: none but those that the program calls for, and that of closing. A checkpoint that
   * fails for want of space is tried again after the same time; any other failure fails the map.
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

  /** Replaces the system calls: for tests of failures. */
  PersistentMapBuilder<K, V> fileSystem(FileSystem replacement) {
    fileSystem = replacement;
    return this;
  }

  /**
   * Creates, opens or recovers the map.
   *
   * @param file the hash file
   * @return the map, with the state of the last successful checkpoint
   * @throws FileLockedException if somebody has it open
   * @throws FileAccessException if a path can't be used
   * @throws NotAHashFileException if the file is something else
   * @throws UnsupportedFormatException if it is of another format version
   * @throws TypeMismatchException if it holds other types
   * @throws RecoveryRefusedException if a newer checkpoint may have been lost
   * @throws CorruptFileException if the file is damaged
   * @throws DiskFullException if there is no space
   * @throws StorageFailureException if the operating system fails otherwise
   */
  public PersistentMap<K, V> open(Path file) {
    StartUp.begin();
    StoreConfig config =
        new StoreConfig(
            files(file.toAbsolutePath()),
            snapshotMode,
            closeMode,
            readOnly,
            acceptOlder,
            new Catalog.MapDescription("", keyType.getName(), valueType.getName()),
            loader(),
            fileSystem);
    return new PersistentMap<>(
        Store.open(config), keyType, valueType, loader(), cacheBytes, autoCheckpoint);
  }

  private StoreFiles files(Path hash) {
    if (hash.getFileName() == null) {
      throw new FileAccessException(hash + ": is no file name; choose another path");
    }
    StoreFiles usual = StoreFiles.of(hash);
    Path evenFile = even;
    Path oddFile = odd;
    if (evenFile == null || oddFile == null) {
      return usual;
    }
    StoreFiles named = new StoreFiles(hash, evenFile.toAbsolutePath(), oddFile.toAbsolutePath());
    if (hash.normalize().equals(named.even().normalize())
        || hash.normalize().equals(named.odd().normalize())) {
      throw new IllegalArgumentException("a snapshot can't be the hash file itself: " + hash);
    }
    return named;
  }

  private ClassLoader loader() {
    if (classLoader != null) {
      return classLoader;
    }
    ClassLoader ofValue = valueType.getClassLoader();
    ClassLoader ofKey = keyType.getClassLoader();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (ofValue != null || ofKey != null) {
      return ofValue != null ? ofValue : ofKey;
    }
    return context != null ? context : ClassLoader.getSystemClassLoader();
  }
}
