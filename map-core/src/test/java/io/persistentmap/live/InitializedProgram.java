package io.persistentmap.live;

import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.ValueMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** Opens its map, changes it, makes checkpoints and closes it, all in one static initialiser. */
final class InitializedProgram implements Runnable {
  private final Path file;
  private final int entries;
  private final ValueMode mode;
  private final boolean auto;
  private final int bytes;

  InitializedProgram(Path file, int entries, ValueMode mode, boolean auto, int bytes) {
    this.file = file;
    this.entries = entries;
    this.mode = mode;
    this.auto = auto;
    this.bytes = bytes;
  }

  @Override
  public void run() {
    PersistentMapBuilder<InitializedKey, InitializedValue> builder =
        PersistentMap.builder(InitializedKey.class, InitializedValue.class).valueMode(mode);
    if (auto) {
      builder.autoCheckpoint(Duration.ofMillis(1));
    }
    try (PersistentMap<InitializedKey, InitializedValue> map = builder.open(file)) {
      int before = map.isEmpty() ? 0 : require(map, entries);
      for (int i = 0; i < entries; i++) {
        map.put(new InitializedKey(i), new InitializedValue(before + i, bytes));
      }
      map.checkpoint();
      map.values().forEach(InitializedValue::change);
      map.checkpoint();
      require(map, entries);
      map.put(new InitializedKey(0), new InitializedValue(1000, bytes));
    }
  }

  private static int require(PersistentMap<InitializedKey, InitializedValue> map, int entries) {
    if (map.size() != entries) {
      throw new IllegalStateException(map.size() + " entries instead of " + entries);
    }
    return Objects.requireNonNull(map.get(new InitializedKey(0))).count();
  }
}
