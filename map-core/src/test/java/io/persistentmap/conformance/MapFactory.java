package io.persistentmap.conformance;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.Directories;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** Makes the maps of one configuration, test by test. Not thread-safe. */
final class MapFactory implements MapSource {
  private static final long CACHE_BYTES = 1 << 20;
  private static final int CLEARED_ENTRIES = 1000;

  /** Tests of iterators make thousands of maps, and use the newest; others need a few at once. */
  private static final int MAX_IN_USE = 4;

  private final Configuration configuration;
  private final Path root;
  private final List<Incarnations> inUse = new ArrayList<>();
  private final Deque<Incarnations> forReuse = new ArrayDeque<>();
  private int made;

  MapFactory(Configuration configuration, Directories directories) {
    this.configuration = configuration;
    this.root = directories.make(configuration.where());
  }

  @Override
  public Object key(String text) {
    return switch (configuration.keys()) {
      case BYTES -> text;
      case EQUALITY -> new Word(text);
    };
  }

  @Override
  public Object value(String text) {
    return switch (configuration.values()) {
      case COPIED -> text;
      case COPIED_MUTABLE -> new Note(text);
    };
  }

  @Override
  public ConcurrentMap<Object, Object> make(Consumer<ConcurrentMap<Object, Object>> filling) {
    if (inUse.size() == MAX_IN_USE) {
      release(inUse.remove(0));
    }
    Incarnations map = take();
    inUse.add(map);
    filling.accept(map.map());
    return switch (configuration.life()) {
      case NEW, CLEARED -> map.map();
      case REOPENED -> map.reopen();
      case RECOVERED -> map.killAndRecover();
      case REOPENED_EACH_CHANGE -> SteppedMap.of(map.map(), map::reopen);
      case RECOVERED_EACH_CHANGE -> SteppedMap.of(map.map(), map::dropAndRecover);
    };
  }

  private Incarnations take() {
    Incarnations used = forReuse.poll();
    if (used != null) {
      return used;
    }
    Incarnations fresh = new Incarnations(newDirectory(), this::open);
    if (configuration.life() == Configuration.Life.CLEARED) {
      for (int i = 0; i < CLEARED_ENTRIES; i++) {
        fresh.map().put(key("cleared key " + i), value("cleared value " + i));
      }
      fresh.map().clear();
    }
    return fresh;
  }

  private Path newDirectory() {
    Path directory = root.resolve(String.valueOf(made++));
    Incarnations.create(directory);
    return directory;
  }

  private PersistentMap<Object, Object> open(Path file) {
    return PersistentMap.builder(Object.class, Object.class)
        .allow(Note.class, Word.class)
        .cacheBytes(configuration.cached() ? CACHE_BYTES : 0)
        .snapshotMode(
            configuration.where().supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE)
        .closeMode(closesWithCheckpoint() ? CloseMode.CHECKPOINT : CloseMode.DISCARD)
        .open(file);
  }

  private boolean closesWithCheckpoint() {
    return switch (configuration.life()) {
      case REOPENED, REOPENED_EACH_CHANGE -> true;
      default -> false;
    };
  }

  /** Ends a test: the maps made for it are not used any more. */
  void release() {
    inUse.forEach(this::release);
    inUse.clear();
  }

  private void release(Incarnations map) {
    if (configuration.life() == Configuration.Life.CLEARED) {
      map.map().clear();
      forReuse.add(map);
    } else {
      map.close();
    }
  }

  @Override
  public void close() {
    inUse.forEach(Incarnations::close);
    forReuse.forEach(Incarnations::close);
    Directories.delete(root);
  }
}
