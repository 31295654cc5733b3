package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of no file: class numbers that nobody else sees. Thread-safe. */
final class HeapClassTable implements ClassTable {
  private final List<String> descriptions = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  @Override
  public synchronized int numberOf(String description) {
    return numbers.computeIfAbsent(
        description,
        added -> {
          descriptions.add(added);
          return descriptions.size();
        });
  }

  @Override
  public synchronized String descriptionOf(int number) {
    return descriptions.get(number - 1);
  }

  @Override
  public synchronized int size() {
    return descriptions.size();
  }
}
