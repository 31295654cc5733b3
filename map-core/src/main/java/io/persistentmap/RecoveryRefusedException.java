package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A newer successful checkpoint may have existed than the one that can be read, so that opening
 * would lose it silently. Nothing on disk was changed; see {@link
 * PersistentMapBuilder#acceptOlderCheckpoint}.
 */
public final class RecoveryRefusedException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public RecoveryRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public RecoveryRefusedException(String message) {
    super(message);
  }
}
