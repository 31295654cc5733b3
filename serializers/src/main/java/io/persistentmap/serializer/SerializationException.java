package io.persistentmap.serializer;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Says that a value cannot be turned into bytes, or bytes not into a value, and why. */
public final class SerializationException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the class of the value and the finding
   * @param cause what caused it, or null
   */
  public SerializationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message the class of the value and the finding
   */
  public SerializationException(String message) {
    super(message);
  }
}
