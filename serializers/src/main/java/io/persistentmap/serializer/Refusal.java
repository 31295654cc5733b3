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

  /** The class to give a serializer to, or to leave out; "" if that is not what is advised. */
  private final String avoidable;

  /** The innermost field on the path that could be transient; "" if there is none. */
  private String field = "";

  private Refusal(String message, @Nullable Throwable cause, String avoidable) {
    super(message, cause);
    this.avoidable = avoidable;
  }

  Refusal(String message, @Nullable Throwable cause) {
    this(message, cause, "");
  }

  Refusal(String message) {
    this(message, null);
  }

  /** Returns the refusal of a class, with the reason and what to do. */
  static Refusal of(Class<?> type, String reason) {
    return new Refusal(nameOf(type) + " can't be stored: " + reason);
  }

  /** The same, with the advice to leave the object out, where that can be, or to encode it. */
  static Refusal ofState(Class<?> type, String reason) {
    String name = ClassNames.element(type).getName().replace('$', '.');
    return new Refusal(nameOf(type) + " can't be stored: " + reason, null, name);
  }

  /** Returns the same refusal without a path: one that was kept has none of those who met it. */
  Refusal again() {
    return new Refusal(Objects.requireNonNullElse(super.getMessage(), ""), this, avoidable);
  }

  /**
   * Turns a failure into a refusal, unless it is one, or says that somebody changed the object
   * meanwhile, or that a part is not to be entered.
   */
  static Refusal from(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      return refusal;
    }
    Failures.rethrowFatal(failure);
    if (failure instanceof ConcurrentModificationException changed) {
      throw changed;
    }
    if (failure instanceof NotEnteredException notEntered) {
      throw notEntered;
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

  /**
   * Puts a field in front of the path.
   *
   * @param canBeTransient whether it need not be stored; components of records must
   */
  Refusal inField(String name, boolean canBeTransient) {
    if (field.isEmpty() && canBeTransient) {
      field = name;
    }
    return in("." + name);
  }

  /** Returns the message with the path in front of it, which begins in an object of this class. */
  String messageFrom(Class<?> root) {
    return steps.isEmpty()
        ? getMessage()
        : root.getSimpleName() + String.join("", steps) + ": " + getMessage();
  }

  /** Returns the message with the path in front of it. */
  String messageWithPath() {
    return steps.isEmpty() ? getMessage() : "at " + String.join("", steps) + ": " + getMessage();
  }

  @Override
  public String getMessage() {
    String message = Objects.requireNonNullElse(super.getMessage(), "");
    return avoidable.isEmpty() ? message : message + "; " + advice();
  }

  private String advice() {
    return (field.isEmpty() ? "" : "make the field " + field + " transient, or ")
        + "add .serializer("
        + avoidable
        + ".class, ...) where the map is built";
  }

  private static String nameOf(Class<?> type) {
    return type.isArray() ? type.getTypeName() : type.getName();
  }
}
