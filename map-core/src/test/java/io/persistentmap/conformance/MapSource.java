package io.persistentmap.conformance;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** Where a suite has its maps from. */
interface MapSource extends AutoCloseable {
  /** Makes a key that stands for a text. */
  Object key(String text);

  /** Makes a value that stands for a text. */
  Object value(String text);

  /**
   * Makes a map.
   *
   * @param filling puts entries into it, before its life begins
   */
  ConcurrentMap<Object, Object> make(Consumer<ConcurrentMap<Object, Object>> filling);

  @Override
  void close();

  /** Makes what all others are measured by. */
  final class Jdk implements MapSource {
    @Override
    public Object key(String text) {
      return text;
    }

    @Override
    public Object value(String text) {
      return text;
    }

    @Override
    public ConcurrentMap<Object, Object> make(Consumer<ConcurrentMap<Object, Object>> filling) {
      ConcurrentMap<Object, Object> map = new ConcurrentHashMap<>();
      filling.accept(map);
      return map;
    }

    @Override
    public void close() {}
  }
}
