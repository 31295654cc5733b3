package io.persistentmap;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.FailedCloses;

/** Lets tests in other packages replace the system calls of a map, and wait for its threads. */
public final class FaultInjection {
  private FaultInjection() {}

  /** Makes a builder use other system calls. */
  public static <K, V> PersistentMapBuilder<K, V> into(
      PersistentMapBuilder<K, V> builder, FileSystem fileSystem) {
    return builder.fileSystem(fileSystem);
  }

  /** Forgets maps whose close failed: the process whose system calls these were has ended. */
  public static void endProcess(FileSystem ofProcess) {
    FailedCloses.forgetIf(config -> config.fileSystem() == ofProcess);
  }

  /** Waits until there is nothing to write or to clean in the background. */
  public static void awaitMaintenance(PersistentMap<?, ?> map) throws InterruptedException {
    map.store().awaitMaintenance();
  }
}
