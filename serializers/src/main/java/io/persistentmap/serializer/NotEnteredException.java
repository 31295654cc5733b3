package io.persistentmap.serializer;

import java.io.Serial;

/**
 * Thrown by a {@link MonitorWatch}: the value is not written, since a part is not to be entered.
 */
public final class NotEnteredException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Object part;

  /**
   * Creates the exception, without a stack trace: it goes from the watch to who has given it.
   *
   * @param part what is not entered
   */
  public NotEnteredException(Object part) {
    super("a " + part.getClass().getTypeName() + " is not to be entered", null, false, false);
    this.part = part;
  }

  /**
   * Returns what is not entered.
   *
   * @return the part of the value
   */
  public Object part() {
    return part;
  }
}
