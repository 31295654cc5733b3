package io.persistentmap.platform;

/**
 * What an error number of Linux means for the store; the numbers are the same on x86-64 and
 * AArch64. This is the one table of it, for the caller's thread and for those of the store:
 *
 * <ul>
 *   <li><b>for now</b> ({@link #isExhausted}, and of these {@link #isNoSpace}): the system has not
 *       what the call needs. Nothing was done, and the same call can work later;
 *   <li><b>the path or the rights are wrong</b> ({@link #isAccess}): nothing was done, and the same
 *       call works once that is put right;
 *   <li><b>anything else</b>: the device, or the state of the file, is unknown.
 * </ul>
 *
 * <p>A sync that failed is always of the last class: the kernel may have dropped the pages that it
 * was to write. The names of the numbers are in {@link ErrnoNames}.
 */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EEXIST = 17;
  static final int EXDEV = 18;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENFILE = 23;
  static final int EMFILE = 24;
  static final int ENOTTY = 25;
  static final int ETXTBSY = 26;
  static final int EFBIG = 27;
  static final int ENOSPC = 28;
  static final int EROFS = 30;
  static final int ENAMETOOLONG = 36;
  static final int ENOLCK = 37;
  static final int ENOSYS = 38;
  static final int ENOTEMPTY = 39;
  static final int ELOOP = 40;
  static final int EOPNOTSUPP = 95;
  static final int ENOBUFS = 105;
  static final int EDQUOT = 122;

  private Errno() {}

  /** Says whether FICLONE answered "not on this file system", rather than "not now". */
  static boolean isCloneUnsupported(int errno) {
    return errno == EOPNOTSUPP
        || errno == ENOTTY
        || errno == ENOSYS
        || errno == EXDEV
        || errno == EINVAL;
  }

  /** Says whether there is no space on the disk, or none in the quota. */
  static boolean isNoSpace(int errno) {
    return errno == ENOSPC || errno == EDQUOT;
  }

  /** Says whether the system lacks something for now: space, memory, descriptors. */
  static boolean isExhausted(int errno) {
    return switch (errno) {
      case EMFILE, ENFILE, ENOMEM, EAGAIN, EINTR, EFBIG, ENOLCK, ENOBUFS -> true;
      default -> isNoSpace(errno);
    };
  }

  /** Says whether the path is wrong, or the rights to it, and nothing was done. */
  static boolean isAccess(int errno) {
    return switch (errno) {
      case EPERM,
          EACCES,
          EROFS,
          ENOENT,
          ENOTDIR,
          EISDIR,
          ENAMETOOLONG,
          ELOOP,
          EBUSY,
          EEXIST,
          ENOTEMPTY,
          ETXTBSY,
          EXDEV ->
          true;
      default -> false;
    };
  }

  /** Returns what to do about an error that is not the device's, for the end of a message. */
  static String remedy(int errno) {
    return switch (errno) {
      case ENOSPC, EDQUOT -> "free some space and call again, nothing is lost";
      case EMFILE ->
          "close files, or raise the limit of this process (ulimit -n), and call again, nothing is"
              + " lost";
      case ENFILE -> "close files, or raise fs.file-max, and call again, nothing is lost";
      case EFBIG ->
          "raise the limit of file sizes (ulimit -f), or move the store to a file system that has"
              + " larger files, and call again, nothing is lost";
      case ENOMEM, ENOBUFS ->
          "free memory, or raise the limits of memory (ulimit -v) or of mappings"
              + " (vm.max_map_count), and call again, nothing is lost";
      case EAGAIN, EINTR, ENOLCK -> "call again, nothing is lost";
      case EBUSY, ETXTBSY ->
          "end what uses that file, or unmount what is mounted there, and call again, nothing is"
              + " lost";
      case EROFS -> "mount the file system for writing, or choose another path";
      case ENAMETOOLONG, ELOOP -> "choose another path";
      default -> "check the path and its permissions, and call again, nothing is lost";
    };
  }
}
