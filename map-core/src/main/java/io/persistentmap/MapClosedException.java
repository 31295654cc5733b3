package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The map, or the store that it belongs to, has been closed. */
public final class MapClosedException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public MapClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public MapClosedException(String message) {
    super(message);
  }
}
