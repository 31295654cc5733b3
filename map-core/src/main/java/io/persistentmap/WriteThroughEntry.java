package io.persistentmap;

import java.io.Serial;
import java.util.AbstractMap;

/** An entry as it was when it was read, whose {@code setValue} puts. */
final class WriteThroughEntry<K, V> extends AbstractMap.SimpleEntry<K, V> {
  @Serial private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // not meant to be serialised: SimpleEntry is
  private final transient Entries<K, V> entries;

  WriteThroughEntry(Entries<K, V> entries, K key, V value) {
    super(key, value);
    this.entries = entries;
  }

  @Override
  public V setValue(V value) {
    entries.set(getKey(), value);
    return super.setValue(value);
  }
}
