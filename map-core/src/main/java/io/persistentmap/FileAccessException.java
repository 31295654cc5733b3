package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The path can't be used: it is a directory, its parent is missing, it is too long, somebody uses
 * it, or permissions forbid it. Nothing is lost: on disk nothing was changed, the entries of an
 * open map are still there, and the same call works again once that is put right.
 */
public final class FileAccessException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public FileAccessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public FileAccessException(String message) {
    super(message);
  }
}
