package io.persistentmap;

import org.jspecify.annotations.Nullable;

/**
 * What user code decided about an entry.
 *
 * @param verdict what is to be done
 * @param value the new value, for {@code PUT}
 * @param result what the caller gets
 */
record Decision<V, R>(Decision.Verdict verdict, @Nullable V value, @Nullable R result) {
  /** What is to be done. */
  enum Verdict {
    LEAVE,
    PUT,
    REMOVE
  }

  static <V, R> Decision<V, R> leave(@Nullable R result) {
    return new Decision<>(Verdict.LEAVE, null, result);
  }

  static <V, R> Decision<V, R> put(V value, @Nullable R result) {
    return new Decision<>(Verdict.PUT, value, result);
  }

  static <V, R> Decision<V, R> remove(@Nullable R result) {
    return new Decision<>(Verdict.REMOVE, null, result);
  }
}
