package io.persistentmap.store;

import io.persistentmap.PersistentMapException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;

/**
 * Commits by cloning the hash file to the even or the odd snapshot, in turn: the idea of GNU dbm's
 * crash tolerance (Kelly, "Crashproofing the Original NoSQL Key-Value Store", 2021), without its
 * weak points.
 *
 * <p>FICLONE is neither durable nor atomic, never shortens its target, and does nothing for an
 * empty source. So the target is always a new file, its size is compared, it is synced, and only
 * then does it get the snapshot's name. A snapshot under its name is whole at all times, and a
 * process that still has the old one open keeps it (the lesson of Libelektra's mmapstorage).
 */
final class ReflinkSnapshots implements SnapshotStrategy {
  private final FileSystem fileSystem;
  private final StoreFiles names;
  private final DataFile file;
  private final FileName name;
  private final SuperblockFile superblocks;

  /** Number of the checkpoint in the even and the odd snapshot; -1 if it can't be relied on. */
  private final long[] numbers;

  ReflinkSnapshots(
      FileSystem fileSystem,
      StoreFiles names,
      DataFile file,
      SuperblockFile superblocks,
      long even,
      long odd) {
    this.fileSystem = fileSystem;
    this.names = names;
    this.file = file;
    this.name = new FileName(names.hash(), file);
    this.superblocks = superblocks;
    this.numbers = new long[] {even, odd};
  }

  @Override
  public boolean reflink() {
    return true;
  }

  @Override
  public void requireNamed() {
    name.require();
  }

  /**
   * From now on the snapshots count, so both must be there: a missing one is then always a sign
   * that something was lost, never the start of a life.
   */
  @Override
  public void prepare(Superblock present) {
    long newest = present.checkpoint();
    for (int parity = 0; parity < 2; parity++) {
      boolean isNewest = numbers[parity] == newest && (newest & 1) == parity;
      boolean isOther = numbers[parity] >= 0 && numbers[parity] == present.previousSnapshot();
      boolean both = numbers[0] == newest && numbers[1] == newest;
      if (!both && !isNewest && !(isOther && (newest & 1) != parity)) {
        snapshot(parity);
        numbers[parity] = newest;
      }
    }
  }

  @Override
  public void started() {
    // Both snapshots are in place.
  }

  @Override
  public void commit(Superblock superblock) {
    superblocks.write(superblock);
    int parity = (int) (superblock.checkpoint() & 1);
    snapshot(parity);
    numbers[parity] = superblock.checkpoint();
  }

  @Override
  public long previousSnapshot(long nextCheckpoint) {
    return numbers[(int) ((nextCheckpoint + 1) & 1)];
  }

  private void snapshot(int parity) {
    Path target = parity == 0 ? names.even() : names.odd();
    Path temporary = names.newSnapshot();
    fileSystem.delete(temporary); // left by a crash, or by a failure before
    long size = file.size(); // it can only grow meanwhile, by what no checkpoint covers yet
    try (DataFile clone = fileSystem.create(temporary)) {
      // A crash anywhere up to the rename leaves both snapshots as they were.
      if (!clone.cloneFrom(file) || clone.size() < size) {
        throw new StorageFailureException(
            target
                + ": the file system refused to clone "
                + file.path()
                + " although it did before; nothing was switched off. Open the store again, with"
                + " SnapshotMode.IN_PLACE if this goes on");
      }
      clone.makeReadOnly();
      clone.sync(); // contents durable before they get a name
      fileSystem.rename(temporary, target); // whole or not at all
    } catch (PersistentMapException e) {
      deleteAfter(e, temporary);
      throw e;
    }
    fileSystem.syncDirectory(StoreFiles.directory(target)); // the name is durable
  }

  private void deleteAfter(PersistentMapException failure, Path temporary) {
    try {
      fileSystem.delete(temporary);
    } catch (PersistentMapException e) {
      failure.addSuppressed(e);
    }
  }
}
