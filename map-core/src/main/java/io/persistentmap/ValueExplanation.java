package io.persistentmap;

/**
 * Whether the values of a class are live or copied, and why.
 *
 * @param type the class
 * @param mode {@link ValueMode#LIVE} or {@link ValueMode#COPIED}
 * @param reason why, as the end of a sentence
 */
public record ValueExplanation(Class<?> type, ValueMode mode, String reason) {
  /** Returns a sentence. */
  @Override
  public String toString() {
    return type.getName() + ": " + (mode == ValueMode.LIVE ? "live" : "copied") + ", " + reason;
  }
}
