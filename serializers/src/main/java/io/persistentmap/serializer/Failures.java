package io.persistentmap.serializer;

import java.util.Objects;

/** Turns whatever goes wrong in here into a {@link SerializationException}. */
final class Failures {
  /** What other libraries say can be long. */
  private static final int MAX_REASON_LENGTH = 500;

  private Failures() {}

  /** Returns the exception for a value of this class that could not be written. */
  static SerializationException write(Class<?> type, Throwable failure) {
    return failure instanceof Refusal refusal
        ? new SerializationException(refusal.messageFrom(type), failure)
        : explain("cannot write a value of " + type.getName(), failure);
  }

  /** Returns the exception for a value at this position that could not be read. */
  static SerializationException read(String type, int position, Throwable failure) {
    String what = "cannot read a value of " + type + " at position " + position;
    return failure instanceof Refusal refusal
        ? new SerializationException(what + ": " + refusal.messageWithPath(), failure)
        : explain(what, failure);
  }

  /** Returns an unchecked exception, wrapping a checked one; throws an error as it is. */
  static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new SerializationException(reason(failure), failure);
  }

  /** Throws an error of the virtual machine as it is, except for a stack that was too small. */
  static void rethrowFatal(Throwable failure) {
    if (failure instanceof VirtualMachineError error && !(failure instanceof StackOverflowError)) {
      throw error;
    }
  }

  private static SerializationException explain(String what, Throwable failure) {
    return failure instanceof StackOverflowError
        ? new SerializationException(
            what + ": the objects are nested too deep for the stack of this thread", failure)
        : new SerializationException(what + ": " + reason(failure), failure);
  }

  /** Returns what a failure says, in one line that is not too long. */
  static String reason(Throwable failure) {
    String reason =
        Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getName())
            .replaceAll("\\s*\\R\\s*", ", ");
    return reason.length() <= MAX_REASON_LENGTH
        ? reason
        : reason.substring(0, MAX_REASON_LENGTH) + "...";
  }
}
