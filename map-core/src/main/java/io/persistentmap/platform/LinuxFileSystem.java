package io.persistentmap.platform;

import io.persistentmap.FileLockedException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.ResourceExhaustedException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The system calls of 64-bit Linux. */
final class LinuxFileSystem implements FileSystem {
  private static final int MODE_PRIVATE = 0600;
  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));

  /** Says whether this is 64-bit Linux, and nobody has forbidden its system calls. */
  static boolean isUsable() {
    boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    boolean wide = System.getProperty("os.arch", "").contains("64");
    return linux && wide && !Boolean.getBoolean("persistentmap.portable");
  }

  @Override
  public DataFile openForRead(Path path) {
    return new LinuxDataFile(path, open(path, LibC.O_RDONLY));
  }

  @Override
  public DataFile openForWrite(Path path) {
    return new LinuxDataFile(path, open(path, LibC.O_RDWR));
  }

  @Override
  public DataFile create(Path path) {
    return new LinuxDataFile(path, open(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL));
  }

  @Override
  public void rename(Path from, Path to) {
    if (LibC.uninterrupted(() -> LibC.rename(name(from), name(to))) != 0) {
      throw Failures.of("rename to " + to, from);
    }
  }

  @Override
  public void delete(Path path) {
    if (LibC.uninterrupted(() -> LibC.unlink(name(path))) != 0 && LibC.errno() != Errno.ENOENT) {
      throw Failures.of("delete", path);
    }
  }

  @Override
  public void syncDirectory(Path directory) {
    int fd = open(directory, LibC.O_RDONLY);
    try {
      if (LibC.uninterrupted(() -> LibC.fsync(fd)) != 0) {
        throw Failures.ofSync("fsync of the directory", directory);
      }
    } finally {
      LibC.close(fd);
    }
  }

  @Override
  public AutoCloseable lock(Path path, boolean shared, String holder) {
    int fd = open(path, LibC.O_CREAT | (shared ? LibC.O_RDONLY : LibC.O_RDWR));
    int operation = (shared ? LibC.LOCK_SH : LibC.LOCK_EX) | LibC.LOCK_NB;
    if (LibC.uninterrupted(() -> LibC.flock(fd, operation)) != 0) {
      int errno = LibC.errno();
      LibC.close(fd);
      throw errno == Errno.EAGAIN ? locked(path) : Failures.of("lock", path, errno);
    }
    DataFile file = new LinuxDataFile(path, fd);
    if (!shared) {
      announce(file, holder);
    }
    return file;
  }

  /** Replaces the text in the lock file; the lock itself is what counts, so no sync. */
  private static void announce(DataFile file, String holder) {
    byte[] text = holder.getBytes(StandardCharsets.UTF_8);
    OffHeapMemory memory = OffHeapMemory.allocate(text.length);
    memory.write(0, text, 0, text.length);
    try {
      file.truncate(0);
      file.write(0, memory, 0, text.length);
    } catch (ResourceExhaustedException e) {
      // The lock is held; only its holder can't be named to others.
    } catch (PersistentMapException e) {
      file.close();
      throw e;
    }
  }

  static FileLockedException locked(Path path) {
    String holder;
    try {
      holder = Files.readString(path).strip();
    } catch (IOException e) {
      holder = "somebody unknown";
    }
    return new FileLockedException(
        path
            + ": the store is open already, by "
            + (holder.isEmpty() ? "a reader" : holder)
            + "; close it there first. The lock ends with that process, no file needs deleting");
  }

  private static int open(Path path, int flags) {
    int fd = LibC.uninterrupted(() -> LibC.open(name(path), flags | LibC.O_CLOEXEC, MODE_PRIVATE));
    if (fd < 0) {
      throw Failures.of("open", path);
    }
    return fd;
  }

  private static byte[] name(Path path) {
    byte[] bytes = path.toString().getBytes(FILE_NAMES);
    byte[] terminated = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, terminated, 0, bytes.length);
    return terminated;
  }
}
