package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The file exists, but it is not a hash file of this library. It was not touched. */
public final class NotAHashFileException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public NotAHashFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public NotAHashFileException(String message) {
    super(message);
  }
}
