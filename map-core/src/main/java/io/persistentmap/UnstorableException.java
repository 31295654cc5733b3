package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A key or value can't be stored, or can't be read back as an object. The map is unchanged. */
public sealed class UnstorableException extends PersistentMapException permits ValueHeldException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public UnstorableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public UnstorableException(String message) {
    super(message);
  }
}
