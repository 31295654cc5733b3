package io.persistentmap.value;

import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a map that wait for monitors, since its callers must not. They are daemons, and
 * end when there has been nothing to do for a second. Thread-safe.
 */
final class MonitorThreads {
  private static final int MOST = 64;
  private static final long IDLE_SECONDS = 1;

  /** What it takes to write what is nested as deep as the program's own threads can put. */
  private static final long STACK_BYTES = 32L << 20;

  private final ThreadPoolExecutor threads;

  MonitorThreads(Path store) {
    String name = "persistentmap " + store.getFileName() + " monitor";
    this.threads =
        new ThreadPoolExecutor(
            0,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(null, task, name, STACK_BYTES, false);
              thread.setDaemon(true);
              thread.setContextClassLoader(null);
              return thread;
            });
  }

  /** Runs a task in a thread of its own; false if there are too many. */
  boolean start(Runnable task) {
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Lets a thread enter a monitor and stay in it, on behalf of the current thread. */
  MonitorHold hold(Object value) {
    MonitorHold hold = new MonitorHold(value);
    hold.startedIs(start(hold));
    return hold;
  }
}
