package io.persistentmap.store;

import io.persistentmap.MapClosedException;
import io.persistentmap.log.StoreHealth;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread that runs one task whenever it is signalled; it is started by the first signal.
 *
 * <p>What {@linkplain Retries may pass} is tried again, by the next signal or after a pause, and
 * whoever writes meanwhile meets the same error. Any other failure fails the store.
 */
final class BackgroundWorker {
  /** How often who waits looks whether the thread has ended with an error. */
  private static final long LOOK_MILLIS = 100;

  private final String name;
  private final Runnable task;
  private final StoreHealth health;

  /** Used by the thread alone. */
  private final Retries retries;

  /** Guarded by this. */
  private @Nullable Thread thread;

  /** Guarded by this. */
  private boolean signalled;

  /** Guarded by this. */
  private boolean running;

  /** Guarded by this. */
  private boolean closed;

  BackgroundWorker(String name, Runnable task, StoreHealth health) {
    this.name = name;
    this.task = task;
    this.health = health;
    this.retries = new Retries(health.path(), "the work of thread " + name);
  }

  /** Asks for a run, which begins after this call. */
  synchronized void signal() {
    if (closed) {
      return;
    }
    signalled = true;
    if (thread == null) {
      thread = start();
    }
    notifyAll();
  }

  /** Returns null if the system can't have one more thread now: the next signal tries again. */
  private @Nullable Thread start() {
    try {
      Thread started = new Thread(this::loop, name);
      started.setDaemon(true);
      started.start();
      return started;
    } catch (OutOfMemoryError e) {
      return null;
    }
  }

  private void loop() {
    try {
      while (awaitSignal(retries.pauseNanos())) {
        try {
          runOnce();
        } catch (Throwable e) {
          // Not even the failure could be noted, on a full heap: the next run meets it again.
          retries.backOff();
        }
      }
    } catch (Throwable e) {
      health.broken = e; // nobody does the work any more; who waits for it looks from time to time
      synchronized (this) {
        running = false;
      }
    }
  }

  private void runOnce() {
    try {
      task.run();
      retries.succeeded();
    } catch (MapClosedException e) {
      retries.giveUp(); // there is nothing to do any more
    } catch (Throwable e) {
      if (Retries.mayPass(e)) {
        retries.failed(e);
      } else {
        health.failInBackground(name, e);
        retries.giveUp();
      }
    }
  }

  /**
   * Waits for a signal, or until it is time to try again.
   *
   * @param pauseNanos until then; 0 if the last run succeeded
   * @return false if it was closed
   */
  private synchronized boolean awaitSignal(long pauseNanos) {
    running = false;
    notifyAll();
    long begin = System.nanoTime();
    long left = pauseNanos;
    while (!signalled && !closed && left >= 0) {
      try {
        wait(pauseNanos == 0 ? 0 : 1 + TimeUnit.NANOSECONDS.toMillis(left)); // 0 is for ever
      } catch (InterruptedException e) {
        // Only close() ends this thread.
      }
      left = pauseNanos == 0 ? 0 : pauseNanos - (System.nanoTime() - begin);
    }
    signalled = false;
    running = !closed;
    return running;
  }

  /** Waits until there is nothing to do, or what failed is to be tried again later. */
  synchronized void awaitIdle() throws InterruptedException {
    while (thread != null && (signalled || running) && !closed && health.broken == null) {
      wait(LOOK_MILLIS);
    }
  }

  /** Ends the thread after the run that it is in, and waits for that. */
  synchronized void close() {
    closed = true;
    notifyAll();
    boolean interrupted = false;
    while (running) {
      try {
        wait(LOOK_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
