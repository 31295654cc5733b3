package io.persistentmap.store;

import io.persistentmap.FileAccessException;
import io.persistentmap.ResourceExhaustedException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * What becomes of work that failed and that no caller waits for. What may pass ({@link #mayPass})
 * is tried again, after a pause that grows with each failure up to a bound; the logger is told once
 * of each kind of it until the work succeeds, and once of that. For one thread at a time.
 */
public final class Retries {
  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path path;
  private final String work;
  private final Supplier<Logger> logger;
  private final Set<Class<?>> told = new HashSet<>();
  private long pauseNanos;

  /**
   * Nothing has failed yet.
   *
   * @param path of the store
   * @param work what is done, for the logger
   */
  public Retries(Path path, String work) {
    this(path, work, Warnings::logger);
  }

  Retries(Path path, String work, Supplier<Logger> logger) {
    this.path = path;
    this.work = work;
    this.logger = logger;
  }

  /**
   * Says whether a failure left all as it was, so that the same work can succeed later: the system
   * lacked something, the path could not be used, or the heap was full.
   */
  public static boolean mayPass(Throwable failure) {
    return failure instanceof ResourceExhaustedException
        || failure instanceof FileAccessException
        || failure instanceof OutOfMemoryError;
  }

  /** Makes the pause longer; allocates nothing. */
  public void backOff() {
    pauseNanos = Math.min(Math.max(2 * pauseNanos, SHORTEST_PAUSE_NANOS), LONGEST_PAUSE_NANOS);
  }

  /** Notes a failure, and tells of it unless one of its kind has been told. */
  public void failed(Throwable failure) {
    backOff();
    Class<?> kind = failure.getClass();
    if (!told.contains(kind)) {
      tell(
          () -> {
            logger.get().warn(path + ": " + work + " failed, and is tried again", failure);
            told.add(kind);
          });
    }
  }

  /** Notes a success, and tells of it if a failure has been told. */
  public void succeeded() {
    pauseNanos = 0;
    if (!told.isEmpty()) {
      tell(
          () -> {
            logger.get().info(path + ": " + work + " works again");
            told.clear();
          });
    }
  }

  /** Notes that nothing is to be tried again. */
  void giveUp() {
    pauseNanos = 0;
  }

  /** Tells that the work has ended for good. */
  public void ended(Throwable failure) {
    giveUp();
    tell(() -> logger.get().warn(path + ": " + work + " has ended", failure));
  }

  /** Returns how long to wait before the next try; 0 if nothing has failed. */
  public long pauseNanos() {
    return pauseNanos;
  }

  /** The heap may still be full, or the logger broken: then it is told the next time. */
  private static void tell(Runnable message) {
    try {
      message.run();
    } catch (OutOfMemoryError | RuntimeException e) {
      // The work counts, and goes on.
    }
  }
}
