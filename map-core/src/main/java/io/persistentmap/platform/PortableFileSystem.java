package io.persistentmap.platform;

import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.StorageFailureException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of any platform, through {@code java.nio} and {@code java.io} alone: no clone,
 * no holes, and no directory sync where the platform has none (Windows).
 *
 * <p>{@link RandomAccessFile} does the transfers, since it does not react to interrupts. A {@link
 * FileChannel} is used only for what needs one, opened for that call alone, and the call is
 * repeated when an interrupt closed it.
 */
final class PortableFileSystem implements FileSystem {
  /** A step that gives something. */
  interface Source<T> {
    T get() throws IOException;
  }

  /** A step that gives nothing. */
  interface Step {
    void run() throws IOException;
  }

  @Override
  public DataFile openForRead(Path path) {
    return open(path, "r");
  }

  @Override
  public DataFile openForWrite(Path path) {
    return open(path, "rw");
  }

  @Override
  public DataFile create(Path path) {
    run("create", path, () -> Files.createFile(path));
    return open(path, "rw");
  }

  @Override
  public void rename(Path from, Path to) {
    run("rename to " + to, from, () -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE));
  }

  @Override
  public void delete(Path path) {
    run("delete", path, () -> Files.deleteIfExists(path));
  }

  @Override
  public void syncDirectory(Path directory) {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      return; // a directory can't be opened there; NTFS journals the rename
    }
    sync(
        directory,
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
        });
  }

  @Override
  public AutoCloseable lock(Path path, boolean shared, String holder) {
    try {
      createLockFile(path);
      RandomAccessFile file = new RandomAccessFile(path.toFile(), shared ? "r" : "rw");
      try {
        if (tryLock(file, shared) == null) {
          throw LinuxFileSystem.locked(path);
        }
        if (!shared) {
          announce(file, path, holder);
        }
        return file;
      } catch (Throwable e) {
        file.close(); // else the lock would be held by nobody, and for ever
        throw e;
      }
    } catch (IOException e) {
      throw failure("lock", path, e);
    }
  }

  /** Another process, or thread, may create it at the same time. */
  private static void createLockFile(Path path) throws IOException {
    if (!Files.exists(path)) {
      try {
        Files.createFile(path);
      } catch (FileAlreadyExistsException e) {
        // As wanted: who of the two holds it is decided by the lock.
      }
    }
  }

  /** Replaces the text in the lock file; the lock itself is what counts, so no sync. */
  private static void announce(RandomAccessFile file, Path path, String holder) {
    try {
      run(
          "write",
          path,
          () -> {
            file.setLength(0);
            file.write(holder.getBytes(StandardCharsets.UTF_8));
          });
    } catch (DiskFullException e) {
      // The lock is held; only its holder can't be named to others.
    }
  }

  /** The JVM itself refuses a second lock of its own with an exception instead of null. */
  private static @Nullable FileLock tryLock(RandomAccessFile file, boolean shared)
      throws IOException {
    try {
      return file.getChannel().tryLock(0, Long.MAX_VALUE, shared);
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static DataFile open(Path path, String mode) {
    if (Files.isDirectory(path)) {
      throw new FileAccessException(path + ": is a directory, expected a file");
    }
    try {
      return new PortableDataFile(path, new RandomAccessFile(path.toFile(), mode));
    } catch (IOException e) {
      throw new FileAccessException(path + ": can't open: " + e.getMessage(), e);
    }
  }

  /** Runs a step, again if an interrupt closed its channel, and keeps the interrupt flag. */
  static void run(String action, Path path, Step step) {
    var unused =
        get(
            action,
            path,
            () -> {
              step.run();
              return path;
            });
  }

  /**
   * Runs a sync. Whatever the reason, want of space too: one that failed may have dropped what it
   * was asked to keep, and the next would succeed without it.
   */
  static void sync(Path path, Step step) {
    try {
      run("fsync", path, step);
    } catch (DiskFullException e) {
      throw new StorageFailureException(
          path
              + ": fsync failed: "
              + e.getMessage()
              + ". What was written since the last checkpoint may be lost on the device; open the"
              + " store again, which recovers that checkpoint",
          e);
    }
  }

  /** Runs a step that gives something. */
  static <T> T get(String action, Path path, Source<T> step) {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return step.get();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw failure(action, path, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static PersistentMapException failure(String action, Path path, IOException e) {
    String what = path + ": can't " + action + ": " + e.getMessage();
    if (e instanceof AccessDeniedException
        || e instanceof NoSuchFileException
        || e instanceof FileAlreadyExistsException
        || e instanceof FileNotFoundException // also for want of permission
        || what.contains("Not a directory")
        || what.contains("Read-only file system")
        || what.contains("write protected")) {
      return new FileAccessException(what + "; check the path and its permissions", e);
    }
    String reason = String.valueOf(e.getMessage());
    if (reason.contains("No space left")
        || reason.contains("not enough space")
        || reason.contains("quota exceeded")) {
      return new DiskFullException(what + "; free some space and call again, nothing is lost", e);
    }
    return new StorageFailureException(
        what + "; look at the system log, then open the store again", e);
  }
}
