package io.persistentmap;

import io.persistentmap.index.Cursor;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An iterator over entries, or what is made of each: weakly consistent, never throws {@code
 * ConcurrentModificationException}, reads ahead a few records.
 */
final class EntryIterator<K, V, T> implements Iterator<T> {
  private final Entries<K, V> entries;
  private final Cursor cursor;
  private final Function<byte[], T> view;
  private List<byte[]> batch = List.of();
  private int next;
  private byte @Nullable [] last;

  EntryIterator(Entries<K, V> entries, Function<byte[], T> view) {
    this.entries = entries;
    this.cursor = entries.cursor();
    this.view = view;
  }

  @Override
  public boolean hasNext() {
    if (next == batch.size()) {
      batch = List.copyOf(cursor.next());
      next = 0;
    }
    return next < batch.size();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    byte[] record = batch.get(next++);
    last = record;
    return view.apply(record);
  }

  @Override
  public void remove() {
    byte[] record = last;
    if (record == null) {
      throw new IllegalStateException("remove() needs a next() before it");
    }
    last = null;
    entries.delete(entries.keyOf(record));
  }
}
