package io.persistentmap.tool.values;

/** A value has no JSON but that of its bytes, or JSON is no value. */
public final class NotExpressibleException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Creates one.
   *
   * @param message what is wrong
   */
  public NotExpressibleException(String message) {
    super(message);
  }
}
