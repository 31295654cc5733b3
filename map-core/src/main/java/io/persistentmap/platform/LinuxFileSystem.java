package io.persistentmap.platform;

import io.persistentmap.FileAccessException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The system calls of 64-bit Linux. */
final class LinuxFileSystem implements FileSystem {
  private static final int MODE_PRIVATE = 0600;
  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));

  private static final int LOCK_ATTEMPTS = 100;

  /** Says whether this is 64-bit Linux, and nobody has forbidden its system calls. */
  static boolean isWanted() {
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
      LibC.close(fd); // of a directory, which nobody locks
    }
  }

  @Override
  public @Nullable FileHold lock(Path path, boolean shared, boolean create) {
    for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
      int fd = openToLock(path, shared, create);
      if (LinuxLock.take(fd, shared) != 0) {
        int errno = LibC.errno();
        LinuxLock.close(fd);
        if (errno == Errno.EAGAIN) {
          return null;
        }
        throw Failures.of("lock", path, errno);
      }
      Object key = LinuxLock.key(fd);
      Object named = FileIdentity.key(path);
      if (named != null && (key == null || key.equals(named))) {
        return new LinuxLock(fd, named);
      }
      LinuxLock.close(fd); // the name went to another file meanwhile
    }
    throw new FileAccessException(
        path + ": its name goes to other files again and again; end what does that");
  }

  /** Not with O_CREAT at once: that may be refused where opening what is there is not. */
  private static int openToLock(Path path, boolean shared, boolean create) {
    int flags = (shared ? LibC.O_RDONLY : LibC.O_RDWR) | LibC.O_CLOEXEC;
    int fd = LibC.uninterrupted(() -> LibC.open(name(path), flags, MODE_PRIVATE));
    if (fd < 0 && create && LibC.errno() == Errno.ENOENT) {
      return open(path, flags | LibC.O_CREAT);
    }
    if (fd < 0) {
      throw Failures.of("open", path);
    }
    return fd;
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
