package io.persistentmap.store;

import io.persistentmap.NotAHashFileException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.Recovery;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides which file a store is opened from.
 *
 * <p>The rule above all others: a successful checkpoint is never lost silently. If there is any
 * sign that a newer one existed than the newest that can be read, opening is refused, with what was
 * found and what to do; the caller can then accept the older one explicitly.
 *
 * <p>What counts as a sign: a file that is damaged under its name, since a name is only given to
 * whole files; a superblock that says that a later checkpoint completed; a snapshot that is missing
 * while the hash file says that a later checkpoint had begun; two snapshots that can't have existed
 * side by side; a snapshot newer than a hash file that was closed. Time stamps count for nothing.
 */
public final class Recoverer {
  private final StoreFile hash;
  private final SnapshotPair snapshots;
  private final StoreFile even;
  private final StoreFile odd;
  private final boolean acceptOlder;
  private final List<String> remarks = new ArrayList<>();

  private Recoverer(StoreFile hash, SnapshotPair snapshots, boolean acceptOlder) {
    this.hash = hash;
    this.snapshots = snapshots;
    this.even = snapshots.even();
    this.odd = snapshots.odd();
    this.acceptOlder = acceptOlder;
  }

  /**
   * Where the state is.
   *
   * @param source what kind of file it is; {@code CREATED} if there is none
   * @param file the file
   * @param remarks what else was found
   */
  public record Decision(Recovery.Source source, StoreFile file, List<String> remarks) {}

  /**
   * Decides.
   *
   * @param acceptOlder whether the caller accepts the newest checkpoint that can be read
   * @throws RecoveryRefusedException if a newer checkpoint may have existed
   */
  public static Decision decide(FileSystem files, StoreFiles names, boolean acceptOlder) {
    StoreFile hash = StoreFile.read(files, names.hash());
    return new Recoverer(hash, SnapshotPair.read(files, names), acceptOlder).decide();
  }

  private Decision decide() {
    if ((!hash.exists() || hash.empty()) && !even.exists() && !odd.exists()) {
      if (hash.exists()) {
        remarks.add(hash.path() + " was empty, so the store is new");
      }
      return decision(Recovery.Source.CREATED, hash);
    }
    if (hash.problem() instanceof NotAHashFileException && !acceptOlder) {
      throw hash.problem();
    }
    requireOneStore();
    if (hash.isSound()) {
      Superblock superblock = hash.superblock();
      if (superblock.clean() || !superblock.reflink()) {
        return hashFile(superblock);
      }
    }
    return snapshots();
  }

  /** Mixed files of two stores are nobody's state. */
  private void requireOneStore() {
    UUID store = null;
    for (StoreFile file : List.of(hash, even, odd)) {
      Superblock superblock = file.newest();
      if (superblock != null) {
        if (store != null && !store.equals(superblock.store())) {
          throw new RecoveryRefusedException(
              file.path()
                  + ": belongs to store "
                  + superblock.store()
                  + ", expected "
                  + store
                  + " as in the files beside it; move the files that don't belong here away");
        }
        store = superblock.store();
      }
    }
  }

  /** The hash file was closed, or is what counts because the store does not use snapshots. */
  private Decision hashFile(Superblock superblock) {
    for (StoreFile snapshot : List.of(even, odd)) {
      Superblock other = snapshot.newest();
      if (other != null && other.checkpoint() > superblock.checkpoint()) {
        refuse(
            snapshot.path()
                + " has checkpoint "
                + other.checkpoint()
                + ", but the hash file only "
                + superblock.checkpoint()
                + ": an old hash file was put back. To use the hash file, move the snapshots away;"
                + " to use the snapshot");
        return decision(sourceOf(snapshot), snapshot);
      }
      remarkProblem(snapshot);
    }
    return decision(
        superblock.clean() ? Recovery.Source.CLOSED_FILE : Recovery.Source.IN_PLACE, hash);
  }

  private Decision snapshots() {
    StoreFile newest = snapshots.newest();
    if (newest == null) {
      return withoutSnapshots();
    }
    requireNoneNewer(newest.superblock(), snapshots.besides(newest));
    if (hash.exists()) {
      remarkProblem(hash);
    } else {
      remarks.add(hash.path() + " was missing");
    }
    return decision(sourceOf(newest), newest);
  }

  private Decision withoutSnapshots() {
    if (hash.newest() == null) {
      PersistentMapException problem = problem();
      throw problem != null
          ? problem
          : new RecoveryRefusedException(
              hash.path()
                  + ": no file of the store can be read; restore a backup (pmap restore), or save what can be read (pmap salvage)");
    }
    refuse(
        hash.problem() != null
            ? hash.problem().getMessage() + ". To use what can be read of the hash file"
            : "the hash file was not closed, and no snapshot can be read ("
                + describe(even)
                + ", "
                + describe(odd)
                + "). To use the hash file as of its checkpoint "
                + hash.superblock().checkpoint());
    return decision(Recovery.Source.IN_PLACE, hash);
  }

  private @Nullable PersistentMapException problem() {
    for (StoreFile file : List.of(hash, even, odd)) {
      if (file.problem() != null) {
        return file.problem();
      }
    }
    return null;
  }

  private void requireNoneNewer(Superblock newest, StoreFile other) {
    long begun = begun();
    long completed = Math.max(completed(hash), Math.max(completed(even), completed(odd)));
    if (newest.checkpoint() < completed) {
      refuse("checkpoint " + completed + " was successful, but its snapshot is gone. To use");
    } else if (other.problem() != null) {
      refuse(other.problem().getMessage() + ". It may have been the newest snapshot. To use");
    } else if (!other.exists()) {
      if (!hash.isSound() || begun > newest.checkpoint()) {
        refuse(other.path() + " is missing, and may have been the newest snapshot. To use");
      } else {
        remarks.add(other.path() + " was missing");
      }
    } else if (!SnapshotPair.fits(newest, other.superblock())) {
      refuse(
          other.path()
              + " has checkpoint "
              + other.superblock().checkpoint()
              + ", expected "
              + newest.previousSnapshot()
              + ": an old snapshot was put back. To use");
    }
  }

  /** The highest checkpoint that the hash file says was begun. */
  private long begun() {
    Superblock newest = hash.newest();
    return newest == null ? 0 : newest.checkpoint();
  }

  /** The highest checkpoint that a file says was successful. */
  private static long completed(StoreFile file) {
    Superblock newest = file.newest();
    return newest == null ? 0 : newest.completed();
  }

  private void refuse(String found) {
    if (!acceptOlder) {
      throw new RecoveryRefusedException(
          hash.path()
              + ": "
              + found
              + ", open with acceptOlderCheckpoint(true); pmap info and pmap verify tell what there is. Hash file and snapshots are as they were");
    }
    remarks.add(found + ": accepted by the caller");
  }

  private void remarkProblem(StoreFile file) {
    if (file.problem() != null) {
      remarks.add("not needed, but damaged: " + file.problem().getMessage());
    }
  }

  private static String describe(StoreFile file) {
    Path name = file.path().getFileName();
    return name + (file.exists() ? " is damaged" : " is missing");
  }

  private Recovery.Source sourceOf(StoreFile snapshot) {
    return snapshot.path().equals(even.path())
        ? Recovery.Source.EVEN_SNAPSHOT
        : Recovery.Source.ODD_SNAPSHOT;
  }

  private Decision decision(Recovery.Source source, StoreFile file) {
    return new Decision(source, file, remarks);
  }
}
