package io.persistentmap.platform;

import io.persistentmap.StorageFailureException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** A file descriptor. */
final class LinuxDataFile implements DataFile {
  private static final int MODE_READ_ONLY = 0400;

  private volatile Path path;
  private final int fd;
  private final AtomicBoolean closed = new AtomicBoolean();

  LinuxDataFile(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void renamed(Path newPath) {
    path = newPath;
  }

  @Override
  public long size() {
    long size = LibC.lseek(fd(), 0, LibC.SEEK_END);
    if (size < 0) {
      throw Failures.of("find the size", path);
    }
    return size;
  }

  @Override
  public int read(long position, byte[] to, int at, int length) {
    OffHeapMemory memory = OffHeapMemory.allocate(Math.max(length, 1));
    int count = (int) read(position, memory, 0, length);
    memory.read(0, to, at, count);
    return count;
  }

  @Override
  public long read(long position, Memory to, long offset, long length) {
    long address = ((OffHeapMemory) to).address(offset, length);
    try {
      return read(position, address, length);
    } finally {
      Reference.reachabilityFence(to);
    }
  }

  private long read(long position, long address, long length) {
    long done = 0;
    while (done < length) {
      long count = LibC.pread(fd(), address + done, length - done, position + done);
      if (count == 0) {
        break;
      }
      if (count > 0) {
        done += count;
      } else if (LibC.errno() != Errno.EINTR) {
        throw Failures.of("read at 0x" + Long.toHexString(position + done), path);
      }
    }
    return done;
  }

  @Override
  public void write(long position, Memory from, long offset, long length) {
    long address = ((OffHeapMemory) from).address(offset, length);
    try {
      write(position, address, length);
    } finally {
      Reference.reachabilityFence(from);
    }
  }

  private void write(long position, long address, long length) {
    long done = 0;
    while (done < length) {
      long count = LibC.pwrite(fd(), address + done, length - done, position + done);
      if (count > 0) {
        done += count;
      } else if (count == 0 || LibC.errno() != Errno.EINTR) {
        throw Failures.of("write at 0x" + Long.toHexString(position + done), path);
      }
    }
  }

  @Override
  public void syncData() {
    if (LibC.uninterrupted(() -> LibC.fdatasync(fd())) != 0) {
      throw Failures.ofSync("fdatasync", path);
    }
  }

  @Override
  public void sync() {
    if (LibC.uninterrupted(() -> LibC.fsync(fd())) != 0) {
      throw Failures.ofSync("fsync", path);
    }
  }

  @Override
  public void truncate(long length) {
    if (LibC.uninterrupted(() -> LibC.ftruncate(fd(), length)) != 0) {
      throw Failures.of("set the length to " + length, path);
    }
  }

  @Override
  public boolean allocate(long length) {
    if (LibC.uninterrupted(() -> LibC.fallocate(fd(), 0, 0, length)) == 0) {
      return true;
    }
    int errno = LibC.errno();
    if (Errno.isCloneUnsupported(errno)) {
      return false;
    }
    throw Failures.of("reserve " + length + " bytes", path, errno);
  }

  @Override
  public void punchHole(long position, long length) {
    int mode = LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE;
    if (LibC.uninterrupted(() -> LibC.fallocate(fd(), mode, position, length)) != 0
        && !Errno.isCloneUnsupported(LibC.errno())) {
      throw Failures.of("free the space at 0x" + Long.toHexString(position), path);
    }
  }

  @Override
  public void makeReadOnly() {
    if (LibC.uninterrupted(() -> LibC.fchmod(fd(), MODE_READ_ONLY)) != 0) {
      throw Failures.of("make read-only", path);
    }
  }

  @Override
  public boolean cloneFrom(DataFile source) {
    int from = ((LinuxDataFile) source).fd();
    if (LibC.uninterrupted(() -> LibC.ioctl(fd(), LibC.FICLONE, from)) == 0) {
      return true;
    }
    int errno = LibC.errno();
    if (Errno.isCloneUnsupported(errno)) {
      return false;
    }
    throw Failures.of("clone " + source.path() + " to it", path, errno);
  }

  @Override
  public Memory map(long position, long length) {
    long address = LibC.mmap(0, length, LibC.PROT_READ, LibC.MAP_SHARED, fd(), position);
    if (address == LibC.MAP_FAILED) {
      throw Failures.of("map " + length + " bytes", path);
    }
    // Before the first touch: large folios otherwise multiply what random access reads.
    LibC.madvise(address, length, LibC.MADV_RANDOM);
    return OffHeapMemory.wrap(address, length, () -> LibC.munmap(address, length));
  }

  @Override
  public boolean mapsBeyondEnd() {
    return true;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      LinuxLock.close(fd);
    }
  }

  private int fd() {
    if (closed.get()) {
      throw new StorageFailureException(path + ": the file is closed; open the store again");
    }
    return fd;
  }
}
