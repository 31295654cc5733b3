package io.persistentmap;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An iterator over entries, or what is made of each: weakly consistent, never throws {@code
 * ConcurrentModificationException}, reads ahead a few records.
 */
final class EntryIterator<K, V, T> implements Iterator<T> {
  private final Entries<K, V> entries;
  private final Iterator<Element<K, V>> elements;
  private final Function<Element<K, V>, @Nullable T> view;

  /** What comes next, and the entry that it is of. */
  private @Nullable T next;

  private @Nullable Element<K, V> nextElement;

  /** Why there is no {@link #next}: what the entry is of can't be read. The one behind it can. */
  private @Nullable UnstorableException failure;

  /** The entry that {@link #next()} has returned something of. */
  private @Nullable Element<K, V> last;

  /**
   * Creates an iterator.
   *
   * @param view makes of an entry what the iterator returns, or null if the entry is gone
   */
  EntryIterator(Entries<K, V> entries, Function<Element<K, V>, @Nullable T> view) {
    this(entries.elements(), entries, view);
  }

  /** As the other, of some elements only. */
  EntryIterator(
      Iterator<Element<K, V>> elements,
      Entries<K, V> entries,
      Function<Element<K, V>, @Nullable T> view) {
    this.elements = elements;
    this.entries = entries;
    this.view = view;
  }

  @Override
  public boolean hasNext() {
    while (next == null && failure == null && elements.hasNext()) {
      nextElement = elements.next();
      try {
        next = view.apply(nextElement);
      } catch (UnstorableException e) {
        failure = e;
      }
    }
    return next != null || failure != null;
  }

  @Override
  public T next() {
    T result = hasNext() ? next : null;
    UnstorableException reason = failure;
    failure = null;
    if (reason != null) {
      throw reason;
    }
    if (result == null) {
      throw new NoSuchElementException();
    }
    last = nextElement;
    next = null;
    return result;
  }

  @Override
  public void remove() {
    entries.refuseIfReadOnly();
    Element<K, V> element = last;
    if (element == null) {
      throw new IllegalStateException("remove() needs a next() before it");
    }
    last = null;
    entries.delete(element.key());
  }
}
