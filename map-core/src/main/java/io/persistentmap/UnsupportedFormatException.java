package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The hash file is of a format version that this release can't read. It was not touched. */
public final class UnsupportedFormatException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public UnsupportedFormatException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public UnsupportedFormatException(String message) {
    super(message);
  }
}
