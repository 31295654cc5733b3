package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.Recovery;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.TypeMismatchException;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.HashIndex;
import io.persistentmap.log.Log;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileIdentity;
import io.persistentmap.platform.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens a store: creates, opens or recovers it, without being told which. Whatever it is stopped
 * at, the files it started from are still there; new ones get their names when they are whole.
 */
final class StoreOpener {
  private final StoreConfig config;
  private final StoreFiles names;
  private final FileSystem files;
  private final long start = System.nanoTime();
  private final List<String> remarks = new ArrayList<>();

  StoreOpener(StoreConfig config) {
    this.config = config;
    this.names = config.files();
    this.files = config.fileSystem();
  }

  Store open() {
    requirePlace();
    if (!config.readOnly()) {
      // The longest of the names: what can't have it is refused before anything is made.
      var unused = FileSystem.look(names.newSnapshot());
    }
    StoreLock lock = StoreLock.hold(files, names, config.readOnly());
    try {
      Recoverer.Decision decision = decide();
      remarks.addAll(decision.remarks());
      if (decision.source() != Recovery.Source.CREATED) {
        return load(decision, lock);
      }
      requireCreatable();
      return create(lock);
    } catch (Throwable e) {
      unlock(lock, e);
      throw e;
    }
  }

  private void requirePlace() {
    Path directory = StoreFiles.directory(names.hash());
    BasicFileAttributes place = FileSystem.look(directory);
    if (place == null || !place.isDirectory()) {
      throw new FileAccessException(
          names.hash()
              + ": its directory "
              + directory
              + (place == null
                  ? " does not exist; create it, or choose another path"
                  : " is a file; choose another path"));
    }
    if (Files.isDirectory(names.hash())) {
      throw new FileAccessException(
          names.hash()
              + ": is "
              + StoreFile.directory(names.hash())
              + ", expected a hash file or nothing; choose another path");
    }
    if (config.readOnly()
        && Stream.of(names.hash(), names.even(), names.odd()).noneMatch(StoreFile::exists)) {
      throw new FileAccessException(
          names.hash() + ": does not exist, and can't be created read-only; check the path");
    }
  }

  /** An empty file is a new store, which a reader can't make. */
  private void requireCreatable() {
    if (config.readOnly()) {
      throw new FileAccessException(
          names.hash()
              + ": is empty, and a store can't be created read-only; open it once for writing, or"
              + " check the path");
    }
  }

  private static void unlock(StoreLock lock, Throwable failure) {
    try {
      lock.close();
    } catch (PersistentMapException e) {
      failure.addSuppressed(e);
    }
  }

  private Recoverer.Decision decide() {
    Recoverer.Decision decision = Recoverer.decide(files, names, config.acceptOlder());
    if (!config.readOnly()) {
      StoreLock.deleteLeftover(files, names.newHash());
      files.delete(names.newSnapshot());
    }
    return decision;
  }

  // ---- a new store -----------------------------------------------------------------------------

  private Store create(StoreLock lock) {
    Path temporary = names.newHash();
    DataFile file = files.create(temporary);
    try {
      lock.adopt(temporary);
      UUID store = UUID.randomUUID();
      long seed = new SecureRandom().nextLong();
      long now = System.currentTimeMillis();
      SuperblockFile superblocks = new SuperblockFile(file);
      superblocks.write(Superblock.create(store, 0, 0, seed, now, Log.START));
      superblocks.write(Superblock.create(store, 1, 0, seed, now, Log.START));
      file.sync();
      Loaded loaded = replay(file, null);
      SnapshotStrategy strategy = strategy(file, loaded.parts.superblockFile);
      giveName(file, lock); // from here on there is a store, and it is empty
      return finish(Recovery.Source.CREATED, strategy, loaded, true, lock);
    } catch (Throwable e) {
      abandon(file, e);
      throw e;
    }
  }

  /** The lock is that of the file by now. */
  private void giveName(DataFile file, StoreLock lock) {
    requireReplaceable();
    files.rename(names.newHash(), names.hash());
    files.syncDirectory(StoreFiles.directory(names.hash()));
    file.renamed(names.hash());
    lock.adopted();
  }

  /** A rename would leave the other names with the old file, or fail. */
  private void requireReplaceable() {
    String obstacle = FileIdentity.whyNotReplaceable(names.hash());
    if (obstacle != null) {
      throw new FileAccessException(
          names.hash()
              + ": "
              + obstacle
              + ", and would have to be replaced by a new file (a snapshot, since it was not closed,"
              + " or an empty store), which can't take its place under all of its names. Leave it"
              + " one name in one directory, and open it by that; nothing was changed");
    }
  }

  /** Closes a file that did not become the hash file, and deletes it if it was made for that. */
  private void abandon(DataFile file, Throwable failure) {
    file.close();
    if (file.path().equals(names.newHash())) {
      try {
        files.delete(names.newHash());
      } catch (PersistentMapException e) {
        failure.addSuppressed(e);
      }
    }
  }

  // ---- an existing store
  // -------------------------------------------------------------------------

  /**
   * The first candidate is the one to use; others have the same state, or were accepted as older.
   */
  private Store load(Recoverer.Decision decision, StoreLock lock) {
    List<CorruptFileException> failures = new ArrayList<>();
    long wanted = decision.file().superblock().checkpoint();
    for (Recoverer.Decision candidate : candidates(decision)) {
      long checkpoint = candidate.file().superblock().checkpoint();
      if (checkpoint == wanted || config.acceptOlder()) {
        try {
          return load(candidate.source(), candidate.file(), lock);
        } catch (CorruptFileException e) {
          failures.add(e);
          remarks.add("damaged, so not used: " + e.getMessage());
        }
      }
    }
    CorruptFileException first = failures.get(0);
    failures.stream().skip(1).forEach(first::addSuppressed);
    throw first;
  }

  private List<Recoverer.Decision> candidates(Recoverer.Decision decision) {
    List<Recoverer.Decision> candidates = new ArrayList<>();
    candidates.add(decision);
    StoreFile even = StoreFile.read(files, names.even());
    StoreFile odd = StoreFile.read(files, names.odd());
    addCandidate(candidates, Recovery.Source.EVEN_SNAPSHOT, even);
    addCandidate(candidates, Recovery.Source.ODD_SNAPSHOT, odd);
    return candidates;
  }

  private static void addCandidate(
      List<Recoverer.Decision> candidates, Recovery.Source source, StoreFile file) {
    Recoverer.Decision first = candidates.get(0);
    if (file.isSound() && first.source() != source) {
      long checkpoint = file.superblock().checkpoint();
      boolean newer =
          candidates.size() > 1 && candidates.get(1).file().superblock().checkpoint() < checkpoint;
      candidates.add(
          newer ? 1 : candidates.size(), new Recoverer.Decision(source, file, List.of()));
    }
  }

  private Store load(Recovery.Source source, StoreFile from, StoreLock lock) {
    boolean adopt = !config.readOnly() && !from.path().equals(names.hash());
    DataFile file =
        adopt
            ? copy(from.path(), lock)
            : config.readOnly() ? files.openForRead(from.path()) : files.openForWrite(from.path());
    try {
      if (!adopt) {
        lock.requireNamed();
      }
      Loaded loaded = replay(file, from.superblock());
      SnapshotStrategy strategy = strategy(file, loaded.parts.superblockFile);
      if (adopt) {
        giveName(file, lock); // the snapshot stays; it can be adopted again
      }
      return finish(source, strategy, loaded, adopt, lock);
    } catch (Throwable e) {
      abandon(file, e);
      throw e;
    }
  }

  /** Makes a writable copy of a snapshot, durable, under a temporary name. */
  private DataFile copy(Path snapshot, StoreLock lock) {
    requireReplaceable();
    files.delete(names.newHash());
    DataFile copy = files.create(names.newHash());
    try (DataFile source = files.openForRead(snapshot)) {
      lock.adopt(names.newHash());
      boolean unused = ClosedFile.copy(source, copy);
      if (copy.size() != source.size()) {
        throw new StorageFailureException(
            names.newHash() + ": copy of " + snapshot + " has another size; try again");
      }
      copy.sync();
      return copy;
    } catch (Throwable e) {
      copy.close();
      throw e;
    }
  }

  // ---- both ------------------------------------------------------------------------------------

  /** A file whose state has been read. */
  private record Loaded(Store.Parts parts, Image image, Leftovers leftovers, long replayedBytes) {}

  private Loaded replay(DataFile file, @Nullable Superblock expected) {
    StoreFile state = StoreFile.of(file.path(), file);
    Superblock superblock = expected != null ? expected : state.superblock();
    Store.Parts parts = new Store.Parts(config, file, superblock);
    Replay replay =
        new Replay(file, superblock, parts.segments, parts.mapping, parts.catalog, parts.indexes);
    Image image = replay.run();
    if (superblock.checkpoint() > 0) {
      // A crashed process may have left records behind the end that look like ours.
      LogPosition tail = superblock.tail();
      long gap = superblock.clean() ? 0 : Log.SEQUENCES_SKIPPED_AFTER_CRASH;
      parts.log.resume(tail, replay.nextSequence() + gap, !superblock.clean());
    }
    WantedMap wanted = config.map();
    if (wanted != null) {
      prepareMap(parts, wanted);
    }
    boolean ofCrash = !superblock.clean() && !config.readOnly();
    Leftovers leftovers =
        ofCrash ? Leftovers.find(file, superblock, parts.segments) : Leftovers.NONE;
    return new Loaded(parts, image, leftovers, replay.bytes());
  }

  /** Refuses what it can't be opened for, before anything is changed. */
  private void prepareMap(Store.Parts parts, WantedMap wanted) {
    SortedMap<Integer, MapDescription> maps = parts.catalog.maps();
    for (Map.Entry<Integer, MapDescription> entry : maps.entrySet()) {
      MapDescription stored = entry.getValue();
      if (stored.name().equals(wanted.description().name())
          && stored.kind() == wanted.description().kind()) {
        new TypeCheck(names.hash(), wanted).require(stored);
        HashIndex index = parts.indexes.add(entry.getKey());
        remarks.addAll(
            MapKeys.place(parts, index, wanted.keys().apply(parts.catalog), config.acceptOlder()));
        return;
      }
    }
    if (!maps.isEmpty()) {
      throw new TypeMismatchException(
          names.hash()
              + ": expected a store with one map, found one with maps "
              + maps.values().stream().map(MapDescription::name).collect(Collectors.joining(", "))
              + "; open it with PersistentStore.open, and ask it for them by name");
    }
  }

  private Store finish(
      Recovery.Source source,
      SnapshotStrategy strategy,
      Loaded loaded,
      boolean durable,
      StoreLock lock) {
    Superblock superblock = loaded.parts.superblock;
    Recovery recovery =
        new Recovery(
            source,
            superblock.checkpoint(),
            Instant.ofEpochMilli(superblock.timeMillis()),
            loaded.replayedBytes,
            Duration.ofNanos(System.nanoTime() - start),
            remarks);
    FoundState found =
        new FoundState(files, names.hash(), loaded.parts.file, loaded.leftovers, durable);
    return new Store(config, loaded.parts, strategy, loaded.image, found, recovery, lock);
  }

  private SnapshotStrategy strategy(DataFile file, SuperblockFile superblocks) {
    if (config.snapshotMode() == SnapshotMode.IN_PLACE || config.readOnly()) {
      return new InPlaceCommits(files, names, file, superblocks);
    }
    String obstacle = FileIdentity.whyNotReplaceable(names.hash());
    if (obstacle == null && canClone(file)) {
      return new ReflinkSnapshots(
          files, names, file, superblocks, number(names.even()), number(names.odd()));
    }
    if (obstacle != null) {
      // Snapshots belong to one name: who opens the file by another would not find them.
      String inPlace = names.hash() + " " + obstacle + ": checkpoints are made in place";
      if (config.snapshotMode() == SnapshotMode.REFLINK) {
        throw new FileAccessException(
            names.hash()
                + ": "
                + obstacle
                + ", and snapshots belong to one name; leave it one name in one directory, or use"
                + " SnapshotMode.AUTO, which gives the same promise in place");
      }
      remarks.add(inPlace);
      return new InPlaceCommits(files, names, file, superblocks);
    }
    if (config.snapshotMode() == SnapshotMode.REFLINK) {
      throw new FileAccessException(
          names.hash()
              + ": the file system ("
              + fileSystemName()
              + ") can't clone files, which SnapshotMode.REFLINK needs; use XFS or Btrfs, or"
              + " SnapshotMode.AUTO, which gives the same promise in place");
    }
    return new InPlaceCommits(files, names, file, superblocks);
  }

  private boolean canClone(DataFile file) {
    Path probe = names.newSnapshot();
    files.delete(probe);
    try (DataFile target = files.create(probe)) {
      return target.cloneFrom(file);
    } finally {
      files.delete(probe);
    }
  }

  private String fileSystemName() {
    try {
      return Files.getFileStore(StoreFiles.directory(names.hash())).type();
    } catch (IOException e) {
      return "of unknown type";
    }
  }

  private long number(Path snapshot) {
    try {
      StoreFile file = StoreFile.read(files, snapshot);
      return file.isSound() ? file.superblock().checkpoint() : -1;
    } catch (ResourceExhaustedException e) {
      throw e; // says nothing about the snapshot
    } catch (PersistentMapException e) {
      return -1;
    }
  }
}
