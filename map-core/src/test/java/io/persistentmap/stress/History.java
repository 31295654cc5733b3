package io.persistentmap.stress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one thread has changed, in order, since all threads stood still: every state that its keys
 * can have after a crash is one of these. Thread-safe.
 */
final class History {
  /** A key that stands for all. */
  private static final int ALL = -1;

  /** The version of a key that is not there. */
  static final long ABSENT = 0;

  /** One change: noted before it begins. */
  private record Change(int key, long version, long begunNanos) {}

  /** Guarded by this: the state before the changes, by key. */
  private final Map<Integer, Long> base = new HashMap<>();

  /** Guarded by this. */
  private final List<Change> changes = new ArrayList<>();

  /** Guarded by this: when each change was known to be done; shorter than the changes. */
  private final List<Long> doneNanos = new ArrayList<>();

  /**
   * The changes of a thread that a state has.
   *
   * @param least so many, or
   * @param most so many, if those between undo each other
   */
  record Prefix(int least, int most) {}

  /** Forgets all changes: this is the state now. */
  synchronized void restart(Map<Integer, Long> state) {
    base.clear();
    base.putAll(state);
    changes.clear();
    doneNanos.clear();
  }

  /** Notes that a key is about to get another version, or to be removed. */
  synchronized void begin(int key, long version) {
    changes.add(new Change(key, version, System.nanoTime()));
  }

  /** Notes that all keys are about to be removed. */
  synchronized void beginClear() {
    begin(ALL, ABSENT);
  }

  /** Notes that all changes that have begun are done. */
  synchronized void done() {
    long now = System.nanoTime();
    while (doneNanos.size() < changes.size()) {
      doneNanos.add(now);
    }
  }

  /** Returns how many changes have begun. */
  synchronized int begunCount() {
    return changes.size();
  }

  /** Returns how many changes are done. */
  synchronized int doneCount() {
    return doneNanos.size();
  }

  /** Returns when the last of so many changes began, or the least long if there are none. */
  synchronized long begunNanos(int count) {
    return count == 0 ? Long.MIN_VALUE : changes.get(count - 1).begunNanos;
  }

  /** Returns when the change behind so many was done, or the largest long if that is not known. */
  synchronized long doneNanos(int count) {
    return count < doneNanos.size() ? doneNanos.get(count) : Long.MAX_VALUE;
  }

  /**
   * Finds how many changes a state has.
   *
   * @param state versions by key
   * @param least it must have so many
   * @param most it can't have more
   * @throws AssertionError if it is none of those states
   */
  synchronized Prefix find(Map<Integer, Long> state, int least, int most) {
    Map<Integer, Long> model = new HashMap<>(base);
    for (Change change : changes.subList(0, least)) {
      apply(change, model);
    }
    Set<Integer> different = new HashSet<>();
    compareAll(model, state, different);
    String closest = least + " changes but for" + describe(model, state, different);
    int closestCount = different.size();
    int first = different.isEmpty() ? least : -1;
    int last = first;
    for (int count = least + 1; count <= most; count++) {
      Change change = changes.get(count - 1);
      apply(change, model);
      if (change.key == ALL) {
        different.clear();
        compareAll(model, state, different);
      } else {
        compare(change.key, model, state, different);
      }
      if (different.isEmpty()) {
        first = first < 0 ? count : first;
        last = count;
      } else if (different.size() < closestCount) {
        closestCount = different.size();
        closest = count + " changes but for" + describe(model, state, different);
      }
    }
    if (first < 0) {
      throw new AssertionError(
          "a state that never was, between "
              + least
              + " and "
              + most
              + " changes; closest to "
              + closest);
    }
    return new Prefix(first, last);
  }

  /**
   * Checks that a state is as expected.
   *
   * @throws AssertionError that tells some of the differences
   */
  static void requireEqual(Map<Integer, Long> state, Map<Integer, Long> expected) {
    Set<Integer> different = new HashSet<>();
    compareAll(expected, state, different);
    if (!different.isEmpty()) {
      throw new AssertionError("not the expected state:" + describe(expected, state, different));
    }
  }

  private static void apply(Change change, Map<Integer, Long> model) {
    if (change.key == ALL) {
      model.clear();
    } else if (change.version == ABSENT) {
      model.remove(change.key);
    } else {
      model.put(change.key, change.version);
    }
  }

  private static void compareAll(
      Map<Integer, Long> model, Map<Integer, Long> state, Set<Integer> different) {
    model.keySet().forEach(key -> compare(key, model, state, different));
    state.keySet().forEach(key -> compare(key, model, state, different));
  }

  private static void compare(
      int key, Map<Integer, Long> model, Map<Integer, Long> state, Set<Integer> different) {
    @Nullable Long expected = model.get(key);
    if (Objects.equals(expected, state.get(key))) {
      different.remove(key);
    } else {
      different.add(key);
    }
  }

  private static String describe(
      Map<Integer, Long> model, Map<Integer, Long> state, Set<Integer> different) {
    StringBuilder text = new StringBuilder();
    different.stream()
        .limit(10)
        .forEach(
            key ->
                text.append(" key ")
                    .append(key)
                    .append(": version ")
                    .append(state.get(key))
                    .append(", not ")
                    .append(model.get(key))
                    .append(';'));
    return text.append(" different in all: ").append(different.size()).toString();
  }
}
