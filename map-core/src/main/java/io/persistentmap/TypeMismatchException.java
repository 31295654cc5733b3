package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The hash file holds keys or values of another type than the one it is opened with. */
public final class TypeMismatchException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public TypeMismatchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public TypeMismatchException(String message) {
    super(message);
  }
}
