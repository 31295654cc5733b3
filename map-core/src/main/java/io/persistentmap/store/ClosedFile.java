package io.persistentmap.store;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.nio.file.Path;

/**
 * Copies of hash files and snapshots that become hash files in their own right: as if their process
 * had closed them at their checkpoint.
 */
public final class ClosedFile {
  private static final int COPY_BYTES = FileLayout.SEGMENT_BYTES;

  private ClosedFile() {}

  /**
   * Copies a file, sharing blocks where the file system can; not durable yet.
   *
   * @param to a new file
   * @return whether blocks are shared
   */
  public static boolean copy(DataFile from, DataFile to) {
    if (to.cloneFrom(from)) {
      return true;
    }
    copyBytes(from, to);
    return false;
  }

  /** Copies all bytes of a file, and leaves holes where there are nothing but zeros. */
  public static void copyBytes(DataFile from, DataFile to) {
    Memory buffer = OffHeapMemory.allocate(COPY_BYTES);
    long position = 0;
    long count = from.read(position, buffer, 0, COPY_BYTES);
    while (count > 0) {
      if (!isZero(buffer, count)) {
        to.write(position, buffer, 0, count);
      }
      position += count;
      count = from.read(position, buffer, 0, COPY_BYTES);
    }
    to.truncate(position);
  }

  private static boolean isZero(Memory buffer, long count) {
    if (count % Long.BYTES != 0) {
      return false;
    }
    for (long at = 0; at < count; at += Long.BYTES) {
      if (buffer.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Makes a superblock the newest of a file that has none yet. */
  public static void writeSuperblocks(DataFile file, Superblock superblock) {
    SuperblockFile superblocks = new SuperblockFile(file);
    superblocks.write(superblock);
    superblocks.write(superblock.mark(superblock.clean(), superblock.reflink()));
  }

  /** Makes another superblock of a file its newest, under the next generation. */
  public static void goBackTo(DataFile file, Superblock superblock) {
    new SuperblockFile(file).write(superblock.mark(false, false));
  }

  /**
   * Marks a copy as closed, durably. What a crashed process left behind its checkpoint goes.
   *
   * @param path a copy that nobody else uses
   * @throws io.persistentmap.CorruptFileException if it can't be read
   */
  public static void close(FileSystem files, Path path) {
    StoreFile found = StoreFile.read(files, path);
    Superblock superblock = found.superblock();
    try (ReadState state = ReadState.of(files, path, superblock);
        DataFile file = files.openForWrite(path)) {
      if (!superblock.clean() || !found.isSound()) {
        Leftovers.find(file, superblock, state.segments()).erase(file);
        file.syncData(); // a mark without it would be believed
        new SuperblockFile(file).write(superblock.mark(true, false));
      }
      file.sync();
    }
  }
}
