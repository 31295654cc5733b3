package io.persistentmap.testing;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What is mounted by this process: closed, the last first, when it is interrupted. */
final class OpenMounts {
  private static final Deque<Closeable> OPEN = new ArrayDeque<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(OpenMounts::closeAll, "unmount"));
  }

  private OpenMounts() {}

  static void add(Closeable mount) {
    synchronized (OPEN) {
      OPEN.push(mount);
    }
  }

  static void remove(Closeable mount) {
    synchronized (OPEN) {
      OPEN.remove(mount);
    }
  }

  private static void closeAll() {
    Closeable mount = next();
    while (mount != null) {
      try {
        mount.close();
      } catch (IOException e) {
        System.err.println("left mounted, to be removed by the next run: " + e);
      }
      mount = next();
    }
  }

  private static @Nullable Closeable next() {
    synchronized (OPEN) {
      return OPEN.poll();
    }
  }
}
