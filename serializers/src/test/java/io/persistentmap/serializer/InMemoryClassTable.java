package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.List;

/** A class table that lives as long as a test. */
final class InMemoryClassTable implements ClassTable {
  private final List<Class<?>> types = new ArrayList<>();

  @Override
  public synchronized int idOf(Class<?> type) {
    int index = types.indexOf(type);
    if (index >= 0) {
      return index + 1;
    }
    types.add(type);
    return types.size();
  }

  @Override
  public synchronized Class<?> classOf(int id) {
    if (id < 1 || id > types.size()) {
      throw new IllegalArgumentException("no class has number " + id);
    }
    return types.get(id - 1);
  }

  synchronized List<Class<?>> types() {
    return List.copyOf(types);
  }
}
