package io.persistentmap.crash;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.persistentmap.testing.CSources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * System calls that fail for real: {@code src/test/c/faults.c}, in the place of libc. A child that
 * is started with {@link #jvmOptions()} has it; in that child, {@link #arm} says what is to fail.
 */
final class Faults {
  /** The process is killed. */
  static final int KILL = -1;

  /** Only a half of what is to be read or written is. */
  static final int SHORT = -2;

  /** How many calls are struck when all are, from the first one on. */
  static final long ALL = Long.MAX_VALUE;

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

  /** Compiles the library, and returns the options of a JVM whose system calls go through it. */
  static List<String> jvmOptions() throws IOException {
    Path library = CSources.library("faults", "faults/libc.so");
    return List.of("-Djna.library.path=" + library.getParent(), "-Xmx256m");
  }

  /** Returns the environment of a JVM of which the JDK's own calls go through it, too. */
  static Map<String, String> environment() throws IOException {
    return Map.of("LD_PRELOAD", CSources.library("faults", "faults/libc.so").toString());
  }

  /** Returns the environment of a JVM that is killed at the n-th of some calls. */
  static Map<String, String> killedAt(Path directory, Collection<String> names, int number)
      throws IOException {
    return Map.of(
        "LD_PRELOAD",
        CSources.library("faults", "faults/libc.so").toString(),
        "FAULTS_DIRECTORY",
        directory.toString(),
        "FAULTS_CALLS",
        list(names),
        "FAULTS_AT",
        Integer.toString(number));
  }

  private static String list(Collection<String> names) {
    return "," + String.join(",", new ArrayList<>(names)) + ",";
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
  static void arm(
      Path directory, Collection<String> names, long first, long howMany, int what) {
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
