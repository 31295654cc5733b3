package io.persistentmap.jcstress;

import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Maps of a fork, and where their files are. */
final class Maps {
  private static final String DIRECTORY = "persistentmap.jcstress.directory";

  /** Often, so that the cleaner has something to do, and the file stays small. */
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofMillis(100);

  private static final AtomicInteger made = new AtomicInteger();

  private Maps() {}

  /** Returns the directory that the parent has made for the run, and will delete. */
  static Path directory() {
    String directory = System.getProperty(DIRECTORY);
    if (directory == null) {
      throw new IllegalStateException("run JcstressTest: there is no -D" + DIRECTORY);
    }
    try {
      return Files.createDirectories(
          Path.of(directory, String.valueOf(ProcessHandle.current().pid())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the option of the JVM that names a directory for all forks. */
  static String option(Path directory) {
    return "-D" + DIRECTORY + "=" + directory;
  }

  static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static <K, V> PersistentMapBuilder<K, V> builder(Class<K> keyType, Class<V> valueType) {
    return PersistentMap.builder(keyType, valueType)
        .snapshotMode(SnapshotMode.IN_PLACE)
        .serializer(Cell.class, new Cell.Encoding());
  }

  private static Path newFile() {
    return directory().resolve("map" + made.incrementAndGet());
  }

  /** Opens a map whose values are copied, with a cache, and with checkpoints in the background. */
  static <V> PersistentMap<String, V> copied(Class<V> valueType) {
    return builder(String.class, valueType)
        .valueMode(ValueMode.COPIED)
        .autoCheckpoint(CHECKPOINT_INTERVAL)
        .open(newFile());
  }

  /** Opens a map whose values are live, with checkpoints in the background. */
  static PersistentMap<String, Cell> live() {
    return builder(String.class, Cell.class).autoCheckpoint(CHECKPOINT_INTERVAL).open(newFile());
  }

  /** Returns keys, each of which one sample at a time uses. */
  static Pool<String> keys() {
    AtomicInteger next = new AtomicInteger();
    return new Pool<>(() -> "key " + next.incrementAndGet());
  }
}
