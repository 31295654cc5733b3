package io.persistentmap.store;

import io.persistentmap.FileAccessException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.platform.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The lock of a store: one writer, or any number of readers. It ends with the process. */
public final class StoreLock implements AutoCloseable {
  private final StoreFiles names;
  private final @Nullable AutoCloseable lock;

  private StoreLock(StoreFiles names, @Nullable AutoCloseable lock) {
    this.names = names;
    this.lock = lock;
  }

  /** Takes the lock like {@link #take}, until it is closed. */
  public static StoreLock hold(FileSystem files, StoreFiles names, boolean shared) {
    return new StoreLock(names, take(files, names, shared));
  }

  /** Runs a task, and gives the lock back. */
  public <T> T during(Supplier<T> task) {
    try (this) {
      return task.get();
    }
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    if (lock != null) {
      try {
        lock.close();
      } catch (Exception e) {
        throw new StorageFailureException(
            names.lock() + ": can't give the lock back; it ends with this process", e);
      }
    }
  }

  /**
   * Takes the lock.
   *
   * @param shared whether only to read
   * @return what gives it back; null for a reader of files in a place that it can't write to, which
   *     needs none: nobody else can write there, either
   * @throws io.persistentmap.FileLockedException if somebody has the store open
   * @throws FileAccessException if the lock file can't be made, and the lock is not shared
   */
  static @Nullable AutoCloseable take(FileSystem files, StoreFiles names, boolean shared) {
    try {
      return files.lock(names.lock(), shared, holder());
    } catch (FileAccessException e) {
      if (shared) {
        return null;
      }
      throw e;
    }
  }

  private static String holder() {
    return "process "
        + ProcessHandle.current().pid()
        + " on "
        + hostName()
        + " since "
        + Instant.now();
  }

  /** Not by asking the network, which may take its time to answer. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return System.getenv().getOrDefault("COMPUTERNAME", "this host");
    }
  }
}
