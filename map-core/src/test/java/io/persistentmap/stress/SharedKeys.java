package io.persistentmap.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Keys that all threads change at once, in ways whose sum is known: counters, and a lock. Thread-
 * safe.
 */
final class SharedKeys {
  private static final int COUNT = 4;
  private static final String MERGED = "merged ";
  private static final String SWAPPED = "swapped ";
  private static final String LOCK = "lock ";

  private final AtomicLongArray begun = new AtomicLongArray(2 * COUNT);
  private final AtomicLongArray done = new AtomicLongArray(2 * COUNT);

  /** Each guarded by the lock in the map of that number, and by nothing else. */
  private final long[] guarded = new long[COUNT];

  private final AtomicLongArray locked = new AtomicLongArray(COUNT);

  /** Says whether a key is one of these. */
  static boolean isShared(Object key) {
    return key instanceof String text
        && (text.startsWith(MERGED) || text.startsWith(SWAPPED) || text.startsWith(LOCK));
  }

  /** Takes one step of a thread. */
  void step(ConcurrentMap<Object, Object> map, SplittableRandom random, long thread) {
    int number = random.nextInt(COUNT);
    switch (random.nextInt(3)) {
      case 0 -> {
        begun.incrementAndGet(number);
        map.merge(MERGED + number, 1L, (old, one) -> (Long) old + (Long) one);
        done.incrementAndGet(number);
      }
      case 1 -> swap(map, number);
      default -> lock(map, number, thread);
    }
  }

  private void swap(ConcurrentMap<Object, Object> map, int number) {
    String key = SWAPPED + number;
    begun.incrementAndGet(COUNT + number);
    Object old = map.putIfAbsent(key, 1L);
    while (old != null && !map.replace(key, old, (Long) old + 1)) {
      old = Objects.requireNonNull(map.get(key));
    }
    done.incrementAndGet(COUNT + number);
  }

  private void lock(ConcurrentMap<Object, Object> map, int number, long thread) {
    String key = LOCK + number;
    if (map.putIfAbsent(key, thread) == null) {
      guarded[number]++;
      assertThat(map.get(key)).isEqualTo(thread);
      locked.incrementAndGet(number);
      assertThat(map.remove(key, thread + 1)).isFalse();
      assertThat(map.remove(key, thread)).isTrue();
    }
  }

  /** Returns how many steps of each counter are done. */
  long[] doneCounts() {
    return counts(done);
  }

  /** Returns how many steps of each counter have begun. */
  long[] begunCounts() {
    return counts(begun);
  }

  private static long[] counts(AtomicLongArray array) {
    long[] counts = new long[array.length()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = array.get(i);
    }
    return counts;
  }

  /** Checks that each counter in a map is at least and at most so large. */
  static void check(ConcurrentMap<Object, Object> map, long[] least, long[] most) {
    for (int i = 0; i < least.length; i++) {
      String key = i < COUNT ? MERGED + i : SWAPPED + (i - COUNT);
      @Nullable Object value = map.get(key);
      long count = value == null ? 0 : (Long) value;
      assertThat(count).as(key).isBetween(least[i], most[i]);
    }
  }

  /** While no thread takes a step, checks that no two of them ever held a lock at once. */
  void checkLocks(ConcurrentMap<Object, Object> map) {
    for (int number = 0; number < COUNT; number++) {
      assertThat(map.containsKey(LOCK + number)).isFalse();
      assertThat(guarded[number]).isEqualTo(locked.get(number));
    }
  }

  /** While no thread takes a step, notes that the map has been cleared. */
  void cleared() {
    for (int i = 0; i < begun.length(); i++) {
      begun.set(i, 0);
      done.set(i, 0);
    }
  }
}
