package io.persistentmap.store;

import io.persistentmap.FileAccessException;
import io.persistentmap.platform.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The names of a store's files; all are in one directory or at least on one file system.
 *
 * @param hash the hash file
 * @param even the snapshot with an even number
 * @param odd the snapshot with an odd number
 */
public record StoreFiles(Path hash, Path even, Path odd) {
  /**
   * Returns the files of a hash file, with the usual names of the snapshots. All names come from
   * the real one: whatever symbolic links lead to a store, it has one set of files.
   *
   * @throws FileAccessException if the path can't be used, or leads to nowhere
   */
  public static StoreFiles of(Path hash) {
    Path real = real(hash);
    return new StoreFiles(real, append(real, ".even"), append(real, ".odd"));
  }

  /**
   * Returns the same with other names of the snapshots.
   *
   * @throws FileAccessException if a path can't be used
   */
  public StoreFiles withSnapshots(Path evenFile, Path oddFile) {
    return new StoreFiles(hash, real(evenFile), real(oddFile));
  }

  /** The file itself need not be there yet, its directory must; the opener says so if it is not. */
  private static Path real(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new FileAccessException(
          path
              + ": is a path of the file system "
              + path.getFileSystem().provider().getScheme()
              + ", expected one of the operating system; a store needs real files: copy the file"
              + " out, and open the copy");
    }
    Path absolute = path.toAbsolutePath();
    if (absolute.getFileName() == null) {
      throw new FileAccessException(path + ": is no file name; choose another path");
    }
    requireLeadsSomewhere(absolute);
    Path found = FileSystem.real(absolute);
    if (found != null) {
      return found;
    }
    Path directory = FileSystem.real(directory(absolute));
    return directory == null ? absolute : directory.resolve(absolute.getFileName());
  }

  /** There was a store, perhaps on a device that is not mounted now: a new one would hide that. */
  private static void requireLeadsSomewhere(Path path) {
    BasicFileAttributes link = FileSystem.look(path, LinkOption.NOFOLLOW_LINKS);
    if (link != null && link.isSymbolicLink() && FileSystem.look(path) == null) {
      throw new FileAccessException(
          path
              + ": is a symbolic link to a file that does not exist; mount or bring back what it"
              + " leads to, or open the path that it leads to, or remove the link");
    }
  }

  /** Returns the snapshot that a checkpoint goes to. */
  public Path snapshot(long checkpoint) {
    return (checkpoint & 1) == 0 ? even : odd;
  }

  /** Returns the lock file: nobody reads or writes it, and it is never deleted. */
  public Path lock() {
    return append(hash, ".lock");
  }

  /** Returns the file that tells who has the store open for writing. */
  public Path holder() {
    return append(hash, ".holder");
  }

  /** Returns the name under which the hash file is made, before it gets its own. */
  public Path newHash() {
    return append(hash, ".tmp");
  }

  /** Returns the file of blocks that are kept for a full disk. */
  public Path reserve() {
    return append(hash, ".reserve");
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
