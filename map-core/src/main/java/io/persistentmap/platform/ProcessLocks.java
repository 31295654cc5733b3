package io.persistentmap.platform;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files on which this process has locks of {@code java.nio}, which are the process's: the
 * kernel drops them, without a word, when <em>any</em> descriptor of that file is closed in the
 * process. So each descriptor of ours is closed here; one of such a file is kept until the lock is
 * given back, and used again by who opens that file meanwhile.
 *
 * <p>The library may be loaded by several class loaders. All see one table, a system property,
 * under one monitor, an interned string: neither keeps a class loader reachable. The table only
 * delays closing. Who has a lock is decided by the JDK's own table of locks, which all class
 * loaders share, too; so a property that somebody resets makes nobody wait, and refuses nobody.
 */
final class ProcessLocks {
  /** The files, by their keys, each between line feeds. */
  private static final String PROPERTY = "io.persistentmap.filesLockedByThisProcess";

  /** Protects the table, and the closing of descriptors, in all class loaders. */
  static final Object MONITOR = PROPERTY.intern();

  /** Guarded by the monitor. */
  private static final List<Kept> KEPT = new ArrayList<>();

  private record Kept(String key, String kind, Closeable descriptor) {}

  private ProcessLocks() {}

  /** Says whether the process has such a lock on a file, taken through whatever class loader. */
  static boolean isHeld(@Nullable Object key) {
    String held = System.getProperty(PROPERTY);
    return held != null && key != null && held.contains("\n" + key + "\n");
  }

  /** Says whether the process has no such lock at all. */
  static boolean isEmpty() {
    return System.getProperty(PROPERTY) == null;
  }

  /** Notes that the process has a lock now. With the monitor. */
  static void add(Object key) {
    String held = System.getProperty(PROPERTY, "");
    System.setProperty(PROPERTY, held + "\n" + key + "\n");
  }

  /** Notes that the process has given a lock back, and closes what was kept for it. */
  static void remove(Object key) throws IOException {
    synchronized (MONITOR) {
      String left = System.getProperty(PROPERTY, "").replace("\n" + key + "\n", "");
      if (left.isEmpty()) {
        System.clearProperty(PROPERTY);
      } else {
        System.setProperty(PROPERTY, left);
      }
      closeUnneeded();
    }
  }

  /**
   * Closes a descriptor, now or when no lock of the process depends on it.
   *
   * @param kind what {@link #reuse} asks for
   */
  static void close(@Nullable Object key, String kind, Closeable descriptor) throws IOException {
    synchronized (MONITOR) {
      if (isHeld(key)) {
        KEPT.add(new Kept(String.valueOf(key), kind, descriptor));
      } else {
        descriptor.close();
      }
      closeUnneeded();
    }
  }

  /** Takes a descriptor of a file that was kept; null if there is none. */
  static @Nullable Closeable reuse(@Nullable Object key, String kind) {
    if (isEmpty()) {
      return null;
    }
    synchronized (MONITOR) {
      for (Kept kept : KEPT) {
        if (kept.kind.equals(kind) && kept.key.equals(String.valueOf(key))) {
          KEPT.remove(kept);
          return kept.descriptor;
        }
      }
    }
    return null;
  }

  /** With the monitor. */
  private static void closeUnneeded() throws IOException {
    for (Kept kept : List.copyOf(KEPT)) {
      if (!isHeld(kept.key)) {
        KEPT.remove(kept);
        kept.descriptor.close();
      }
    }
  }
}
