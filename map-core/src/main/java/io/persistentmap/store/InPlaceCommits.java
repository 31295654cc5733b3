package io.persistentmap.store;

import io.persistentmap.FileAccessException;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Commits in the hash file alone: the log first, then the superblock of the other parity. What a
 * checkpoint covers is never overwritten, so the older superblock stays true until the newer is.
 */
final class InPlaceCommits implements SnapshotStrategy {
  private final FileSystem fileSystem;
  private final StoreFiles names;
  private final DataFile file;
  private final SuperblockFile superblocks;

  /** Which file it is, whatever its name; null where the platform can't tell. */
  private final @Nullable Object identity;

  InPlaceCommits(
      FileSystem fileSystem, StoreFiles names, DataFile file, SuperblockFile superblocks) {
    this.fileSystem = fileSystem;
    this.names = names;
    this.file = file;
    this.superblocks = superblocks;
    this.identity = identity(file.path());
  }

  @Override
  public boolean reflink() {
    return false;
  }

  @Override
  public void prepare(Superblock present) {
    // The file itself is all there is.
  }

  /** Snapshots from a time on another file system would pass for newer ones if the file broke. */
  @Override
  public void started() {
    fileSystem.delete(names.even());
    fileSystem.delete(names.odd());
  }

  @Override
  public void commit(Superblock superblock) {
    requireNamed();
    file.syncData(); // a crash up to here leaves the older superblock the newest
    superblocks.write(superblock);
    file.syncData(); // checkpoint() may return
  }

  /** A checkpoint in a file that nobody finds any more would be lost, and nobody told. */
  private void requireNamed() {
    if (identity != null && !identity.equals(identity(names.hash()))) {
      throw new FileAccessException(
          names.hash()
              + ": was deleted or replaced while the map has it open, so that a checkpoint would be"
              + " lost; put the file back, or copy the entries to another map");
    }
  }

  /** Null if there is no such file; that it can't be looked at is another failure. */
  private static @Nullable Object identity(Path path) {
    BasicFileAttributes found = FileSystem.look(path);
    return found == null ? null : found.fileKey();
  }

  @Override
  public long previousSnapshot(long nextCheckpoint) {
    return 0;
  }
}
