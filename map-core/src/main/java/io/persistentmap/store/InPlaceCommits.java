package io.persistentmap.store;

import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;

/**
 * Commits in the hash file alone: the log first, then the superblock of the other parity. What a
 * checkpoint covers is never overwritten, so the older superblock stays true until the newer is.
 */
final class InPlaceCommits implements SnapshotStrategy {
  private final FileSystem fileSystem;
  private final StoreFiles names;
  private final DataFile file;
  private final SuperblockFile superblocks;
  private final FileName name;

  InPlaceCommits(
      FileSystem fileSystem, StoreFiles names, DataFile file, SuperblockFile superblocks) {
    this.fileSystem = fileSystem;
    this.names = names;
    this.file = file;
    this.superblocks = superblocks;
    this.name = new FileName(names.hash(), file);
  }

  @Override
  public boolean reflink() {
    return false;
  }

  @Override
  public void requireNamed() {
    name.require();
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
    file.syncData(); // a crash up to here leaves the older superblock the newest
    superblocks.write(superblock);
    file.syncData(); // checkpoint() may return
  }

  @Override
  public long previousSnapshot(long nextCheckpoint) {
    return 0;
  }
}
