package io.persistentmap.crash;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.persistentmap.testing.CSources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * System calls that fail for real: {@code src/test/c/faults.c}, preloaded. A child that is started
 * with {@link #environment()} has it; in that child, {@link #arm} says what is to fail.
 */
final class Faults {
  /** The process is killed. */
  static final int KILL = -1;

  /** Only a half of what is to be read or written is. */
  static final int SHORT = -2;

  private Faults() {}

  /** The functions of the library; bound when they are first called. */
  private static final class Calls {
    static {
      Native.register(Calls.class, NativeLibrary.getInstance("c"));
    }

    static native void armFaults(
        String directory, String names, long first, long howMany, int what);

    static native String struckCall();
  }

  /**
   * Compiles the library, and returns the environment of a JVM whose system calls go through it.
   *
   * @throws org.opentest4j.TestAbortedException if this machine lacks the compiler
   */
  static Map<String, String> environment() throws IOException {
    return Map.of("LD_PRELOAD", CSources.library("faults", "faults.so").toString());
  }

  /** As above; the JVM is killed at the n-th of some calls on files in a directory. */
  static Map<String, String> killedAt(Path directory, Collection<String> names, int number)
      throws IOException {
    Map<String, String> environment = new HashMap<>(environment());
    environment.put("FAULTS_DIRECTORY", directory.toString());
    environment.put("FAULTS_CALLS", list(names));
    environment.put("FAULTS_AT", Integer.toString(number));
    return environment;
  }

  private static String list(Collection<String> names) {
    return "," + String.join(",", names) + ",";
  }

  /**
   * Arms it.
   *
   * @param directory only calls on files in it count
   * @param names of the calls, as {@link FaultyFileSystem} has them
   * @param first the number of the first that is struck, from 1
   * @param howMany are struck
   * @param what an error number, or a constant of this class
   */
  static void arm(Path directory, Collection<String> names, long first, long howMany, int what) {
    Calls.armFaults(directory.toString(), list(names), first, howMany, what);
  }

  /** Disarms it. */
  static void disarm() {
    Calls.armFaults("", "", 0, 0, 0);
  }

  /** Returns which call was the first to be struck since it was armed; "" if none. */
  static String struck() {
    return Calls.struckCall();
  }
}
