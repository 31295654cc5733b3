package io.persistentmap;

import io.persistentmap.store.Store;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Makes a checkpoint from time to time. */
final class AutoCheckpoint {
  private final Store store;
  private final ScheduledExecutorService executor;

  AutoCheckpoint(Store store, Duration interval) {
    this.store = store;
    this.executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread =
                  new Thread(
                      task, "persistentmap " + store.health().path().getFileName() + " checkpoint");
              thread.setDaemon(true);
              return thread;
            });
    long nanos = TimeUnit.NANOSECONDS.convert(interval); // the longest there is, if it is longer
    // The future would only repeat what the map itself says of a failure.
    var unused = executor.scheduleWithFixedDelay(this::run, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void run() {
    try {
      store.checkpoint();
    } catch (DiskFullException | UnstorableException | OutOfMemoryError e) {
      store.warn("automatic checkpoint failed, and will be tried again", e);
    } catch (RuntimeException e) {
      if (!store.health().isClosed()) {
        store.health().failInBackground(Thread.currentThread().getName(), e);
      }
      throw e; // ends the schedule
    }
  }

  void close() {
    executor.shutdown();
  }
}
