package io.persistentmap.platform;

import io.persistentmap.UnsupportedPlatformException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Finds out what this platform allows: calls of C functions, without which the portable way is
 * taken, and memory off the heap, without which there is none.
 */
final class NativeCalls {
  /** Whether they could be bound; null as long as nobody has tried. */
  private static volatile @Nullable Boolean bound;

  private NativeCalls() {}

  /** Says whether system calls can be made; the first time they can't, the logger is told why. */
  static boolean areUsable() {
    if (!LinuxFileSystem.isWanted()) {
      return false;
    }
    Boolean known = bound;
    return known != null ? known : bind();
  }

  private static synchronized boolean bind() {
    Boolean known = bound;
    if (known != null) {
      return known;
    }
    boolean now;
    try {
      LibC.bind();
      now = true;
    } catch (VirtualMachineError e) {
      throw e; // passes: the next one tries again
    } catch (Throwable e) { // whatever JNA throws, an Error of its own among it
      now = false;
      LoggerFactory.getLogger("io.persistentmap")
          .warn(
              "System calls can't be made through JNA, so java.nio is used: checkpoints are made in"
                  + " place, without snapshots, and holes are not given back. JNA needs a directory"
                  + " that it can write to and load libraries from (-Djna.tmpdir=DIRECTORY), and"
                  + " JDK 24 and later must not be started with --illegal-native-access=deny."
                  + " -Dpersistentmap.portable=true chooses java.nio without this message",
              e);
    }
    bound = now;
    return now;
  }

  /**
   * Checks that there is memory off the heap.
   *
   * @throws UnsupportedPlatformException if the JVM refuses it
   */
  static void requireMemory() {
    try {
      OffHeapMemory.allocate(Long.BYTES).putLong(0, 1);
    } catch (LinkageError | UnsupportedOperationException e) {
      throw new UnsupportedPlatformException(
          "This JVM refuses memory off the heap ("
              + e
              + "), which a map needs for its index. Start it with"
              + " --sun-misc-unsafe-memory-access=allow (JDK 23 and later; or without"
              + " --sun-misc-unsafe-memory-access=deny), and with the module jdk.unsupported",
          e);
    }
  }
}
