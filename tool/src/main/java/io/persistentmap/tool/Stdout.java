package io.persistentmap.tool;

import io.persistentmap.StorageFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells why stdout can't be written. */
final class Stdout {
  private static final Path LINK = Path.of("/proc/self/fd/1");

  private Stdout() {}

  /** The program that was reading stdout has ended: {@code pmap export x.map | head}. */
  static final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException() {
      super("nobody reads stdout any more");
    }
  }

  /**
   * Returns what to throw when a write failed. A pipe has no other reason to fail than that its
   * reader has ended; the message of the system is in the user's language.
   */
  static RuntimeException failure(String reason) {
    return isPipe()
        ? new ReaderGoneException()
        : new StorageFailureException(
            "stdout: can't be written, so the result is not told" + reason);
  }

  private static boolean isPipe() {
    try {
      String target = Files.readSymbolicLink(LINK).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException e) {
      return false; // no such system
    }
  }
}
