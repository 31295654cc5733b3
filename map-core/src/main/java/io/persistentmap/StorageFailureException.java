package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The operating system failed to read or write, so that the state of the hash file is unknown. The
 * store refuses all further work; opening it again recovers the last successful checkpoint.
 */
public final class StorageFailureException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public StorageFailureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public StorageFailureException(String message) {
    super(message);
  }
}
