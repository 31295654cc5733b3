package io.persistentmap.tool;

import io.persistentmap.FileAccessException;
import io.persistentmap.FileLockedException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.UnsupportedFormatException;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** What the tool says to whoever called it. The numbers are those of {@code docs/tool.md}. */
final class ExitCode {
  /** All is well. */
  static final int OK = 0;

  /** Damage was found, something is lost or may be, or the store refuses for such a reason. */
  static final int DAMAGE = 1;

  /** The command line is wrong, or does not say that something may be changed. */
  static final int USAGE = 2;

  /** A file is in use, missing, there already, or can't be accessed. */
  static final int ACCESS = 3;

  /**
   * There is no space, no memory, no file descriptor, or the device or the operating system failed.
   */
  static final int DEVICE = 4;

  /** A file is no hash file, of another format version, or no export. */
  static final int FORMAT = 5;

  /** The tool is broken. */
  static final int BUG = 70;

  /** The reader of stdout has ended: what a shell reports of other tools, which SIGPIPE ends. */
  static final int READER_GONE = 128 + 13;

  private ExitCode() {}

  /** Returns the code of a failure to read or write what is no store. */
  static int of(IOException failure) {
    return failure instanceof FileSystemException ? ACCESS : DEVICE;
  }

  /** Returns the code of a failure of the engine. */
  static int of(RuntimeException failure) {
    if (failure instanceof FileLockedException || failure instanceof FileAccessException) {
      return ACCESS;
    }
    if (failure instanceof ResourceExhaustedException
        || failure instanceof StorageFailureException) {
      return DEVICE;
    }
    return failure instanceof NotAHashFileException || failure instanceof UnsupportedFormatException
        ? FORMAT
        : DAMAGE;
  }
}
