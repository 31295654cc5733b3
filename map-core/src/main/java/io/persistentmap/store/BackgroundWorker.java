package io.persistentmap.store;

import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.MapClosedException;
import io.persistentmap.log.StoreHealth;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread that runs one task whenever it is signalled; it is started by the first signal.
 *
 * <p>A full disk is left to the callers: what could not be done is still in memory, and whoever
 * writes next meets the same error. Any other failure fails the store.
 */
final class BackgroundWorker {
  private final String name;
  private final Runnable task;
  private final StoreHealth health;

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
  }

  /** Asks for a run, which begins after this call. */
  synchronized void signal() {
    if (closed) {
      return;
    }
    signalled = true;
    if (thread == null) {
      thread = new Thread(this::loop, name);
      thread.setDaemon(true);
      thread.start();
    }
    notifyAll();
  }

  private void loop() {
    while (awaitSignal()) {
      try {
        task.run();
      } catch (DiskFullException | FileAccessException | MapClosedException e) {
        // The next writer or checkpoint meets it, too; nothing is lost meanwhile.
      } catch (Throwable e) {
        health.failInBackground(name, e);
      }
    }
  }

  private synchronized boolean awaitSignal() {
    running = false;
    notifyAll();
    while (!signalled && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Only close() ends this thread.
      }
    }
    signalled = false;
    running = !closed;
    return running;
  }

  /** Waits until there is nothing to do. */
  synchronized void awaitIdle() throws InterruptedException {
    while ((signalled || running) && !closed) {
      wait();
    }
  }

  /** Ends the thread after the run that it is in, and waits for that. */
  synchronized void close() {
    closed = true;
    notifyAll();
    boolean interrupted = false;
    while (running) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
