package io.persistentmap.store;

import io.persistentmap.FileAccessException;
import java.nio.file.Path;

/**
 * The names of a store's files; all are in one directory or at least on one file system.
 *
 * @param hash the hash file
 * @param even the snapshot with an even number
 * @param odd the snapshot with an odd number
 */
public record StoreFiles(Path hash, Path even, Path odd) {
  /** Returns the files of a hash file, with the usual names of the snapshots. */
  public static StoreFiles of(Path hash) {
    return new StoreFiles(hash, append(hash, ".even"), append(hash, ".odd"));
  }

  /** Returns the snapshot that a checkpoint goes to. */
  public Path snapshot(long checkpoint) {
    return (checkpoint & 1) == 0 ? even : odd;
  }

  /** Returns the lock file. */
  public Path lock() {
    return append(hash, ".lock");
  }

  /** Returns the name under which the hash file is made, before it gets its own. */
  public Path newHash() {
    return append(hash, ".tmp");
  }

  /** Returns the name under which a snapshot is made, before it gets its own. */
  public Path newSnapshot() {
    return append(even, ".tmp");
  }

  /** Returns the exception for a file that is not there, and should be. */
  public static FileAccessException missing(Path file) {
    return new FileAccessException(file + ": does not exist; check the path");
  }

  /** Returns the directory of a file. */
  public static Path directory(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static Path append(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }
}
