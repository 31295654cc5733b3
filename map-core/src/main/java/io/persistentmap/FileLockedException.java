package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Somebody else has the store open: another process, or another map in this one. */
public final class FileLockedException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public FileLockedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public FileLockedException(String message) {
    super(message);
  }
}
