package io.persistentmap.live;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A map and a set that always agree, for who holds the object's monitor. */
final class Pair {
  private static final int MOST = 64;

  private final Map<Integer, String> names = new HashMap<>();
  private final Set<Integer> numbers = new HashSet<>();
  private long changes;

  /** Changes both, and takes its time in between. */
  synchronized void change(int seed) {
    int number = Math.floorMod(seed * 31, MOST);
    if (numbers.remove(number)) {
      Thread.onSpinWait();
      names.remove(number);
    } else {
      numbers.add(number);
      Thread.onSpinWait();
      names.put(number, "n" + number);
    }
    changes++;
  }

  /** Changes the count only. */
  synchronized void touch() {
    changes++;
  }

  synchronized long changes() {
    return changes;
  }

  /** Says what is wrong, or nothing. */
  synchronized String tear() {
    return names.keySet().equals(numbers) ? "" : "names " + names.keySet() + ", numbers " + numbers;
  }

  @Override
  public synchronized boolean equals(Object other) {
    return other instanceof Pair pair
        && names.equals(pair.names)
        && numbers.equals(pair.numbers)
        && changes == pair.changes;
  }

  @Override
  public synchronized int hashCode() {
    return Objects.hash(names, numbers);
  }
}
