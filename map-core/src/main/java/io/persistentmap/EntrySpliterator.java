package io.persistentmap;

import io.persistentmap.index.HashIndex;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a range of shards, or what is made of each, for streams. Weakly consistent, as
 * {@link EntryIterator}. A key is in one shard for ever, so parts have no key in common, and
 * together they have those of the whole, whatever changes meanwhile.
 *
 * <p>It is split where about half of the entries are on each side, down to single shards, and not
 * any more when something has been taken from it. Not thread-safe.
 */
final class EntrySpliterator<K, V, T> implements Spliterator<T> {
  private final Entries<K, V> entries;
  private final Function<Element<K, V>, @Nullable T> view;
  private final int characteristics;
  private int from;
  private final int end;

  /** What is left, from the first look at it on. */
  private @Nullable Iterator<T> rest;

  private long taken;

  /**
   * Creates a spliterator of all entries.
   *
   * @param view makes of an entry what there is an element of, or null if the entry is gone
   * @param more characteristics besides CONCURRENT and NONNULL
   */
  EntrySpliterator(Entries<K, V> entries, Function<Element<K, V>, @Nullable T> view, int more) {
    this(entries, view, more | CONCURRENT | NONNULL, 0, HashIndex.ALL_SHARDS);
  }

  private EntrySpliterator(
      Entries<K, V> entries,
      Function<Element<K, V>, @Nullable T> view,
      int characteristics,
      int from,
      int end) {
    this.entries = entries;
    this.view = view;
    this.characteristics = characteristics;
    this.from = from;
    this.end = end;
  }

  @Override
  public @Nullable Spliterator<T> trySplit() {
    if (rest != null) {
      return null;
    }
    long count = entries.count(from, end);
    long before = entries.count(from, from + 1);
    int middle = from + 1;
    while (middle < end - 1 && before < count / 2) {
      before += entries.count(middle, middle + 1);
      middle++;
    }
    if (count < 2 || middle >= end) {
      return null;
    }
    Spliterator<T> part = new EntrySpliterator<>(entries, view, characteristics, from, middle);
    from = middle;
    return part;
  }

  @Override
  public boolean tryAdvance(Consumer<? super T> action) {
    Objects.requireNonNull(action, "action");
    Iterator<T> left = rest();
    if (!left.hasNext()) {
      return false;
    }
    taken++;
    action.accept(left.next());
    return true;
  }

  @Override
  public void forEachRemaining(Consumer<? super T> action) {
    rest().forEachRemaining(Objects.requireNonNull(action, "action"));
    taken = Long.MAX_VALUE;
  }

  private Iterator<T> rest() {
    Iterator<T> left = rest;
    if (left == null) {
      left = new EntryIterator<>(entries.elements(from, end), entries, view);
      rest = left;
    }
    return left;
  }

  @Override
  public long estimateSize() {
    return Math.max(0, entries.count(from, end) - taken);
  }

  @Override
  public int characteristics() {
    return characteristics;
  }
}
