package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** This JVM lacks or refuses what no map can do without; the message has the option that helps. */
public final class UnsupportedPlatformException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what is refused, and how to allow it
   * @param cause what caused it, or null
   */
  public UnsupportedPlatformException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
