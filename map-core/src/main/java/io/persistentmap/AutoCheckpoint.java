package io.persistentmap;

import io.persistentmap.log.StoreHealth;
import io.persistentmap.store.Retries;
import io.persistentmap.store.Store;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Makes a checkpoint from time to time, in a daemon thread of its own.
 *
 * <p>A checkpoint that fails here costs what one costs that the application makes: it is tried
 * again, after a pause that is never longer than the interval, and the logger is told once of each
 * kind of failure until one succeeds. Only a store that has failed, or was closed, ends it. The
 * loop allocates nothing, so that a full heap does not end it, either.
 */
final class AutoCheckpoint {
  private final Store store;
  private final long intervalNanos;
  private final Retries retries;

  /** Guarded by this. */
  private boolean closed;

  AutoCheckpoint(Store store, Duration interval) {
    this.store = store;
    this.intervalNanos = TimeUnit.NANOSECONDS.convert(interval); // the longest there is, if longer
    StoreHealth health = store.health();
    this.retries = new Retries(health.path(), "the automatic checkpoint");
    Thread thread =
        new Thread(this::loop, "persistentmap " + health.path().getFileName() + " checkpoint");
    thread.setDaemon(true);
    thread.start();
  }

  private void loop() {
    boolean goesOn = true;
    while (goesOn && awaitNext()) {
      try {
        goesOn = checkpoint();
      } catch (Throwable e) {
        // Not even the failure could be told, on a full heap: the next one meets it again.
        retries.backOff();
      }
    }
  }

  /** Returns whether there is to be another one. */
  private boolean checkpoint() {
    try {
      store.checkpoint();
      retries.succeeded();
      return true;
    } catch (MapClosedException e) {
      return !store.health().isClosed(); // closing may yet fail, and leave the map open
    } catch (Throwable e) {
      if (store.health().hasFailed()) {
        retries.ended(e);
        return false;
      }
      retries.failed(e);
      return true;
    }
  }

  /** Waits until it is time; false if it was closed meanwhile. */
  private synchronized boolean awaitNext() {
    long pause = retries.pauseNanos();
    long nanos = pause == 0 ? intervalNanos : Math.min(pause, intervalNanos);
    long begin = System.nanoTime();
    long left = nanos;
    while (!closed && left > 0) {
      try {
        wait(1 + TimeUnit.NANOSECONDS.toMillis(left));
      } catch (InterruptedException e) {
        // Only close() ends this thread.
      }
      left = nanos - (System.nanoTime() - begin);
    }
    return !closed;
  }

  /** Ends it after the checkpoint that is being made; does not wait for that. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
