package io.persistentmap.serializer;

import java.util.ArrayDeque;
import java.util.ConcurrentModificationException;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says that something can't be stored, and collects on its way out the path that leads there. */
@SuppressWarnings("serial") // never leaves the package
final class Refusal extends RuntimeException {
  private static final int LONGEST_PATH = 16;

  private final Deque<String> steps = new ArrayDeque<>();

  Refusal(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  Refusal(String message) {
    this(message, null);
  }

  /** Returns the refusal of a class, with the reason and what to do. */
  static Refusal of(Class<?> type, String reason) {
    return new Refusal(nameOf(type) + " can't be stored: " + reason);
  }

  /**
   * Turns a failure into a refusal, unless it is one, or says that somebody changed the object
   * meanwhile.
   */
  static Refusal from(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      return refusal;
    }
    Failures.rethrowFatal(failure);
    if (failure instanceof ConcurrentModificationException changed) {
      throw changed;
    }
    if (failure instanceof StackOverflowError overflow) {
      throw overflow;
    }
    return new Refusal(
        Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getName()), failure);
  }

  /** Puts a step in front of the path. */
  Refusal in(String step) {
    if (steps.size() == LONGEST_PATH) {
      steps.removeFirst();
      steps.removeFirst();
      steps.addFirst("...");
    }
    steps.addFirst(step);
    return this;
  }

  /** Returns the message with the path in front of it, which begins in an object of this class. */
  String messageFrom(Class<?> root) {
    return steps.isEmpty()
        ? getMessage()
        : root.getSimpleName() + String.join("", steps) + ": " + getMessage();
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNullElse(super.getMessage(), "");
  }

  private static String nameOf(Class<?> type) {
    return type.isArray() ? type.getTypeName() : type.getName();
  }
}
