package io.persistentmap.store;

import io.persistentmap.PersistentMapException;
import io.persistentmap.Snapshots.Latest;
import io.persistentmap.Snapshots.Status;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The even and the odd snapshot, looked at without the hash file.
 *
 * @param even the snapshot of checkpoints with an even number
 * @param odd the other
 */
public record SnapshotPair(StoreFile even, StoreFile odd) {

  /** Reads both. */
  static SnapshotPair read(FileSystem files, StoreFiles names) {
    return new SnapshotPair(
        StoreFile.read(files, names.even()), StoreFile.read(files, names.odd()));
  }

  /** Says which of two files is the newest. */
  public static Latest compare(FileSystem files, Path even, Path odd) {
    try {
      return new SnapshotPair(StoreFile.read(files, even), StoreFile.read(files, odd)).compare();
    } catch (PersistentMapException e) {
      return new Latest(Status.ERR, Optional.empty(), -1, String.valueOf(e.getMessage()));
    }
  }

  /** Returns the one with the highest checkpoint among those that are sound, or null. */
  @Nullable StoreFile newest() {
    if (!even.isSound() || !odd.isSound()) {
      return even.isSound() ? even : odd.isSound() ? odd : null;
    }
    return even.superblock().checkpoint() >= odd.superblock().checkpoint() ? even : odd;
  }

  /** Returns the other one. */
  StoreFile besides(StoreFile one) {
    return one.path().equals(even.path()) ? odd : even;
  }

  /** Says whether a snapshot can have been beside a newer, or equal, one. */
  static boolean fits(Superblock newest, Superblock other) {
    return other.checkpoint() == newest.previousSnapshot()
        || other.checkpoint() == newest.checkpoint();
  }

  private Latest compare() {
    if (!even.exists() && !odd.exists()) {
      String reason = even.path() + " and " + odd.path() + ": neither exists";
      return new Latest(Status.ERR, Optional.empty(), -1, reason);
    }
    StoreFile newest = newest();
    if (newest == null) {
      String reason = describe(even) + "; " + describe(odd);
      return new Latest(Status.BAD, Optional.empty(), -1, reason);
    }
    StoreFile other = besides(newest);
    return other.isSound()
        ? compare(newest, newest.superblock(), other.superblock())
        : of(Status.SUSPICIOUS, newest, describe(other) + ", and may have been the newest");
  }

  private static Latest compare(StoreFile file, Superblock newest, Superblock other) {
    if (!newest.store().equals(other.store())) {
      String reason = "they are of two stores, " + newest.store() + ", " + other.store();
      return of(Status.SUSPICIOUS, file, reason);
    }
    if (newest.checkpoint() == other.checkpoint()) {
      return of(Status.SAME, file, "both are of checkpoint " + newest.checkpoint());
    }
    if (!fits(newest, other)) {
      return of(
          Status.SUSPICIOUS,
          file,
          "checkpoint "
              + newest.checkpoint()
              + " was made beside "
              + newest.previousSnapshot()
              + ", not beside "
              + other.checkpoint());
    }
    return of(
        Status.OK,
        file,
        "checkpoint " + newest.checkpoint() + " follows " + other.checkpoint() + " in the other");
  }

  private static Latest of(Status status, StoreFile file, String reason) {
    return new Latest(status, Optional.of(file.path()), file.superblock().checkpoint(), reason);
  }

  private static String describe(StoreFile file) {
    @Nullable PersistentMapException problem = file.problem();
    return problem != null ? String.valueOf(problem.getMessage()) : file.path() + " is missing";
  }
}
