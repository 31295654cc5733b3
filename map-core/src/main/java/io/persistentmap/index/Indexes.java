package io.persistentmap.index;

import io.persistentmap.log.Log;
import io.persistentmap.log.StoreHealth;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The indexes of the maps of a store, by number. Thread-safe. */
public final class Indexes {
  private final Log log;
  private final Stripes stripes;
  private final ConcurrentMap<Integer, HashIndex> byMap = new ConcurrentHashMap<>();

  /** Creates the indexes of a store that has no map. */
  public Indexes(Log log, StoreHealth health) {
    this(log, new Stripes(health));
  }

  private Indexes(Log log, Stripes stripes) {
    this.log = log;
    this.stripes = stripes;
  }

  /** Returns the indexes of a store that has only that one. */
  static Indexes of(HashIndex index) {
    Indexes indexes = new Indexes(index.log(), index.stripes());
    indexes.byMap.put(index.map(), index);
    return indexes;
  }

  /** Returns the locks of the store. */
  public Stripes stripes() {
    return stripes;
  }

  /** Adds an empty index, if the map has none. */
  public HashIndex add(int map) {
    return byMap.computeIfAbsent(map, number -> new HashIndex(number, log, stripes));
  }

  /** Returns the index of a map, or null if there is no such map. */
  public @Nullable HashIndex get(int map) {
    return byMap.get(map);
  }

  /** Forgets an index: the map was dropped. */
  public void remove(int map) {
    byMap.remove(map);
  }

  /** Returns all of this moment, in order of their numbers. */
  public List<HashIndex> list() {
    return byMap.values().stream().sorted(Comparator.comparingInt(HashIndex::map)).toList();
  }

  /**
   * Returns the number of entries of all maps, with all stripes: it costs the same for any number.
   */
  public long countStopped() {
    long entries = stripes.entries();
    assert entries == count() : entries + " entries, of maps " + count();
    return entries;
  }

  /** Returns the number of entries of all maps. */
  public long count() {
    long sum = 0;
    for (HashIndex index : byMap.values()) {
      sum += index.count();
    }
    return sum;
  }

  /** Drops all tables: the store is closed. With all stripes. */
  public void dropAll() {
    byMap.values().forEach(HashIndex::dropAll);
  }
}
