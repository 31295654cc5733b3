package io.persistentmap.jcstress;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * What each sample needs for itself and is too expensive to be made for each: the state takes it,
 * the arbiter gives it back as it was. Thread-safe.
 */
final class Pool<T> {
  private final Queue<T> free = new ConcurrentLinkedQueue<>();
  private final Supplier<T> maker;

  Pool(Supplier<T> maker) {
    this.maker = maker;
  }

  T take() {
    T taken = free.poll();
    return taken != null ? taken : maker.get();
  }

  void give(T given) {
    free.add(given);
  }
}
