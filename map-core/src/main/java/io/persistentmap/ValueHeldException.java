package io.persistentmap;

import java.io.Serial;

/**
 * No checkpoint was made, since a thread has held the monitor of a live value, or of a part that is
 * read through its own monitor (a {@code Vector}, a {@code StringBuffer}), for too long ({@link
 * PersistentMapBuilder#monitorTimeout}): the message names the key, the class and the thread.
 * Nothing is lost, the previous checkpoint is intact, and the call can be repeated.
 */
public final class ValueHeldException extends UnstorableException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public ValueHeldException(String message) {
    super(message);
  }
}
