package io.persistentmap.platform;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lock on a file, whatever its names are. It ends with the process, however that ends. */
public interface FileHold extends AutoCloseable {
  /** Returns which file it is, as {@link FileIdentity#key} does. */
  @Nullable Object key();

  /** Runs a task, and gives the lock back. */
  default <T> T during(Supplier<T> task) {
    try (this) {
      return task.get();
    }
  }

  /** Gives the lock back; a second call does nothing. */
  @Override
  void close();
}
