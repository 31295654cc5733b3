package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.ClosedFile;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.StoreLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a checkpoint that can still be read the state of a store: the one of a snapshot, of a
 * backup, or any that a superblock of the store's files names.
 *
 * <p>A copy is made, closed, and read completely, before it takes the hash file's place. What it
 * replaces, and what would be newer, is kept under other names.
 */
public final class Restore {
  private final FileSystem files;
  private final StoreFiles names;
  private final StoreFile source;
  private final Superblock superblock;

  private Restore(FileSystem files, StoreFiles names, StoreFile source, Superblock superblock) {
    this.files = files;
    this.names = names;
    this.source = source;
    this.superblock = superblock;
  }

  /**
   * Chooses the newest checkpoint of a file: a snapshot, or a backup.
   *
   * @throws FileAccessException if there is no such file
   * @throws PersistentMapException if its superblocks can't be read
   * @throws RecoveryRefusedException if it is of another store
   */
  public static Restore ofFile(FileSystem files, StoreFiles names, Path file) {
    StoreFile source = StoreFile.read(files, file);
    if (!source.exists()) {
      throw StoreFiles.missing(file);
    }
    Superblock newest = source.newest();
    PersistentMapException problem = source.problem();
    if (newest == null) {
      throw problem != null ? problem : new CorruptFileException(file + ": has no superblock");
    }
    requireSameStore(files, names, source, newest.store());
    return new Restore(files, names, source, newest);
  }

  private static void requireSameStore(
      FileSystem files, StoreFiles names, StoreFile source, UUID store) {
    for (Path path : List.of(names.hash(), names.even(), names.odd())) {
      StoreFile other = StoreFile.read(files, path);
      Superblock superblock = other.newest();
      if (superblock != null && !superblock.store().equals(store)) {
        throw new RecoveryRefusedException(
            source.path()
                + ": belongs to store "
                + store
                + ", but "
                + path
                + " to "
                + superblock.store()
                + "; restore to another path, or move the files there away");
      }
    }
  }

  /**
   * Chooses a checkpoint by its number, from whatever file of the store has it.
   *
   * @throws FileAccessException if none has; the message tells which there are
   */
  public static Restore ofCheckpoint(FileSystem files, StoreFiles names, long number) {
    List<Restore> all = all(files, names);
    return all.stream()
        .filter(one -> one.superblock.checkpoint() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new FileAccessException(
                    names.hash()
                        + ": no file of the store has checkpoint "
                        + number
                        + "; there are "
                        + all.stream()
                            .map(one -> one.superblock.checkpoint())
                            .distinct()
                            .toList()));
  }

  /** All that superblocks name; the newest of each file comes first. */
  private static List<Restore> all(FileSystem files, StoreFiles names) {
    List<Restore> newest = new ArrayList<>();
    List<Restore> older = new ArrayList<>();
    for (Path path : List.of(names.even(), names.odd(), names.hash())) {
      StoreFile file = StoreFile.read(files, path);
      add(newest, files, names, file, file.newest());
      add(older, files, names, file, file.older());
    }
    newest.addAll(older);
    return newest;
  }

  private static void add(
      List<Restore> to,
      FileSystem files,
      StoreFiles names,
      StoreFile file,
      @Nullable Superblock superblock) {
    if (superblock != null) {
      to.add(new Restore(files, names, file, superblock));
    }
  }

  /** Returns what {@link #run} would do; the entries are those that the superblock tells. */
  public Restored plan() {
    List<Path> kept = new ArrayList<>();
    if (StoreFile.exists(names.hash())) {
      kept.add(keptName(names.hash()));
    }
    newerSnapshots().forEach(path -> kept.add(keptName(path)));
    return restored(superblock.entries(), kept);
  }

  private Restored restored(long entries, List<Path> kept) {
    return new Restored(
        names.hash(),
        source.path(),
        superblock.checkpoint(),
        Instant.ofEpochMilli(superblock.timeMillis()),
        entries,
        kept);
  }

  /**
   * Restores. The caller has the store's lock, exclusively.
   *
   * @return what was done
   * @throws CorruptFileException if the checkpoint can't be read completely; nothing was changed
   */
  public Restored run(Progress progress) {
    Path temporary = names.newHash();
    long entries = copyTo(temporary, progress);
    List<Path> kept = StoreLock.holdNew(files, temporary).during(() -> replaceBy(temporary));
    return restored(entries, kept);
  }

  /**
   * Gives the hash file's name to another, and returns under which names what was there is kept.
   */
  private List<Path> replaceBy(Path temporary) {
    List<Path> kept = new ArrayList<>();
    if (StoreFile.exists(names.hash())) {
      Path name = keptName(names.hash());
      keepBeside(names.hash(), name);
      kept.add(name);
    }
    NewFile.rename(files, temporary, names.hash());
    // A crash here leaves newer snapshots beside a closed file, which opening refuses.
    for (Path path : newerSnapshots()) {
      Path name = keptName(path);
      NewFile.rename(files, path, name);
      kept.add(name);
    }
    return kept;
  }

  /** Makes the closed copy, and returns how many entries it has. */
  private long copyTo(Path temporary, Progress progress) {
    StoreLock.deleteLeftover(files, temporary);
    try {
      try (DataFile from = files.openForRead(source.path());
          DataFile to = files.create(temporary)) {
        boolean unused = ClosedFile.copy(from, to);
        if (!superblock.equals(source.newest())) {
          ClosedFile.goBackTo(to, superblock);
        }
        to.sync();
      }
      ClosedFile.close(files, temporary);
      FileCheck check = Verifier.checkFile(files, temporary, progress);
      if (!check.isWhole()) {
        throw new CorruptFileException(
            check.damage().stream().findFirst().map(Damage::describe).orElse("it is gone"));
      }
      return check.entries();
    } catch (CorruptFileException e) {
      files.delete(temporary);
      throw new CorruptFileException(
          source.path()
              + ": checkpoint "
              + superblock.checkpoint()
              + " can't be read completely; nothing was changed. Salvage can save what is left. In"
              + " the copy: "
              + e.getMessage(),
          e);
    } catch (PersistentMapException e) {
      files.delete(temporary);
      throw e;
    }
  }

  /** Snapshots that opening would take for newer. */
  private List<Path> newerSnapshots() {
    List<Path> newer = new ArrayList<>();
    for (Path path : List.of(names.even(), names.odd())) {
      Superblock newest = StoreFile.read(files, path).newest();
      if (newest != null && newest.checkpoint() > superblock.checkpoint()) {
        newer.add(path);
      }
    }
    return newer;
  }

  private Path keptName(Path path) {
    String base = path.getFileName() + ".before-" + superblock.checkpoint();
    Path kept = path.resolveSibling(base);
    for (int i = 2; StoreFile.exists(kept); i++) {
      kept = path.resolveSibling(base + "-" + i);
    }
    return kept;
  }

  /** Gives a file a second name, so that it keeps one when its own goes to another. */
  private void keepBeside(Path path, Path name) {
    try {
      Files.createLink(name, path);
    } catch (IOException | UnsupportedOperationException e) {
      try (DataFile from = files.openForRead(path);
          DataFile to = files.create(name)) {
        boolean unused = ClosedFile.copy(from, to);
        to.sync();
      }
    }
  }
}
