package io.persistentmap.store;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Closes stores when the process ends: by {@code System.exit}, the end of its last thread, SIGTERM
 * or SIGINT. One hook for all of them, and only while there are any, so that neither a closed map
 * nor the class loader of this library is kept. Thread-safe.
 *
 * <p>The stores are closed in parallel; the process ends when all of them are, or have failed. Each
 * waits for functions that hold keys as long as it was opened to: a function that has called {@code
 * System.exit} never returns. The hook throws nothing; what is lost is told.
 */
final class ExitHook {
  /** Guarded by the class. */
  private static final Set<Closing> OPEN = new LinkedHashSet<>();

  /** Guarded by the class. */
  private static @Nullable Thread hook;

  private ExitHook() {}

  /** Has a store closed when the process ends, unless it is closed before. */
  static synchronized void add(Closing closing) {
    if (hook == null) {
      Thread thread = new Thread(ExitHook::closeAll, "persistentmap close on exit");
      try {
        Runtime.getRuntime().addShutdownHook(thread);
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            closing.config().files().hash()
                + ": can't be opened with closeOnExit(), since the process is ending; open it"
                + " without, and close it",
            e);
      }
      hook = thread;
    }
    OPEN.add(closing);
  }

  /** Notes that a store is closed. */
  static synchronized void remove(Closing closing) {
    Thread thread = hook;
    if (OPEN.remove(closing) && OPEN.isEmpty() && thread != null && !thread.isAlive()) {
      try {
        boolean unused = Runtime.getRuntime().removeShutdownHook(thread);
        hook = null;
      } catch (IllegalStateException e) {
        // The process is ending, and the hook about to run; it finds nothing.
      }
    }
  }

  private static synchronized List<Closing> open() {
    return new ArrayList<>(OPEN);
  }

  private static void closeAll() {
    List<Thread> helpers = new ArrayList<>();
    List<Closing> open = open();
    for (Closing closing : open.subList(Math.min(1, open.size()), open.size())) {
      Thread helper = new Thread(() -> close(closing), "persistentmap close on exit, helper");
      try {
        helper.start();
        helpers.add(helper);
      } catch (OutOfMemoryError e) { // no more threads
        close(closing);
      }
    }
    if (!open.isEmpty()) {
      close(open.get(0));
    }
    for (Thread helper : helpers) {
      join(helper);
    }
  }

  @SuppressWarnings("ThreadJoinLoop") // an interrupt of this thread is for nobody
  private static void join(Thread helper) {
    while (helper.isAlive()) {
      try {
        helper.join();
      } catch (InterruptedException e) {
        // It has nothing else to do.
      }
    }
  }

  private static void close(Closing closing) {
    try {
      closing.close(closing.config().closeMode());
    } catch (Throwable e) { // whatever it is, there is nobody to throw it to
      tellLoss(closing, e);
    }
  }

  private static void tellLoss(Closing closing, Throwable failure) {
    String message =
        closing.config().files().hash()
            + ": could not be closed while the process ended: what was changed after checkpoint "
            + closing.durableCheckpoint()
            + " is lost; opening gives that checkpoint ("
            + failure
            + ")";
    try {
      Warnings.warnOrPrint(message, failure);
    } catch (Throwable e) { // the logger may have ended before
      System.err.println(message);
    }
  }
}
