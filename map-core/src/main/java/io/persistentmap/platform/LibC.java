package io.persistentmap.platform;

import com.sun.jna.Native;
import java.util.function.IntSupplier;

/**
 * The C functions that the store calls, bound by JNA's direct mapping. Pointers and {@code size_t}
 * are {@code long}: 64-bit Linux only.
 */
final class LibC {
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_CLOEXEC = 0x80000;
  static final int SEEK_END = 2;
  static final int PROT_READ = 1;
  static final int MAP_SHARED = 1;
  static final long MAP_FAILED = -1;
  static final int MADV_RANDOM = 1;
  static final int MADV_HUGEPAGE = 14;
  static final int F_RDLCK = 0;
  static final int F_WRLCK = 1;
  static final int F_OFD_SETLK = 37;
  static final long FICLONE = 0x40049409L;
  static final int FALLOC_FL_KEEP_SIZE = 1;
  static final int FALLOC_FL_PUNCH_HOLE = 2;

  private LibC() {}

  /**
   * Makes the functions callable; asked for by {@link NativeCalls} only. No static initialiser: an
   * OutOfMemoryError in it would spoil the class for good.
   */
  static void bind() {
    NativeAccess.enable();
    Native.register(LibC.class, "c");
  }

  static native int open(byte[] path, int flags, int mode);

  static native int close(int fd);

  static native long pread(int fd, long address, long length, long position);

  static native long pwrite(int fd, long address, long length, long position);

  static native int fsync(int fd);

  static native int fdatasync(int fd);

  static native int ftruncate(int fd, long length);

  static native long lseek(int fd, long position, int whence);

  static native int fallocate(int fd, int mode, long position, long length);

  static native int fchmod(int fd, int mode);

  static native int fcntl(int fd, int command, long argument);

  static native int ioctl(int fd, long request, long argument);

  static native int rename(byte[] from, byte[] to);

  static native int unlink(byte[] path);

  static native long mmap(
      long address, long length, int protection, int flags, int fd, long position);

  static native int munmap(long address, long length);

  static native int madvise(long address, long length, int advice);

  static int errno() {
    return Native.getLastError();
  }

  /** Makes a call again as long as a signal interrupts it; returns what it returned in the end. */
  static int uninterrupted(IntSupplier call) {
    int result = call.getAsInt();
    while (result < 0 && errno() == Errno.EINTR) {
      result = call.getAsInt();
    }
    return result;
  }
}
