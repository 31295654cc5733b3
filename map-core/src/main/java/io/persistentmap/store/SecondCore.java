package io.persistentmap.store;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Does work on another core while its one caller reads on; what that core can't keep up with, the
 * caller does itself. Buffers go round, so that reading a large file allocates little.
 *
 * <p>One thread and a short queue instead of a common pool: on two cores that pool starts a thread
 * for each task.
 */
final class SecondCore implements AutoCloseable {
  private static final int MAX_WAITING = 4;

  private final int bufferBytes;
  private final Thread worker;

  /** Guarded by this. */
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

  /** Guarded by this. */
  private final ArrayDeque<byte[]> buffers = new ArrayDeque<>();

  /** Guarded by this. */
  private @Nullable Throwable failure;

  /** Guarded by this. */
  private boolean busy;

  /** Guarded by this. */
  private boolean closed;

  /**
   * Starts the thread.
   *
   * @param bufferBytes length of a new buffer
   */
  SecondCore(int bufferBytes) {
    this.bufferBytes = bufferBytes;
    worker = new Thread(this::work, "persistentmap open");
    worker.setDaemon(true);
    worker.start();
  }

  /** Returns a buffer, which may be given back when it is not needed any more. */
  synchronized byte[] takeBuffer() {
    byte[] buffer = buffers.poll();
    return buffer != null ? buffer : new byte[bufferBytes];
  }

  /** Takes a buffer, perhaps a larger one, back. */
  synchronized void giveBuffer(byte[] buffer) {
    if (buffers.size() <= MAX_WAITING) {
      buffers.push(buffer);
    }
  }

  /**
   * Does work there, or here.
   *
   * @throws RuntimeException what this or earlier work has thrown
   */
  void run(Runnable task) {
    if (!offer(task)) {
      task.run();
    }
  }

  private synchronized boolean offer(Runnable task) {
    rethrow();
    if (waiting.size() >= MAX_WAITING) {
      return false;
    }
    waiting.add(task);
    notifyAll();
    return true;
  }

  /**
   * Waits until all work is done.
   *
   * @throws RuntimeException what some of it has thrown
   */
  synchronized void await() {
    boolean interrupted = false;
    while (busy || !waiting.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    rethrow();
  }

  private void rethrow() {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
  }

  private void work() {
    Runnable task = next();
    while (task != null) {
      try {
        task.run();
      } catch (Throwable e) {
        fail(e);
      }
      task = next();
    }
  }

  private synchronized @Nullable Runnable next() {
    busy = false;
    notifyAll();
    while (waiting.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        return null; // nobody else knows this thread
      }
    }
    busy = !waiting.isEmpty();
    return waiting.poll();
  }

  private synchronized void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** Ends the thread; work that waits is not done. */
  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
    notifyAll();
  }
}
