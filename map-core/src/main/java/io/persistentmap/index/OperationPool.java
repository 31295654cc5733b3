package io.persistentmap.index;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few operations for reuse, found by thread: not one per thread, since there may be a million
 * virtual ones. Thread-safe, and never blocks.
 */
public final class OperationPool {
  private static final int MAX_RETAINED_BYTES = 1 << 20;
  private static final int STRIDE = 16; // slots of different threads are on different cache lines

  private final AtomicReferenceArray<Operation> pool;
  private final int mask;

  /** Creates an empty pool. */
  public OperationPool() {
    int slots = Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4);
    mask = slots - 1;
    pool = new AtomicReferenceArray<>(slots * STRIDE);
  }

  /** Takes an operation, which {@link #give} should get back. */
  public Operation take() {
    Operation pooled = pool.getAndSet(slot(), null);
    return pooled != null ? pooled : new Operation();
  }

  /** Gives an operation back, unless it has grown large. */
  public void give(Operation operation) {
    operation.forget();
    if (operation.owes == 0 && operation.retainedBytes() <= MAX_RETAINED_BYTES) {
      pool.lazySet(slot(), operation);
    }
  }

  @SuppressWarnings("deprecation") // threadId() came with 19
  private int slot() {
    return ((int) Thread.currentThread().getId() & mask) * STRIDE;
  }
}
