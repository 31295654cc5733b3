package io.persistentmap.inspect;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Random changes of a store and of a model of it, with keys of both kinds: puts, replacements,
 * removals, values larger than a segment, now and then a clear; enough of them that the cleaner
 * works and images are written.
 */
final class StoreWorkload {
  private static final int LARGE = 5 << 20;

  private final SplittableRandom random;
  private final int keys;
  private final Map<Object, String> model = new HashMap<>();

  StoreWorkload(SplittableRandom random, int keys) {
    this.random = random;
    this.keys = keys;
  }

  static PersistentMap<Object, String> open(Path file, SnapshotMode mode, CloseMode closing) {
    return builder().snapshotMode(mode).closeMode(closing).open(file);
  }

  static PersistentMapBuilder<Object, String> builder() {
    return PersistentMap.builder(Object.class, String.class).allow(Caseless.class);
  }

  /** Returns what the store must have. */
  Map<Object, String> model() {
    return model;
  }

  /** Makes a copy of the model. */
  Map<Object, String> state() {
    return new HashMap<>(model);
  }

  /** Makes that many changes. */
  void change(PersistentMap<Object, String> map, int operations) {
    for (int i = 0; i < operations; i++) {
      Object key = key(random.nextInt(keys));
      if (random.nextInt(6) == 0) {
        map.remove(key);
        model.remove(key);
      } else {
        put(map, key, value(random.nextInt(300)));
      }
    }
  }

  /** Makes a change that is rare. */
  void changeRarely(PersistentMap<Object, String> map) {
    switch (random.nextInt(3)) {
      case 0 -> {
        map.clear();
        model.clear();
      }
      case 1 -> put(map, "large " + random.nextInt(3), value(LARGE + random.nextInt(LARGE)));
      default -> {
        String key = "large " + random.nextInt(3);
        map.remove(key);
        model.remove(key);
      }
    }
  }

  /** Works until the cleaner and the writer of images have worked, and everything is durable. */
  void age(PersistentMap<Object, String> map) throws InterruptedException {
    for (int i = 0;
        (map.stats().cleanedSegments() == 0 || map.stats().imageBytes() == 0) && i < 200;
        i++) {
      change(map, keys / 4);
      map.checkpoint();
      Thread.sleep(5); // cleaner and image writer work beside the map
    }
    if (map.stats().cleanedSegments() == 0 || map.stats().imageBytes() == 0) {
      throw new AssertionError("neither cleaned nor imaged: " + map.stats());
    }
  }

  /** Every third is one about which equality decides, written in one way or another. */
  private Object key(int number) {
    return number % 3 == 0
        ? new Caseless((random.nextBoolean() ? "key " : "Key ") + number)
        : "key " + number;
  }

  /** A key about which equality decides. */
  record Caseless(String text) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Caseless that && text.equalsIgnoreCase(that.text);
    }

    @Override
    public int hashCode() {
      return text.toLowerCase(Locale.ROOT).hashCode();
    }
  }

  private void put(Map<Object, String> map, Object key, String value) {
    map.put(key, value);
    model.put(key, value);
  }

  private String value(int length) {
    return Character.toString('a' + random.nextInt(26)).repeat(length);
  }
}
