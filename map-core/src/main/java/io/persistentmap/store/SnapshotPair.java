package io.persistentmap.store;

import io.persistentmap.PersistentMapException;
import io.persistentmap.Snapshots.Latest;
import io.persistentmap.Snapshots.Status;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The even and the odd snapshot, looked at without the hash file. */
public final class SnapshotPair {
  private SnapshotPair() {}

  /** Says which is the newest. */
  public static Latest compare(FileSystem files, Path even, Path odd) {
    StoreFile evenFile;
    StoreFile oddFile;
    try {
      evenFile = StoreFile.read(files, even);
      oddFile = StoreFile.read(files, odd);
    } catch (PersistentMapException e) {
      return new Latest(Status.ERR, Optional.empty(), -1, String.valueOf(e.getMessage()));
    }
    if (!evenFile.exists() && !oddFile.exists()) {
      return new Latest(
          Status.ERR, Optional.empty(), -1, even + " and " + odd + ": neither exists");
    }
    Superblock evenBlock = evenFile.isSound() ? evenFile.superblock() : null;
    Superblock oddBlock = oddFile.isSound() ? oddFile.superblock() : null;
    if (evenBlock == null && oddBlock == null) {
      return new Latest(
          Status.BAD, Optional.empty(), -1, describe(evenFile) + "; " + describe(oddFile));
    }
    if (evenBlock == null) {
      return of(Status.SUSPICIOUS, oddFile, describe(evenFile) + ", and may have been the newest");
    }
    if (oddBlock == null) {
      return of(Status.SUSPICIOUS, evenFile, describe(oddFile) + ", and may have been the newest");
    }
    return compare(evenFile, evenBlock, oddFile, oddBlock);
  }

  private static Latest compare(
      StoreFile evenFile, Superblock even, StoreFile oddFile, Superblock odd) {
    StoreFile newest = even.checkpoint() >= odd.checkpoint() ? evenFile : oddFile;
    Superblock newer = newest.superblock();
    Superblock older = even.checkpoint() >= odd.checkpoint() ? odd : even;
    if (!even.store().equals(odd.store())) {
      return of(
          Status.SUSPICIOUS,
          newest,
          "they are of two stores, " + even.store() + ", " + odd.store());
    }
    if (even.checkpoint() == odd.checkpoint()) {
      return of(Status.SAME, newest, "both are of checkpoint " + even.checkpoint());
    }
    if (older.checkpoint() != newer.previousSnapshot()) {
      return of(
          Status.SUSPICIOUS,
          newest,
          "checkpoint "
              + newer.checkpoint()
              + " was made beside "
              + newer.previousSnapshot()
              + ", not beside "
              + older.checkpoint());
    }
    return of(
        Status.OK,
        newest,
        "checkpoint " + newer.checkpoint() + " follows " + older.checkpoint() + " in the other");
  }

  private static Latest of(Status status, StoreFile file, String reason) {
    return new Latest(status, Optional.of(file.path()), file.superblock().checkpoint(), reason);
  }

  private static String describe(StoreFile file) {
    @Nullable PersistentMapException problem = file.problem();
    return problem != null ? String.valueOf(problem.getMessage()) : file.path() + " is missing";
  }
}
