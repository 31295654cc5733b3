package io.persistentmap.platform;

import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A lock that belongs to an open file description ({@code F_OFD_SETLK}), and not to the process:
 * closing another descriptor of the file does nothing to it, another descriptor in this process
 * does not pass it, and the process's locks of {@code java.nio} and it exclude each other.
 *
 * <p>The descriptor is its own: a mapping would keep that of the file, and the lock, after closing.
 */
final class LinuxLock implements FileHold {
  private static final int FLOCK_BYTES = 32;
  private static final int START = 8;
  private static final int LENGTH = 16;

  private final int fd;
  private final @Nullable Object key;
  private final AtomicBoolean closed = new AtomicBoolean();

  LinuxLock(int fd, @Nullable Object key) {
    this.fd = fd;
    this.key = key;
  }

  /**
   * Takes the lock of an open file.
   *
   * @return what {@code fcntl} returns
   */
  static int take(int fd, boolean shared) {
    // struct flock, the same on x86-64 and AArch64: type and whence as shorts, start, length, pid.
    OffHeapMemory flock = OffHeapMemory.allocate(FLOCK_BYTES);
    flock.putInt(0, shared ? LibC.F_RDLCK : LibC.F_WRLCK); // whence is 0, SEEK_SET
    flock.putLong(START, PortableLock.POSITION);
    flock.putLong(LENGTH, 1);
    long address = flock.address(0, FLOCK_BYTES);
    try {
      return LibC.uninterrupted(() -> LibC.fcntl(fd, LibC.F_OFD_SETLK, address));
    } finally {
      Reference.reachabilityFence(flock);
    }
  }

  /** Returns which file a descriptor is of; null where there is no {@code /proc}. */
  static @Nullable Object key(int fd) {
    Path link = Path.of("/proc/self/fd/" + fd);
    return Files.exists(link, LinkOption.NOFOLLOW_LINKS) ? FileIdentity.key(link) : null;
  }

  /** Closes a descriptor, but not as long as a lock of the process would go with it. */
  static void close(int fd) {
    synchronized (ProcessLocks.MONITOR) {
      if (ProcessLocks.isEmpty()) {
        LibC.close(fd);
      } else {
        PortableFileSystem.run(
            "close",
            Path.of("/proc/self/fd/" + fd),
            () -> ProcessLocks.close(key(fd), "descriptor", () -> LibC.close(fd)));
      }
    }
  }

  @Override
  public @Nullable Object key() {
    return key;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      close(fd);
    }
  }
}
