package io.persistentmap;

import io.persistentmap.index.HashIndex;
import java.util.AbstractCollection;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The three views of a map. */
final class MapViews {
  /** So many objects are removed one by one. */
  private static final int FEW = 16;

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
    public boolean addAll(Collection<? extends K> keys) {
      throw new UnsupportedOperationException("a key needs a value: put them into the map");
    }

    @Override
    public boolean containsAll(Collection<?> keys) {
      return containsEach(this, keys);
    }

    @Override
    public boolean removeAll(Collection<?> keys) {
      map.entries().refuseIfReadOnly();
      return removeEach(this, keys);
    }

    @Override
    public boolean removeIf(Predicate<? super K> condition) {
      map.entries().refuseIfReadOnly();
      return super.removeIf(condition);
    }

    @Override
    public boolean retainAll(Collection<?> objects) {
      map.entries().refuseIfReadOnly();
      return super.retainAll(objects);
    }

    @Override
    public Iterator<K> iterator() {
      Entries<K, V> entries = map.entries();
      return new EntryIterator<>(entries, Element::key);
    }

    @Override
    public Spliterator<K> spliterator() {
      Entries<K, V> entries = map.entries();
      return new EntrySpliterator<>(entries, Element::key, Spliterator.DISTINCT);
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
    public boolean addAll(Collection<? extends V> values) {
      throw new UnsupportedOperationException("a value needs a key: put them into the map");
    }

    @Override
    public boolean containsAll(Collection<?> values) {
      return containsEach(this, values);
    }

    @Override
    public boolean remove(Object value) {
      map.entries().refuseIfReadOnly();
      return super.remove(value);
    }

    @Override
    public boolean removeAll(Collection<?> values) {
      map.entries().refuseIfReadOnly();
      return super.removeAll(values);
    }

    @Override
    public boolean removeIf(Predicate<? super V> condition) {
      map.entries().refuseIfReadOnly();
      return super.removeIf(condition);
    }

    @Override
    public boolean retainAll(Collection<?> objects) {
      map.entries().refuseIfReadOnly();
      return super.retainAll(objects);
    }

    @Override
    public Iterator<V> iterator() {
      Entries<K, V> entries = map.entries();
      return new EntryIterator<>(entries, Element::value);
    }

    @Override
    public Spliterator<V> spliterator() {
      Entries<K, V> entries = map.entries();
      return new EntrySpliterator<>(entries, Element::value, 0);
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
      map.entries().refuseIfReadOnly();
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
    public boolean containsAll(Collection<?> objects) {
      return containsEach(this, objects);
    }

    @Override
    public boolean addAll(Collection<? extends Map.Entry<K, V>> entries) {
      map.entries().refuseIfReadOnly();
      return super.addAll(entries);
    }

    @Override
    public boolean removeAll(Collection<?> objects) {
      map.entries().refuseIfReadOnly();
      return removeEach(this, objects);
    }

    @Override
    public boolean removeIf(Predicate<? super Map.Entry<K, V>> condition) {
      map.entries().refuseIfReadOnly();
      return super.removeIf(condition);
    }

    @Override
    public boolean retainAll(Collection<?> objects) {
      map.entries().refuseIfReadOnly();
      return super.retainAll(objects);
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
      Entries<K, V> entries = map.entries();
      return new EntryIterator<>(entries, element -> entry(entries, element));
    }

    @Override
    public Spliterator<Map.Entry<K, V>> spliterator() {
      Entries<K, V> entries = map.entries();
      return new EntrySpliterator<>(
          entries, element -> entry(entries, element), Spliterator.DISTINCT);
    }

    private static <K, V> Map.@Nullable Entry<K, V> entry(
        Entries<K, V> entries, Element<K, V> element) {
      V value = element.value();
      return value == null ? null : new WriteThroughEntry<>(entries, element.key(), value);
    }
  }

  /** There is no null in a view, also in one whose {@code contains} throws for it. */
  private static boolean containsEach(Collection<?> view, Collection<?> objects) {
    for (Object object : objects) {
      if (object == null || !view.contains(object)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Not by the smaller of the two, as AbstractSet does: an iteration here reads the whole map. So
   * it is done only for a larger set, which will have a fast {@code contains}.
   */
  private static boolean removeEach(Set<?> view, Collection<?> objects) {
    if (objects instanceof Set<?> && objects.size() > Math.max(FEW, view.size())) {
      return view.removeIf(objects::contains);
    }
    boolean changed = false;
    for (Object object : objects) {
      changed |= view.remove(object);
    }
    return changed;
  }
}
