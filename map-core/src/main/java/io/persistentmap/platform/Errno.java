package io.persistentmap.platform;

/** The error numbers of Linux that the store tells apart; the same on x86-64 and AArch64. */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EXDEV = 18;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENOTTY = 25;
  static final int ENOSPC = 28;
  static final int EROFS = 30;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;
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

  static boolean isNoSpace(int errno) {
    return errno == ENOSPC || errno == EDQUOT;
  }

  static boolean isAccess(int errno) {
    return errno == EPERM
        || errno == EACCES
        || errno == EROFS
        || errno == ENOENT
        || errno == ENOTDIR
        || errno == EISDIR;
  }
}
