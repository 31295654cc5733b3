package io.persistentmap.serializer;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the work that it takes to put elements into a set, or keys into a map.
 *
 * <p>The hash code of a collection asks all its elements. A few dozen sets of which each holds the
 * next two twice over have a hash code that takes years, in a kilobyte. So what elements hold is
 * counted as often as it will be asked. The classes of users count as one: what theirs do is known
 * to nobody. Writing refuses what reading would.
 */
final class HashWork {
  /** About a second for writing; reading allows more, so that it never refuses what was written. */
  static final long MAX_STEPS = 100_000_000;

  private final long maxSteps;
  private final IdentityHashMap<Object, Long> known = new IdentityHashMap<>();
  private long steps;

  HashWork(long maxSteps) {
    this.maxSteps = maxSteps;
  }

  /** Returns whether the hash code of an object asks others. */
  static boolean asksOthers(@Nullable Object element) {
    return element instanceof Collection<?>
        || element instanceof Map<?, ?>
        || element instanceof Map.Entry<?, ?>
        || element instanceof Optional<?>
        || element instanceof Record;
  }

  /** Returns whether an element may be added to those before. */
  boolean admits(@Nullable Object element) {
    steps = sum(steps, of(element));
    return steps < maxSteps;
  }

  private long of(@Nullable Object object) {
    if (object == null || !asksOthers(object)) {
      return 1;
    }
    Long before = known.putIfAbsent(object, 1L); // 1 as long as it is counted: it is in a cycle
    if (before != null) {
      return before;
    }
    long count = 1;
    if (object instanceof Collection<?> collection) {
      count = ofAll(collection);
    } else if (object instanceof Map<?, ?> map) {
      count = sum(ofAll(map.keySet()), ofAll(map.values()));
    } else if (object instanceof Map.Entry<?, ?> entry) {
      count = sum(of(entry.getKey()), of(entry.getValue()));
    } else if (object instanceof Optional<?> optional) {
      count = of(optional.orElse(null));
    } else {
      for (Object component : RecordShape.of(object.getClass()).components(object)) {
        count = sum(count, of(component));
      }
    }
    known.put(object, count);
    return count;
  }

  private long ofAll(Collection<?> elements) {
    long count = 1;
    for (Object element : elements) {
      count = sum(count, of(element));
      if (count == maxSteps) {
        break;
      }
    }
    return count;
  }

  private long sum(long a, long b) {
    return Math.min(a + b, maxSteps);
  }
}
