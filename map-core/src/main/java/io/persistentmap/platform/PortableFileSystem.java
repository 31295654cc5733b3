package io.persistentmap.platform;

import io.persistentmap.FileAccessException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
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
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

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
    run("create", path, () -> createFile(path));
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
          try (FileChannel channel = openDirectory(directory)) {
            channel.force(true);
          }
        });
  }

  /** Not a part of the sync: where it can't be opened, nothing was lost by that. */
  private static FileChannel openDirectory(Path directory) {
    try {
      return FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      throw Failures.of("open", directory, e);
    }
  }

  @Override
  public @Nullable FileHold lock(Path path, boolean shared, boolean create) {
    if (create) {
      run("create", path, () -> createIfMissing(path));
    }
    try {
      return PortableLock.take(path, shared);
    } catch (IOException e) {
      throw Failures.of("lock", path, e);
    }
  }

  /** Another process, or thread, may create it at the same time. */
  private static void createIfMissing(Path path) throws IOException {
    if (!Files.exists(path)) {
      try {
        createFile(path);
      } catch (FileAlreadyExistsException e) {
        // As wanted: who of the two holds it is decided by the lock.
      }
    }
  }

  /** Nobody else may read it, as natively. */
  static void createFile(Path path) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } else {
      Files.createFile(path);
    }
  }

  private static DataFile open(Path path, String mode) {
    if (Files.isDirectory(path)) {
      throw new FileAccessException(
          path + ": is a directory, expected a file; choose another path");
    }
    try {
      return PortableDataFile.open(path, mode);
    } catch (IOException e) {
      throw Failures.of("open", path, e);
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

  /** Runs a sync. */
  static void sync(Path path, Step step) {
    try {
      var unused =
          uninterrupted(
              () -> {
                step.run();
                return path;
              });
    } catch (IOException e) {
      throw Failures.ofSync(path, e);
    }
  }

  /** Runs a step that gives something. */
  static <T> T get(String action, Path path, Source<T> step) {
    try {
      return uninterrupted(step);
    } catch (IOException e) {
      throw Failures.of(action, path, e);
    }
  }

  private static <T> T uninterrupted(Source<T> step) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return step.get();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
