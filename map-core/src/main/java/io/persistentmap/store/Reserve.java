package io.persistentmap.store;

import io.persistentmap.PersistentMapException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/**
 * A file of blocks that hold nothing, next to the hash file. On a full disk they are given up, so
 * that there is room for what makes room: tombstones, what the cleaner moves, an image, and the
 * checkpoint. Whoever deletes the file by hand does no harm: it is made again. Its own failures are
 * nobody's: it holds nothing, and a store without it works, until the disk is full. Thread-safe.
 */
final class Reserve {
  /** Segments of log below which there is none, so that a small map has no large file. */
  private static final int LEAST_LOG = 32;

  private static final int SHARE_OF_LOG = 8;
  private static final int MOST = 64;

  /** Free space that must be there for each byte that is taken of it. */
  private static final int FREE_FOR_EACH = 2;

  private final FileSystem files;
  private final Path path;

  /** Changes under the monitor. */
  private volatile long bytes;

  /** Guarded by this: whether that name, on that file system, can be used for it. */
  private boolean possible = true;

  /** Takes over what is there, unless it is something else. */
  Reserve(FileSystem files, Path path) {
    this.files = files;
    this.path = path;
    BasicFileAttributes found = FileSystem.look(path);
    if (found != null) {
      possible = found.isRegularFile() && isEmpty();
      bytes = possible ? found.size() : 0;
    }
  }

  private boolean isEmpty() {
    byte[] start = new byte[FileLayout.BLOCK_BYTES];
    try (DataFile file = files.openForRead(path)) {
      file.read(0, start, 0, start.length);
    } catch (PersistentMapException e) {
      return false;
    }
    return Arrays.equals(start, new byte[start.length]);
  }

  /** Returns how many bytes there should be for a log of so many segments. */
  static long wanted(int logSegments) {
    int segments = Math.min(logSegments / SHARE_OF_LOG, MOST);
    return logSegments < LEAST_LOG ? 0 : (long) segments * FileLayout.SEGMENT_BYTES;
  }

  /** Returns how many bytes there are. */
  long bytes() {
    return bytes;
  }

  /** Returns the bytes that the disk has free for everybody; a quota may allow fewer. */
  long free() {
    return StoreFiles.directory(path).toFile().getUsableSpace();
  }

  /**
   * Makes it about as large as it should be, or as large as half of the space that is free. It
   * grows by a third at least, and goes when far less is wanted.
   *
   * @param least the size below which it is not made
   */
  synchronized void fit(long wanted, long least) {
    if (bytes > 0 && wanted < bytes / 4) {
      giveUp();
    } else if (possible && bytes < wanted / 4 * 3) {
      try (DataFile file = bytes > 0 ? files.openForWrite(path) : create()) {
        grow(file, wanted, least);
      } catch (PersistentMapException e) {
        bytes = 0; // a store without it works as well, until the disk is full
      }
      if (bytes == 0) {
        delete();
      }
    }
  }

  private DataFile create() {
    files.delete(path);
    return files.create(path);
  }

  /** Asks for more than it keeps, since only the file system knows what this process may have. */
  private void grow(DataFile file, long wanted, long least) {
    long target = wanted;
    while (target >= least && bytes < target / 4 * 3) {
      try {
        possible = file.allocate(FREE_FOR_EACH * target);
        if (!possible) {
          return; // this file system can't hold blocks that nobody writes
        }
        file.truncate(target);
        bytes = target;
      } catch (ResourceExhaustedException e) {
        file.truncate(bytes);
        target = target / 2;
      }
    }
  }

  /** Gives the blocks to the file system; says whether there were any. */
  synchronized boolean giveUp() {
    boolean given = bytes > 0;
    bytes = 0;
    if (given) {
      try (DataFile file = files.openForWrite(path)) {
        file.truncate(0); // not by deleting alone: XFS frees those blocks later,
        file.sync(); // and ext4 after its journal has been written
      } catch (PersistentMapException e) {
        given = false; // somebody deleted it, say; it has nothing that could be lost
      }
      delete();
    }
    return given;
  }

  private void delete() {
    try {
      files.delete(path);
    } catch (PersistentMapException e) {
      // An empty file, or one that is taken over by the next open.
    }
  }
}
