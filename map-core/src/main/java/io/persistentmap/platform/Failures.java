package io.persistentmap.platform;

import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.StorageFailureException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a system call that failed is to its caller: {@link Errno} says which exception. */
final class Failures {
  private Failures() {}

  /** Returns the exception for the call that failed last in this thread. */
  static PersistentMapException of(String action, Path path) {
    return of(action, path, LibC.errno());
  }

  /** Returns the exception for an error number. */
  static PersistentMapException of(String action, Path path, int errno) {
    return of(path + ": can't " + action + ": " + ErrnoNames.describe(errno), errno, null);
  }

  private static PersistentMapException of(String what, int errno, @Nullable Throwable cause) {
    if (Errno.isNoSpace(errno)) {
      return new DiskFullException(what + "; " + Errno.remedy(errno), cause);
    }
    if (Errno.isExhausted(errno)) {
      return new ResourceExhaustedException(what + "; " + Errno.remedy(errno), cause);
    }
    if (Errno.isAccess(errno)) {
      return new FileAccessException(what + "; " + Errno.remedy(errno), cause);
    }
    return new StorageFailureException(
        what + "; look at the system log, then open the store again", cause);
  }

  /**
   * Returns the exception for a sync. Whatever the reason, want of space too: one that failed may
   * have dropped the very pages that it was asked to keep, and the next one would succeed without
   * them.
   */
  static StorageFailureException ofSync(String call, Path path) {
    return ofSync(call, path, ErrnoNames.describe(LibC.errno()), null);
  }

  /** Returns the exception for a sync through the JDK. */
  static StorageFailureException ofSync(Path path, IOException e) {
    return ofSync("fsync", path, described(path, e), e);
  }

  private static StorageFailureException ofSync(
      String call, Path path, String reason, @Nullable Throwable cause) {
    return new StorageFailureException(
        path
            + ": "
            + call
            + " failed: "
            + reason
            + "; what was written since the last checkpoint may be lost on the device. Look at the"
            + " system log, then open the store again, which recovers that checkpoint",
        cause);
  }

  /** Returns the exception for an exception of the JDK, which has the reason in words. */
  static PersistentMapException of(String action, Path path, IOException e) {
    return of(path + ": can't " + action + ": " + described(path, e), errno(path, e), e);
  }

  private static String described(Path path, IOException e) {
    int errno = errno(path, e);
    return errno == 0 ? e.toString() : ErrnoNames.describe(errno);
  }

  /** Returns the error number that an exception of the JDK stands for, or 0 if none is known. */
  private static int errno(Path path, IOException e) {
    String reason = String.valueOf(e.getMessage()).replace(path.toString(), "");
    int errno = ErrnoNames.find(reason);
    return errno != 0 ? errno : errno(reason.toLowerCase(Locale.ROOT), e);
  }

  private static int errno(String reason, IOException e) {
    if (e instanceof AccessDeniedException) {
      return Errno.EACCES;
    }
    if (e instanceof FileAlreadyExistsException) {
      return Errno.EEXIST;
    }
    if (e.getCause() instanceof OutOfMemoryError) {
      return Errno.ENOMEM; // FileChannel.map
    }
    if (reason.contains("write protected")) { // this and the next two are of Windows
      return Errno.EROFS;
    }
    if (reason.contains("not enough space")) {
      return Errno.ENOSPC;
    }
    if (reason.contains("used by another process")) {
      return Errno.EBUSY;
    }
    return e instanceof NoSuchFileException || e instanceof FileNotFoundException
        ? Errno.ENOENT
        : 0;
  }
}
