package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that were read back from a file are not those that were written: a magic number, a checksum
 * or a reference does not fit. Nothing on disk was changed.
 */
public final class CorruptFileException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public CorruptFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public CorruptFileException(String message) {
    super(message);
  }
}
