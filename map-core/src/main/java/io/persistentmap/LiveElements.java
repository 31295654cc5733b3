package io.persistentmap;

import io.persistentmap.index.Cursor;
import io.persistentmap.value.EntryCodec;
import io.persistentmap.value.LiveEntry;
import io.persistentmap.value.LiveValues;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An iteration over entries that may be live. Of each shard come the entries that are fresh when it
 * is entered, then those of the index but for the keys that came already: a fresh entry may get its
 * slot meanwhile. So each entry that is there all the time comes once. Not thread-safe.
 */
final class LiveElements<K, V> implements Iterator<Element<K, V>> {
  private final LiveEntries<K, V> entries;
  private final EntryCodec<K, V> codec;
  private final LiveValues live;
  private final Cursor cursor;
  private final int first;
  private final int end;

  /** The next one. */
  private int shard;

  private Iterator<LiveEntry> fresh = Collections.emptyIterator();
  private final Set<Object> freshKeys = new HashSet<>();

  /** Of the shard, before the records were read. */
  private long departures;

  private Iterator<byte[]> records = Collections.emptyIterator();
  private @Nullable Element<K, V> next;

  LiveElements(
      LiveEntries<K, V> entries, EntryCodec<K, V> codec, LiveValues live, int from, int end) {
    this.entries = entries;
    this.codec = codec;
    this.live = live;
    this.cursor = entries.index.cursor(from, from);
    this.first = from;
    this.shard = from;
    this.end = end;
  }

  @Override
  public boolean hasNext() {
    try {
      while (next == null && advance()) {
        // That was of no use, or of another shard.
      }
      return next != null;
    } catch (OutOfMemoryError e) {
      throw live.explain(e);
    }
  }

  @Override
  public Element<K, V> next() {
    Element<K, V> result = hasNext() ? next : null;
    if (result == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return result;
  }

  /** Goes one step, to an element or not; false at the end. */
  private boolean advance() {
    if (fresh.hasNext()) {
      next = elementOf(fresh.next());
      return true;
    }
    if (records.hasNext()) {
      FoundElement found = new FoundElement(records.next());
      next = freshKeys.isEmpty() || !freshKeys.contains(found.key()) ? found : null;
      return true;
    }
    departures = shard == first ? 0 : live.departures(shard - 1);
    records = List.copyOf(cursor.next()).iterator();
    return records.hasNext() || enterShard();
  }

  private boolean enterShard() {
    if (shard == end) {
      return false;
    }
    List<LiveEntry> entered = live.fresh(shard);
    freshKeys.clear();
    entered.forEach(entry -> freshKeys.add(entry.key()));
    fresh = entered.iterator();
    cursor.enter(shard);
    shard++;
    return true;
  }

  private @Nullable Element<K, V> elementOf(LiveEntry entry) {
    K key = entries.keyOf(entry);
    return live.isPresent(entry) || entries.contains(key) ? new FreshElement(key, entry) : null;
  }

  /** An entry that was fresh. */
  private final class FreshElement implements Element<K, V> {
    private final K key;
    private final LiveEntry entry;

    FreshElement(K key, LiveEntry entry) {
      this.key = key;
      this.entry = entry;
    }

    @Override
    public K key() {
      return key;
    }

    @Override
    public @Nullable V value() {
      return live.isPresent(entry) ? entries.valueOf(entry) : entries.get(key);
    }

    @Override
    public @Nullable V peek() {
      return value();
    }
  }

  /** An entry that the index has. */
  private final class FoundElement implements Element<K, V> {
    private final byte[] record;
    private final int shardOfKey = shard - 1;
    private final long departuresBefore = departures;
    private @Nullable K key;

    FoundElement(byte[] record) {
      this.record = record;
    }

    @Override
    public K key() {
      K known = key;
      if (known == null) {
        known = codec.keyOf(record);
        key = known;
      }
      return known;
    }

    @Override
    public @Nullable V value() {
      try {
        V value = peek();
        boolean copy = value != null && entries.isLive(value) && live.value(key()) != value;
        return copy ? entries.read(key()) : value;
      } catch (OutOfMemoryError e) {
        throw live.explain(e);
      }
    }

    /** The record was out of date if the key was live when it was read. */
    @Override
    public @Nullable V peek() {
      LiveEntry entry = live.get(key());
      if (entry != null) {
        return entries.valueOf(entry);
      }
      return live.departures(shardOfKey) == departuresBefore
          ? entries.copyOf(record)
          : entries.read(key());
    }
  }
}
