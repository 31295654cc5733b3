package io.persistentmap;

import java.io.Serial;

/**
 * No checkpoint was made, since for too long there was a thread inside of an atomic section ({@link
 * PersistentStoreBuilder#sectionTimeout}): the message tells where those threads are. Nothing is
 * lost, the previous checkpoint is intact, and the call can be repeated.
 */
public final class SectionHeldException extends PersistentMapException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message file, finding, expectation and remedy
   */
  public SectionHeldException(String message) {
    super(message);
  }
}
