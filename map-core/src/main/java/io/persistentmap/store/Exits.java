package io.persistentmap.store;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Threads that have called {@code System.exit}: they never return from it. */
final class Exits {
  private static final String EXIT = "java.lang.Shutdown";

  private Exits() {}

  /**
   * Checks that no thread has called {@code System.exit} inside code of some classes.
   *
   * @throws IllegalStateException if one has: to wait for it would be for ever
   */
  static void refuseWaitFor(Path store, List<Class<?>> classes) {
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      StackTraceElement[] frames = thread.getValue();
      boolean exits = Arrays.stream(frames).anyMatch(frame -> frame.getClassName().equals(EXIT));
      if (exits && classes.stream().anyMatch(type -> isIn(frames, type))) {
        throw new IllegalStateException(
            store
                + ": can't be closed with a checkpoint: thread "
                + thread.getKey().getName()
                + " has called System.exit while it made one; call it elsewhere");
      }
    }
  }

  private static boolean isIn(StackTraceElement[] frames, Class<?> type) {
    return Arrays.stream(frames)
        .map(StackTraceElement::getClassName)
        .anyMatch(name -> name.equals(type.getName()) || name.startsWith(type.getName() + "$"));
  }
}
