package io.persistentmap;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.Store;
import io.persistentmap.store.StoreConfig;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.WantedMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens a {@link PersistentStore} with other than the usual options. Not thread-safe.
 *
 * <pre>{@code
 * PersistentStore store =
 *     PersistentStore.builder().autoCheckpoint(Duration.ofSeconds(1)).open(Path.of("shop.store"));
 * }</pre>
 */
public final class PersistentStoreBuilder {
  private static final Duration DEFAULT_MONITOR_TIMEOUT = Duration.ofSeconds(5);

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
  private Duration sectionHold = Duration.ofMillis(100);
  private Duration sectionTimeout = Duration.ofSeconds(10);
  private @Nullable FileSystem fileSystem;

  PersistentStoreBuilder() {}

  /**
   * Says how checkpoints are made durable. Default: {@link SnapshotMode#AUTO}.
   *
   * @param mode the mode; {@code REFLINK} makes opening fail where the file system can't
   * @return this
   */
  public PersistentStoreBuilder snapshotMode(SnapshotMode mode) {
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
  public PersistentStoreBuilder snapshotFiles(Path evenFile, Path oddFile) {
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
   * store open, but none while a writer has: for that the lock file is created if it is missing and
   * can be, and that is all that is changed on disk. After a crash, a reader sees the last
   * checkpoint, too. Live values are handed out as usual, but what is changed in them is written
   * nowhere.
   *
   * @param only whether every change throws {@link UnsupportedOperationException}
   * @return this
   */
  public PersistentStoreBuilder readOnly(boolean only) {
    readOnly = only;
    return this;
  }

  /**
   * Accepts an older checkpoint when the newest can't be read, or may be missing. Default: false,
   * opening then throws {@link RecoveryRefusedException} or {@link CorruptFileException}. With
   * true, the newest checkpoint that can be read is opened, and {@link PersistentStore#recovery}
   * tells what was lost. Make a copy of the files first. Keys that are equal now, since their class
   * has changed or since the removal of one was lost in a salvaged file, are accepted, too: a
   * look-up finds one of them, and iteration both.
   *
   * @param accept whether to accept it
   * @return this
   */
  public PersistentStoreBuilder acceptOlderCheckpoint(boolean accept) {
    acceptOlder = accept;
    return this;
  }

  /**
   * Makes a checkpoint whenever that time has passed since the one before, in a thread of its own.
   * Default: none but those that the program calls for, and that of closing. What a checkpoint can
   * fail with that leaves the store usable ({@link PersistentStore#checkpoint}) leaves it so here,
   * too: it is tried again, after that time or sooner, and the application's logger is told once of
   * each kind of failure until one succeeds. It ends when the store is closed, or has failed for
   * good, which the logger is told, too.
   *
   * @param interval the time
   * @return this
   * @throws IllegalArgumentException if not positive
   */
  public PersistentStoreBuilder autoCheckpoint(Duration interval) {
    if (interval.isZero() || interval.isNegative()) {
      throw new IllegalArgumentException("autoCheckpoint must be positive, not " + interval);
    }
    autoCheckpoint = interval;
    return this;
  }

  /**
   * Says how long a checkpoint waits for the monitor of a live value that a thread holds, before it
   * throws {@link ValueHeldException}. Default: 5 seconds. See {@link PersistentStore#checkpoint}.
   *
   * @param timeout the time
   * @return this
   * @throws IllegalArgumentException if not positive
   */
  public PersistentStoreBuilder monitorTimeout(Duration timeout) {
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("monitorTimeout must be positive, not " + timeout);
    }
    monitorTimeout = timeout;
    return this;
  }

  /**
   * Says how long an atomic section is held at the most when it begins, so that a checkpoint can be
   * cut. Default: 100 milliseconds. Then it goes on, and the checkpoint tries again.
   *
   * @param hold the time
   * @return this
   * @throws IllegalArgumentException if not positive
   */
  public PersistentStoreBuilder sectionHold(Duration hold) {
    if (hold.isZero() || hold.isNegative()) {
      throw new IllegalArgumentException("sectionHold must be positive, not " + hold);
    }
    sectionHold = hold;
    return this;
  }

  /**
   * Says how long a checkpoint waits for atomic sections, before it throws {@link
   * SectionHeldException}. Default: 10 seconds. See {@link PersistentStore#atomically(Runnable)}.
   *
   * @param timeout the time
   * @return this
   * @throws IllegalArgumentException if not positive
   */
  public PersistentStoreBuilder sectionTimeout(Duration timeout) {
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("sectionTimeout must be positive, not " + timeout);
    }
    sectionTimeout = timeout;
    return this;
  }

  /**
   * Says what closing does with changes since the last checkpoint. Default: {@link
   * CloseMode#CHECKPOINT}.
   *
   * @param mode the mode
   * @return this
   */
  public PersistentStoreBuilder closeMode(CloseMode mode) {
    closeMode = Objects.requireNonNull(mode, "mode");
    return this;
  }

  /**
   * Says how long {@link PersistentStore#close} waits for functions that hold keys ({@code compute}
   * and its kin). Default: 5 seconds. Writing the checkpoint comes on top.
   *
   * @param timeout the time; zero for no waiting
   * @return this
   * @throws IllegalArgumentException if negative
   */
  public PersistentStoreBuilder closeTimeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("closeTimeout must be zero or more, not " + timeout);
    }
    closeTimeout = timeout;
    return this;
  }

  /**
   * Has the store closed when the process ends, if it is still open then: by {@code System.exit},
   * by the end of its last thread, by SIGTERM or SIGINT; not by SIGKILL, nor by {@link
   * Runtime#halt}. Default: the program closes it. Several stores are closed in parallel. A
   * function that holds a key and has called {@code System.exit} never returns, so closing waits
   * the whole {@link #closeTimeout} for it. What can't be closed is told to the application's
   * logger, or to the standard error where that says nothing. Until it is closed the store is not
   * garbage.
   *
   * @return this
   */
  public PersistentStoreBuilder closeOnExit() {
    closeOnExit = true;
    return this;
  }

  /** Replaces the system calls: for tests of failures. */
  PersistentStoreBuilder fileSystem(FileSystem replacement) {
    fileSystem = replacement;
    return this;
  }

  /**
   * Creates, opens or recovers the store. If this process still has it, since a {@code close()}
   * failed, that checkpoint is tried again first, and it is closed.
   *
   * @param file the hash file
   * @return the store, with the state of the last successful checkpoint
   * @throws FileLockedException if somebody has it open
   * @throws FileAccessException if a path can't be used
   * @throws NotAHashFileException if the file is something else
   * @throws UnsupportedFormatException if it is of another format version
   * @throws RecoveryRefusedException if a newer checkpoint may have been lost
   * @throws CorruptFileException if the file is damaged
   * @throws DiskFullException if there is no space
   * @throws ResourceExhaustedException if the system lacks something else for now, such as file
   *     descriptors or memory
   * @throws StorageFailureException if the operating system fails otherwise
   * @throws PersistentMapException or an error, of the type that the {@code close()} of this
   *     process threw, if that still fails; see {@link PersistentMap#discard}
   * @throws UnsupportedPlatformException if this process lacks what no map can do without: memory
   *     off the heap, or a class that could not be initialised
   */
  public PersistentStore open(Path file) {
    return open(file, null);
  }

  /** Opens it for one map, and so refuses it if that can't be had, before anything is changed. */
  PersistentStore open(Path file, @Nullable WantedMap map) {
    try {
      return openStore(file, map);
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

  private PersistentStore openStore(Path file, @Nullable WantedMap map) {
    StartUp.begin();
    StoreConfig config =
        new StoreConfig(
            files(file),
            snapshotMode,
            closeMode,
            closeTimeout,
            readOnly,
            acceptOlder,
            map,
            sectionHold,
            sectionTimeout,
            fileSystem != null ? fileSystem : FileSystem.ofPlatform());
    Store store = Store.open(config);
    try {
      ClassesAtStart.initialise();
      PersistentStore opened = new PersistentStore(store, monitorTimeout, autoCheckpoint);
      if (closeOnExit && !readOnly) {
        store.closeOnExit();
      }
      return opened;
    } catch (Throwable e) { // else the store would stay locked, and nobody could close it
      PersistentStore.discard(store, e);
      throw e;
    }
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
}
