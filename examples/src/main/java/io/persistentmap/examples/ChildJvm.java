package io.persistentmap.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process of its own with the same Java and the same class path, which tells its parent what it
 * did in lines on its stdout, and which the parent can kill.
 *
 * <p>A line is one write of less than a pipe's atomic size: it comes whole or not at all. All that
 * a killed process had written can still be read.
 */
final class ChildJvm implements AutoCloseable {
  private static final int KILLED = 128 + 9;

  private final String name;
  private final Process process;
  private final BufferedReader lines;

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
    this.lines = process.inputReader();
  }

  /** Starts the main method of a class. */
  static ChildJvm start(Class<?> main, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    return new ChildJvm(main.getSimpleName(), builder.start());
  }

  // ---- in the child ----------------------------------------------------------------------------

  /**
   * Tells the parent.
   *
   * @return whether there still is one that listens
   */
  static boolean tell(String line) {
    System.out.print(line + "\n");
    return !System.out.checkError();
  }

  /** Waits until the parent says that it has all it needs, or is gone. */
  static void awaitParent() throws IOException {
    System.in.readAllBytes();
  }

  // ---- in the parent ---------------------------------------------------------------------------

  /** Returns the next line, or null if the child has ended. */
  @Nullable String nextLine() throws IOException {
    return lines.readLine();
  }

  /** Returns what follows the word in the next line, which must begin with it. */
  String next(String word) throws IOException {
    String line = nextLine();
    if (line == null) {
      throw new Violation(name + " ended before it said \"" + word + "\"; stderr tells why");
    }
    return after(word, line);
  }

  /** Returns what follows the word in a line that must begin with it. */
  String after(String word, String line) {
    if (!line.startsWith(word + " ")) {
      throw new Violation(name + " said \"" + line + "\" instead of \"" + word + "\"");
    }
    return line.substring(word.length() + 1);
  }

  /** Sends SIGKILL after that time, whatever the child is doing then. */
  void killAfter(Duration time) {
    CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS)
        .execute(() -> process.toHandle().destroyForcibly()); // Process's would close the pipe
  }

  /** Waits for the end of a child that was killed; throws if it has ended otherwise. */
  void awaitKilled() {
    int status = await();
    Violation.unless(
        status == KILLED,
        "%s ended with status %d before it was killed; stderr tells why",
        name,
        status);
  }

  /** Lets a child end that waits for it; throws if that fails. */
  void finish() throws IOException {
    process.getOutputStream().close();
    int status = await();
    Violation.unless(status == 0, "%s ended with status %d; stderr tells why", name, status);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    await();
  }

  private int await() {
    return process.onExit().join().exitValue();
  }
}
