package io.persistentmap.store;

import io.persistentmap.PersistentMapException;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.KeyDecoder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The maps of an open store: finds them by name, makes, renames and drops them. Thread-safe.
 *
 * <p>Each of these is one record of the log, and so in a checkpoint, or not, like a change of an
 * entry.
 */
public final class StoreMaps {
  private final StoreConfig config;
  private final Store.Parts parts;
  private final Consumer<Runnable> withoutCleaning;

  /** Protects the names, while they are looked at and changed. Code of keys may run under it. */
  private final ReentrantLock lock = new ReentrantLock();

  /** The numbers of maps whose keys have their places. Guarded by the lock. */
  private final Set<Integer> placed = new HashSet<>();

  /**
   * Creates the maps.
   *
   * @param withoutCleaning runs code while neither the cleaner nor an image is at work
   */
  StoreMaps(StoreConfig config, Store.Parts parts, Consumer<Runnable> withoutCleaning) {
    this.config = config;
    this.parts = parts;
    this.withoutCleaning = withoutCleaning;
    WantedMap wanted = config.map();
    Integer number = wanted == null ? null : numberOf(wanted.description());
    if (number != null) {
      placed.add(number); // by who has opened the store
    }
  }

  /**
   * What was asked for.
   *
   * @param index its entries
   * @param made whether it is new
   * @param remarks about keys that can't be read
   */
  public record Found(HashIndex index, boolean made, List<String> remarks) {}

  /** Returns the maps that there are, by number. */
  public SortedMap<Integer, MapDescription> list() {
    return parts.catalog.maps();
  }

  /** Says whether there is a map. */
  public boolean has(MapDescription.Kind kind, String name) {
    return numberOf(kind, name) != null;
  }

  /**
   * Finds a map, or makes it.
   *
   * @throws io.persistentmap.TypeMismatchException if it has other types, or keys that are equal
   *     now
   * @throws io.persistentmap.CorruptFileException if the record of a key is damaged
   * @throws io.persistentmap.PersistentMapException if it can't be made, for want of space say
   */
  public Found open(WantedMap wanted) {
    lock.lock();
    try {
      parts.health.check();
      Integer number = numberOf(wanted.description());
      if (number == null) {
        return make(wanted.description());
      }
      new TypeCheck(config.files().hash(), wanted).require(parts.catalog.map(number));
      HashIndex index = parts.indexes.add(number);
      List<String> remarks = new ArrayList<>();
      if (!placed.contains(number)) {
        KeyDecoder keys = wanted.keys().apply(parts.catalog);
        withoutCleaning.accept(() -> remarks.addAll(place(index, keys)));
        placed.add(number);
      }
      return new Found(index, false, remarks);
    } finally {
      lock.unlock();
    }
  }

  private List<String> place(HashIndex index, KeyDecoder keys) {
    try {
      return MapKeys.place(parts, index, keys, config.acceptOlder());
    } catch (PersistentMapException e) {
      parts.health.check(); // of a store that was closed meanwhile, nothing can be read
      throw e;
    }
  }

  private Found make(MapDescription description) {
    if (!config.readOnly()) {
      parts.indexes.stripes().checkMayChange();
      parts.log.requireAdmission();
      parts.log.awaitRoom();
    }
    int number = parts.catalog.addMap(description);
    placed.add(number);
    return new Found(parts.indexes.add(number), true, List.of());
  }

  /**
   * Gives a map another name.
   *
   * @return false if there is no such map, or one with the new name
   */
  public boolean rename(MapDescription.Kind kind, String name, String newName) {
    lock.lock();
    try {
      Integer number = numberOf(kind, name);
      if (number == null || numberOf(kind, newName) != null) {
        return false;
      }
      parts.indexes.stripes().checkMayChange();
      parts.log.requireAdmission();
      parts.log.awaitRoom();
      parts.catalog.changeMap(number, parts.catalog.map(number).named(newName));
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Drops a map, with all its entries.
   *
   * @param dropped what is called with all stripes, when the entries are gone
   * @return false if there is no such map
   */
  public boolean drop(MapDescription.Kind kind, String name, Runnable dropped) {
    lock.lock();
    try {
      Integer number = numberOf(kind, name);
      if (number == null) {
        return false;
      }
      HashIndex index = parts.indexes.add(number);
      index.drop(
          () -> parts.catalog.dropMap(number),
          () -> {
            parts.indexes.remove(number); // an image has the maps of catalog and indexes
            dropped.run();
          });
      placed.remove(number);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Integer numberOf(MapDescription wanted) {
    return numberOf(wanted.kind(), wanted.name());
  }

  private @Nullable Integer numberOf(MapDescription.Kind kind, String name) {
    return parts.catalog.numberOf(kind, name);
  }
}
