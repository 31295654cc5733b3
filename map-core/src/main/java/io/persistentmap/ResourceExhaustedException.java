package io.persistentmap;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The system lacks something for now: file descriptors, memory, address space, or room for a file
 * to grow; {@link DiskFullException} if it is space on the disk. Nothing is lost: the previous
 * checkpoint is intact, the entries are still in the map, and the same call works again once the
 * system has what it needs.
 */
public class ResourceExhaustedException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   * @param cause what caused it, or null
   */
  public ResourceExhaustedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public ResourceExhaustedException(String message) {
    super(message);
  }
}
