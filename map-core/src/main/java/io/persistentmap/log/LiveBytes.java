package io.persistentmap.log;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of a segment are live, by map. The store itself and its first maps have counters
 * of their own, since those are changed with each append; others are in a table, so that a thousand
 * maps cost a segment nothing that has no records of theirs. Thread-safe.
 */
final class LiveBytes {
  /** Maps with a counter of their own, and the store. */
  private static final int FIRST = 4;

  private final AtomicLong[] first = new AtomicLong[FIRST];
  private volatile @Nullable Map<Integer, AtomicLong> others;

  /** Takes the bytes of a map. */
  interface Action {
    /** Takes them; a map may come that has none. */
    void accept(int map, long bytes);
  }

  LiveBytes() {
    for (int i = 0; i < FIRST; i++) {
      first[i] = new AtomicLong();
    }
  }

  void add(int map, long bytes) {
    if (map < FIRST) {
      first[map].addAndGet(bytes);
    } else {
      others().computeIfAbsent(map, unused -> new AtomicLong()).addAndGet(bytes);
    }
  }

  /** Takes all of a map's bytes as dead. */
  void clear(int map) {
    Map<Integer, AtomicLong> present = others;
    if (map < FIRST) {
      first[map].set(0);
    } else if (present != null) {
      AtomicLong counter = present.get(map);
      if (counter != null) {
        counter.set(0);
      }
    }
  }

  long sum() {
    long sum = 0;
    for (AtomicLong counter : first) {
      sum += counter.get();
    }
    Map<Integer, AtomicLong> present = others;
    if (present != null) {
      for (AtomicLong counter : present.values()) {
        sum += counter.get();
      }
    }
    return sum;
  }

  /** Returns the bytes of a map. */
  long of(int map) {
    Map<Integer, AtomicLong> present = others;
    AtomicLong counter = map < FIRST ? first[map] : present == null ? null : present.get(map);
    return counter == null ? 0 : counter.get();
  }

  /** Passes on the bytes of all maps. */
  void forEach(Action action) {
    for (int map = 0; map < FIRST; map++) {
      action.accept(map, first[map].get());
    }
    Map<Integer, AtomicLong> present = others;
    if (present != null) {
      present.forEach((map, counter) -> action.accept(map, counter.get()));
    }
  }

  private Map<Integer, AtomicLong> others() {
    Map<Integer, AtomicLong> present = others;
    return present != null ? present : makeOthers();
  }

  private synchronized Map<Integer, AtomicLong> makeOthers() {
    Map<Integer, AtomicLong> present = others;
    if (present == null) {
      present = new ConcurrentHashMap<>();
      others = present;
    }
    return present;
  }
}
