package io.persistentmap.index;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets a thread of its own produce what one caller consumes, a few items ahead. The producer must
 * not run code of the program, since the caller waits for it, and may be initialising a class.
 *
 * @param <T> items
 */
final class ReadAhead<T> {
  private static final int MOST_WAITING = 4;

  /** Guarded by this. */
  private final ArrayDeque<T> waiting = new ArrayDeque<>();

  /** Guarded by this. */
  private @Nullable Throwable failure;

  /** Guarded by this: there will be no more items. */
  private boolean ended;

  /** Guarded by this: nobody wants more items. */
  private boolean cancelled;

  /** Thrown to end the producer when its consumer has failed. */
  private static final class Cancelled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Cancelled() {
      super("nobody wants more", null, false, false);
    }
  }

  private ReadAhead() {}

  /**
   * Runs the producer, and consumes in the current thread what it gives.
   *
   * @throws RuntimeException what one of them has thrown
   */
  static <T> void run(String name, Consumer<Consumer<T>> producer, Consumer<T> consumer) {
    ReadAhead<T> items = new ReadAhead<>();
    Thread thread = new Thread(null, () -> items.produce(producer), name, 0, false);
    thread.setDaemon(true);
    thread.start();
    try {
      T item = items.take();
      while (item != null) {
        consumer.accept(item);
        item = items.take();
      }
    } finally {
      items.cancel();
    }
  }

  private void produce(Consumer<Consumer<T>> producer) {
    Throwable failed = null;
    try {
      producer.accept(this::put);
    } catch (Cancelled e) {
      // The consumer has thrown something, and tells of that.
    } catch (Throwable e) {
      failed = e;
    }
    end(failed);
  }

  private synchronized void put(T item) {
    while (waiting.size() >= MOST_WAITING && !cancelled) {
      try {
        wait();
      } catch (InterruptedException e) {
        cancelled = true; // nobody else knows this thread
      }
    }
    if (cancelled) {
      throw new Cancelled();
    }
    waiting.add(item);
    notifyAll();
  }

  private synchronized void end(@Nullable Throwable failed) {
    failure = failed;
    ended = true;
    notifyAll();
  }

  private synchronized @Nullable T take() {
    boolean interrupted = false;
    while (waiting.isEmpty() && !ended) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    T item = waiting.poll();
    notifyAll();
    if (item == null) {
      rethrow();
    }
    return item;
  }

  private void rethrow() {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
  }

  /** Ends the thread, and waits for that: what it reads may be closed next. */
  private synchronized void cancel() {
    cancelled = true;
    waiting.clear();
    notifyAll();
    boolean interrupted = false;
    while (!ended) {
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
