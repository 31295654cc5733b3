package io.persistentmap;

import io.persistentmap.index.HashIndex;
import java.util.AbstractCollection;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;

/** The three views of a map. */
final class MapViews {
  private MapViews() {}

  /** The keys. */
  static final class Keys<K, V> extends AbstractSet<K> {
    private final PersistentMap<K, V> map;

    Keys(PersistentMap<K, V> map) {
      this.map = map;
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean isEmpty() {
      return map.isEmpty();
    }

    @Override
    public boolean contains(Object key) {
      return map.containsKey(key);
    }

    @Override
    public boolean remove(Object key) {
      return map.entries().delete(key);
    }

    @Override
    public void clear() {
      map.clear();
    }

    @Override
    public boolean removeAll(Collection<?> keys) {
      return removeEach(this, keys);
    }

    @Override
    public Iterator<K> iterator() {
      Entries<K, V> entries = map.entries();
      return new EntryIterator<>(entries, Element::key);
    }

    @Override
    public Spliterator<K> spliterator() {
      return unsized(iterator(), Spliterator.DISTINCT);
    }
  }

  /** The values. */
  static final class Values<K, V> extends AbstractCollection<V> {
    private final PersistentMap<K, V> map;

    Values(PersistentMap<K, V> map) {
      this.map = map;
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean isEmpty() {
      return map.isEmpty();
    }

    @Override
    public boolean contains(Object value) {
      return map.containsValue(value);
    }

    @Override
    public void clear() {
      map.clear();
    }

    @Override
    public Iterator<V> iterator() {
      Entries<K, V> entries = map.entries();
      return new EntryIterator<>(entries, Element::value);
    }

    @Override
    public Spliterator<V> spliterator() {
      return unsized(iterator(), 0);
    }
  }

  /** The entries. */
  static final class EntrySet<K, V> extends AbstractSet<Map.Entry<K, V>> {
    private final PersistentMap<K, V> map;

    EntrySet(PersistentMap<K, V> map) {
      this.map = map;
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean isEmpty() {
      return map.isEmpty();
    }

    @Override
    public boolean contains(Object object) {
      return object instanceof Map.Entry<?, ?> entry
          && entry.getKey() != null
          && entry.getValue() != null
          && entry.getValue().equals(map.get(entry.getKey()));
    }

    @Override
    public boolean remove(Object object) {
      return object instanceof Map.Entry<?, ?> entry
          && entry.getKey() != null
          && entry.getValue() != null
          && map.remove(entry.getKey(), entry.getValue());
    }

    /** Puts, and says whether the map has changed, as {@code ConcurrentHashMap} does. */
    @Override
    public boolean add(Map.Entry<K, V> entry) {
      return map.entries().put(entry.getKey(), entry.getValue(), HashIndex.When.ALWAYS) == null;
    }

    @Override
    public void clear() {
      map.clear();
    }

    @Override
    public boolean removeAll(Collection<?> objects) {
      return removeEach(this, objects);
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
      Entries<K, V> entries = map.entries();
      return new EntryIterator<>(
          entries,
          element -> {
            V value = element.value();
            return value == null ? null : new WriteThroughEntry<>(entries, element.key(), value);
          });
    }

    @Override
    public Spliterator<Map.Entry<K, V>> spliterator() {
      return unsized(iterator(), Spliterator.DISTINCT);
    }
  }

  /** Not by the smaller of the two, as AbstractSet does: an iteration here reads the whole map. */
  private static boolean removeEach(Set<?> set, Collection<?> objects) {
    boolean changed = false;
    if (objects.size() > set.size() && !(objects instanceof java.util.List)) {
      return set.removeIf(objects::contains);
    }
    for (Object object : objects) {
      changed |= object != null && set.remove(object);
    }
    return changed;
  }

  /** The size may change while a stream runs, so it is not promised. */
  private static <T> Spliterator<T> unsized(Iterator<T> iterator, int characteristics) {
    return Spliterators.spliteratorUnknownSize(
        iterator, characteristics | Spliterator.CONCURRENT | Spliterator.NONNULL);
  }
}
