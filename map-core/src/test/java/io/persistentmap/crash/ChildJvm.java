package io.persistentmap.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A JVM with the class path of the tests. It ends when its standard input does. */
public final class ChildJvm implements AutoCloseable {
  static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path errors;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  private ChildJvm(Process process, Path errors, Consumer<String> onLine) {
    this.process = process;
    this.errors = errors;
    this.reader = new Thread(() -> read(onLine), "reader of child " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts one.
   *
   * @param onLine told each complete line of its standard output, in order
   */
  public static ChildJvm start(
      Class<?> main, List<String> jvmOptions, List<String> arguments, Consumer<String> onLine)
      throws IOException {
    return start(main, jvmOptions, Map.of(), arguments, onLine);
  }

  /** As above, with more environment variables. */
  public static ChildJvm start(
      Class<?> main,
      List<String> jvmOptions,
      Map<String, String> environment,
      List<String> arguments,
      Consumer<String> onLine)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-ea", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    Path errors = Files.createTempFile("persistentmap-child", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    return new ChildJvm(process, errors, onLine);
  }

  /** Starts one with a small heap, and drops what it says. */
  public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
    return start(main, List.of("-Xmx256m"), Arrays.asList(arguments), line -> {});
  }

  /** To be called by the child: ends it when the parent is gone, or wants it to end. */
  static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Whatever is sent.
                }
              } catch (IOException e) {
                // As good as the end.
              }
              Runtime.getRuntime().halt(0);
            },
            "end with parent");
    watch.setDaemon(true);
    watch.start();
  }

  private void read(Consumer<String> onLine) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = in.readLine();
      while (line != null) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
        onLine.accept(line);
        line = in.readLine();
      }
    } catch (IOException e) {
      // The pipe of a killed process.
    }
    synchronized (lines) {
      lines.notifyAll();
    }
  }

  /** Sends it a line. */
  void send(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Waits until it has printed a line that starts so, and returns that line. */
  public String await(String prefix) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (lines) {
      while (true) {
        for (String line : lines) {
          if (line.startsWith(prefix)) {
            return line;
          }
        }
        long left = end - System.nanoTime();
        if (left <= 0 || (!reader.isAlive() && !process.isAlive())) {
          throw new AssertionError("no line " + prefix + " from the child: " + report());
        }
        lines.wait(Math.min(100, Math.max(1, TimeUnit.NANOSECONDS.toMillis(left))));
      }
    }
  }

  /** Waits until it has printed so many lines that start so, but not longer than that time. */
  void awaitCount(String prefix, int count, long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (lines) {
      long left = millis;
      while (left > 0 && count(prefix) < count) {
        lines.wait(left);
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      }
    }
  }

  /** Returns how many lines so far start so. */
  int count(String prefix) {
    synchronized (lines) {
      return (int) lines.stream().filter(line -> line.startsWith(prefix)).count();
    }
  }

  /** Waits until there are more lines that start so than there were. */
  void awaitMore(String prefix, int before) throws InterruptedException {
    awaitCount(prefix, before + 1, TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    if (count(prefix) <= before) {
      throw new AssertionError("no further line " + prefix + " from the child: " + report());
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it with SIGKILL and waits until it is gone, and all it said has been read. */
  public void kill() throws InterruptedException {
    // Process.destroyForcibly would close the pipe, and lose what the child said last.
    process.toHandle().destroyForcibly();
    awaitEnd();
  }

  /** Asks it to end, with SIGTERM. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Waits for its own end, but not longer than that time. */
  void awaitEndWithin(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("the child does not end: " + report());
    }
  }

  /** Waits for its own end, and returns its exit status. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the child does not end: " + report());
    }
    reader.join();
    return process.exitValue();
  }

  /** Returns what it wrote to its standard error. */
  String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      return "unreadable: " + e;
    }
  }

  public String report() {
    return "alive " + process.isAlive() + ", said " + lines + ", errors: " + errors();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(errors);
  }
}
