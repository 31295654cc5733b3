package io.persistentmap.serializer;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The idle Kryo instances of one codec: expensive to make, good for one thread at a time.
 *
 * <p>Not one per thread, since threads may be virtual and many. A thread looks first where it left
 * an instance the last time, so threads seldom meet and never wait. What finds no free slot is left
 * to the garbage collector.
 */
final class GraphPool {
  private final StoredClasses classes;
  private final AtomicReferenceArray<@Nullable Graph> idle;
  private final int mask;

  GraphPool(StoredClasses classes) {
    this.classes = classes;
    int slots = Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1) * 2;
    this.idle = new AtomicReferenceArray<>(slots);
    this.mask = slots - 1;
  }

  /** Returns an instance that nobody else uses. */
  Graph obtain() {
    int home = home();
    for (int i = 0; i <= mask; i++) {
      int slot = (home + i) & mask;
      Graph graph = idle.get(slot);
      if (graph != null && idle.compareAndSet(slot, graph, null)) {
        return graph;
      }
    }
    return new Graph(classes);
  }

  /** Takes back an instance that did all it was asked to do. */
  void free(Graph graph) {
    graph.reset();
    int home = home();
    for (int i = 0; i <= mask; i++) {
      int slot = (home + i) & mask;
      if (idle.get(slot) == null && idle.compareAndSet(slot, null, graph)) {
        return;
      }
    }
  }

  private static int home() {
    return (int) Thread.currentThread().getId();
  }
}
