package io.persistentmap.bench.semantics;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that tries idioms on one map and tells its parent in lines that begin with {@link
 * #MARK}, since libraries print, too. It ends by itself when a step takes too long.
 */
final class Child {
  static final String MARK = "@@";

  /** A step that takes longer hangs: all others take milliseconds. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final Duration OTHER_OPENER_LIMIT = Duration.ofSeconds(4);

  private Child() {}

  /** What a child is started for. */
  enum Task {
    ACT,
    REOPEN,
    OPEN
  }

  /**
   * Runs.
   *
   * @param args the map's name; the task; the directory; the first row
   */
  public static void main(String[] args) throws Exception {
    Contender contender = Contender.valueOf(args[0]);
    Task task = Task.valueOf(args[1]);
    Path directory = Path.of(args[2]);
    if (task == Task.OPEN) {
      contender.open(directory).close().run(); // if that throws, the status tells
      tell("opened");
    } else {
      warmUp(contender, Files.createTempDirectory(directory, "warm"));
      run(contender, task, directory, Integer.parseInt(args[3]));
    }
    Runtime.getRuntime().halt(0); // whatever threads a library has left
  }

  private static void run(Contender contender, Task task, Path directory, int first)
      throws IOException {
    for (int row = first; row < Idioms.ALL.size(); row++) {
      int thisRow = row;
      tell("begin\t" + row);
      Thread watch = watchThis(row);
      Trial trial = new Trial(contender, row, directory);
      Trial.Listener listener =
          (step, answer) -> tell(step + "\t" + thisRow + "\t" + answer.encode());
      if (task == Task.ACT) {
        trial.act(listener);
      } else {
        trial.reopen(listener);
      }
      watch.interrupt();
    }
  }

  /** Loads the library's classes, which takes seconds on a busy machine. */
  private static void warmUp(Contender contender, Path directory) {
    OpenMap opened = contender.open(directory);
    opened.map().put("k", "v");
    opened.save().run();
    opened.close().run();
  }

  /** Ends the process, and says where this thread is, if the limit is reached first. */
  private static Thread watchThis(int row) {
    Thread watched = Thread.currentThread();
    Thread watch =
        new Thread(
            () -> {
              try {
                Thread.sleep(LIMIT.toMillis());
              } catch (InterruptedException e) {
                return; // done in time
              }
              tell("hangs\t" + row + "\t" + Answer.hangs(watched).encode());
              Runtime.getRuntime().halt(1);
            },
            "watch");
    watch.setDaemon(true);
    watch.start();
    return watch;
  }

  /** Asks the parent for SIGKILL. */
  static void awaitKill() throws InterruptedException {
    tell("kill");
    Thread.sleep(Long.MAX_VALUE);
  }

  /** Starts a process that opens a map that is open here. */
  static String openOnly(Contender contender, Path directory) throws Exception {
    Process process = start(contender, Task.OPEN, directory, 0);
    try {
      if (!process.waitFor(OTHER_OPENER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return "waits";
      }
      try (BufferedReader lines = process.inputReader()) {
        return lines.lines().anyMatch((MARK + "opened")::equals) ? "opens it, too" : "refused";
      }
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts a child of this process, whose stdout is to be read. */
  static Process start(Contender contender, Task task, Path directory, int row)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(contender.jvmFlags());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    command.addAll(
        List.of(contender.name(), task.name(), directory.toString(), String.valueOf(row)));
    return new ProcessBuilder(command)
        .redirectError(directory.resolve("stderr-" + task).toFile())
        .start();
  }

  private static synchronized void tell(String line) {
    System.out.print(MARK + line + "\n");
    System.out.flush();
  }
}
