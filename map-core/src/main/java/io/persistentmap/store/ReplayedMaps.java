package io.persistentmap.store;

import io.persistentmap.index.IndexReplay;
import io.persistentmap.index.Indexes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The indexes of all maps while a file is read. Thread-safe. */
final class ReplayedMaps {
  private final Indexes indexes;
  private final long hashSeed;
  private final Map<Integer, IndexReplay> byMap = new ConcurrentHashMap<>();

  ReplayedMaps(Indexes indexes, long hashSeed) {
    this.indexes = indexes;
    this.hashSeed = hashSeed;
  }

  /** Adds a map, if it is not there: its description was found. */
  void add(int map) {
    byMap.computeIfAbsent(map, number -> new IndexReplay(indexes.add(number), hashSeed));
  }

  /** Returns what fills the index of a map, or null if there is no such map. */
  @Nullable IndexReplay get(int map) {
    return byMap.get(map);
  }

  /** Drops a map, with all its entries. */
  void drop(int map) {
    IndexReplay dropped = byMap.remove(map);
    if (dropped != null) {
      dropped.index().dropAll(); // the stripes count what is there
    }
    indexes.remove(map);
  }

  long count() {
    return byMap.values().stream().mapToLong(IndexReplay::count).sum();
  }

  /** Ends the replay. */
  void finish() {
    byMap.values().forEach(IndexReplay::finish);
  }
}
