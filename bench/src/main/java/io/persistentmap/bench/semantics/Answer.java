package io.persistentmap.bench.semantics;

import org.jspecify.annotations.Nullable;

/**
 * What was found.
 *
 * @param kind how it ended
 * @param text what was seen, or the class of what was thrown
 * @param detail the message, or where it hangs
 */
record Answer(Kind kind, String text, String detail) {
  private static final int LONGEST_DETAIL = 180;
  private static final String OURS = Answer.class.getPackageName() + ".";

  /** How a step can end. */
  enum Kind {
    SEEN,
    THROWN,
    HANGS,
    DIED
  }

  static Answer seen(@Nullable Object what) {
    return new Answer(Kind.SEEN, oneLine(String.valueOf(what)), "");
  }

  static Answer thrown(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String detail = cause == thrown ? thrown.getMessage() : cause.toString();
    return new Answer(
        Kind.THROWN, thrown.getClass().getSimpleName(), detail == null ? "" : oneLine(detail));
  }

  /** Returns what the idiom has called, and where that waits. */
  static Answer hangs(Thread thread) {
    Thread.State state = thread.getState();
    StackTraceElement[] stack = thread.getStackTrace();
    int called = stack.length - 1;
    while (called > 0 && stack[called].getClassName().startsWith(OURS)) {
      called--;
    }
    if (state == Thread.State.RUNNABLE) {
      return new Answer(Kind.HANGS, "", "running in " + name(stack[called]));
    }
    int inner = 0;
    while (inner < called && stack[inner].getClassName().matches("(java|jdk|sun)\\..*")) {
      inner++;
    }
    return new Answer(
        Kind.HANGS, "", "in " + name(stack[called]) + ", waiting in " + name(stack[inner]));
  }

  private static String name(StackTraceElement frame) {
    return "`" + frame.getClassName() + "." + frame.getMethodName() + "`";
  }

  boolean is(Kind other) {
    return kind == other;
  }

  /** Returns it as a line's end. */
  String encode() {
    return kind + "\t" + text + "\t" + detail;
  }

  static Answer decode(String kind, String text, String detail) {
    return new Answer(Kind.valueOf(kind), text, detail);
  }

  /** Drops line ends, and what is another in each run: directories and identity hash codes. */
  private static String oneLine(String text) {
    String line =
        text.replaceAll("\\s+", " ")
            .replaceAll("/[^ ,:]*/", "")
            .replaceAll("@[0-9a-f]{5,8}\\b|, identityHashCode=\\d+", "");
    return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
  }
}
