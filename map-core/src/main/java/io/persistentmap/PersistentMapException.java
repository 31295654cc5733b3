package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything that a persistent map throws of its own.
 *
 * <p>Each message names the file, what was found, what was expected and what to do.
 */
public class PersistentMapException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public PersistentMapException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public PersistentMapException(String message) {
    super(message);
  }
}
