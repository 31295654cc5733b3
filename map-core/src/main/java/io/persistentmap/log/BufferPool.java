package io.persistentmap.log;

import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.Memory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongFunction;

/** Buffers of a segment's size that are used again. Thread-safe. */
public final class BufferPool {
  private static final int MAX_POOLED = 8;

  private final LongFunction<Memory> allocator;

  /** Guarded by this. */
  private final Deque<Memory> pool = new ArrayDeque<>();

  BufferPool(LongFunction<Memory> allocator) {
    this.allocator = allocator;
  }

  /** Takes a buffer, which may hold anything. */
  public Memory take() {
    Memory pooled;
    synchronized (this) {
      pooled = pool.poll();
    }
    return pooled != null ? pooled : allocator.apply(FileLayout.SEGMENT_BYTES);
  }

  /** Takes a buffer back that nobody writes to any more. */
  public synchronized void give(Memory buffer) {
    if (pool.size() < MAX_POOLED) {
      pool.add(buffer);
    }
  }
}
