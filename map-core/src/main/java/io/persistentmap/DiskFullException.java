package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * No space is left (or the quota is used up). Nothing is lost: the previous checkpoint is intact,
 * the entries are still in the map, and the same call works again once there is space.
 */
public final class DiskFullException extends ResourceExhaustedException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public DiskFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public DiskFullException(String message) {
    super(message);
  }
}
