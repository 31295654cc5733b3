package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.List;

/** A class table that lives as long as a test. */
final class InMemoryClassTable implements ClassTable {
  private final List<String> descriptions = new ArrayList<>();

  @Override
  public synchronized int numberOf(String description) {
    int index = descriptions.indexOf(description);
    if (index >= 0) {
      return index + 1;
    }
    descriptions.add(description);
    return descriptions.size();
  }

  @Override
  public synchronized String descriptionOf(int number) {
    if (number < 1 || number > descriptions.size()) {
      throw new IllegalArgumentException("no class has number " + number);
    }
    return descriptions.get(number - 1);
  }

  @Override
  public synchronized int size() {
    return descriptions.size();
  }

  synchronized List<String> descriptions() {
    return List.copyOf(descriptions);
  }

  /** Returns the names of the classes, in the order of their numbers. */
  synchronized List<String> names() {
    return descriptions.stream().map(text -> Schema.parse(text).name()).toList();
  }
}
