package io.persistentmap.lincheck;

import io.persistentmap.index.IndexMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one thread alone would get from each operation that is tested here. */
public class MapModel {
  private final Map<Integer, Integer> map = new HashMap<>();

  public MapModel() {
    for (int key = 0; key < IndexMap.FILLED; key++) {
      map.put(key, IndexMap.FIRST_VALUE);
    }
  }

  public @Nullable Integer get(int key) {
    return map.get(key);
  }

  public boolean contains(int key) {
    return map.containsKey(key);
  }

  public @Nullable Integer put(int key, int value) {
    return map.put(key, value);
  }

  public @Nullable Integer putIfAbsent(int key, int value) {
    return map.putIfAbsent(key, value);
  }

  public @Nullable Integer replace(int key, int value) {
    return map.replace(key, value);
  }

  public @Nullable Integer remove(int key) {
    return map.remove(key);
  }

  /** Removes what becomes 0. */
  public int add(int key, int summand) {
    int sum = map.getOrDefault(key, 0) + summand;
    if (sum == 0) {
      map.remove(key);
    } else {
      map.put(key, sum);
    }
    return sum;
  }

  public void clear() {
    map.clear();
  }

  public int countIterated() {
    return 1;
  }

  public void relocate(int key) {}

  public void checkpoint() {}

  public @Nullable Integer putAndFlush(int key, int value) {
    map.put(key, value);
    return value;
  }

  public void flush() {}
}
