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

  /**
   * Ends the threads of a map whose process has been killed, and lets go of its memory: a close
   * that fails otherwise leaves it open.
   */
  public static void abandon(PersistentMap<?, ?> map) {
    try {
      map.close(CloseMode.DISCARD);
    } catch (Throwable e) {
      // Its system calls fail; what matters is what is on disk.
    }
  }

  /** Waits until there is nothing to write or to clean in the background. */
  public static void awaitMaintenance(PersistentMap<?, ?> map) throws InterruptedException {
    map.store().awaitMaintenance();
  }
}
