package io.persistentmap.value;

/** Tells whether a thread is initialising a class, which other threads may have to wait for. */
final class Initializers {
  private static final String INITIALIZER = "<clinit>";
  private static final StackWalker STACK = StackWalker.getInstance();

  private Initializers() {}

  /** Says whether the current thread is inside of a static initialiser. */
  static boolean isInside() {
    return STACK.walk(
        frames -> frames.anyMatch(frame -> frame.getMethodName().equals(INITIALIZER)));
  }
}
