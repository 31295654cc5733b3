package io.persistentmap.examples;

/** The map broke its promise. What the message says is wrong was found in the files. */
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1;

  Violation(String message) {
    super(message);
  }

  /** Throws a violation unless the condition holds. */
  static void unless(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new Violation(Screen.format(message, arguments));
    }
  }
}
