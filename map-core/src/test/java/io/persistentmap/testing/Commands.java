package io.persistentmap.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs programs of the operating system. */
public final class Commands {
  private Commands() {}

  /** What a program left: its exit status, and all it printed. */
  public record Outcome(int status, String output) {
    public boolean succeeded() {
      return status == 0;
    }
  }

  /** Runs a program to its end and returns what it printed; throws if it failed. */
  static String run(List<String> command) throws IOException {
    Outcome outcome = attempt(command);
    if (!outcome.succeeded()) {
      throw new IOException(
          String.join(" ", command) + ": status " + outcome.status() + ": " + outcome.output());
    }
    return outcome.output();
  }

  static String run(String... command) throws IOException {
    return run(Arrays.asList(command));
  }

  /** Runs a program to its end, whatever that is. */
  public static Outcome attempt(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    try (var printed = process.getInputStream()) {
      String output = new String(printed.readAllBytes(), UTF_8).strip();
      return new Outcome(process.waitFor(), output);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(String.join(" ", command));
    }
  }

  /**
   * Finds a program on the path or among the system's own, which not every root has on its path.
   */
  static Optional<Path> find(String program) {
    String path = System.getenv("PATH");
    Stream<String> directories =
        Stream.concat(
            path == null ? Stream.empty() : Arrays.stream(path.split(File.pathSeparator, -1)),
            Stream.of("/usr/sbin", "/sbin"));
    return directories
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
