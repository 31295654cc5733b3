package io.persistentmap.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Jazzer calls again and again, with bytes that it chooses by the code that earlier ones have
 * reached: they are the decisions of {@link StoreMutator}. Otherwise it is {@link FuzzChild}; the
 * system property {@code persistentmap.fuzz} names a directory of its own.
 */
public final class CoverageFuzzer {
  private static final FuzzChild CHILD = child();
  private static long cases;

  private CoverageFuzzer() {}

  private static FuzzChild child() {
    ChildJvm.endWithParent();
    try {
      Path directory = Path.of(System.getProperty("persistentmap.fuzz"));
      FuzzChild child =
          new FuzzChild(
              Files.createDirectories(directory.resolve("stores")),
              directory.resolve("violations"),
              0);
      child.watch();
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a case; the name is Jazzer's.
   *
   * @param decisions all that is random about it
   */
  public static void fuzzerTestOneInput(byte[] decisions) throws IOException {
    CHILD.run(++cases, new Decisions(decisions));
  }
}
