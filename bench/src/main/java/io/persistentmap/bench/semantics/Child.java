package io.persistentmap.bench.semantics;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A process that tries idioms on one map and tells its parent in lines that begin with {@link
 * #MARK}, since libraries print, too. It ends by itself when a step takes too long.
 */
final class Child {
  static final String MARK = "@@";

  /** For all a library does when it is used first. */
  private static final Duration START_LIMIT = Duration.ofMinutes(1);

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
   * @param args the map's name; the task; the directory; seconds after which a row hangs; the first
   *     row
   */
  public static void main(String[] args) throws Exception {
    Contender contender = Contender.valueOf(args[0]);
    Task task = Task.valueOf(args[1]);
    Path directory = Path.of(args[2]);
    if (task == Task.OPEN) {
      Thread watch = endAfter(START_LIMIT, answer -> {}); // the parent may be gone before
      tell(openAndClose(contender, directory));
      watch.interrupt();
    } else {
      Thread watch = endAfter(START_LIMIT, answer -> {});
      warmUp(contender, Files.createTempDirectory(directory, "warm"));
      watch.interrupt();
      run(
          contender,
          task,
          directory,
          Duration.ofSeconds(Long.parseLong(args[3])),
          Integer.parseInt(args[4]));
    }
    Runtime.getRuntime().halt(0); // whatever threads a library has left
  }

  private static String openAndClose(Contender contender, Path directory) {
    try {
      contender.open(directory).close().run();
      return "opened, too";
    } catch (RuntimeException | LinkageError e) {
      e.printStackTrace();
      return "refused";
    }
  }

  private static void run(Contender contender, Task task, Path directory, Duration limit, int first)
      throws IOException {
    for (int row = first; row < Idioms.ALL.size(); row++) {
      int thisRow = row;
      tell("begin\t" + row);
      Thread watch = endAfter(limit, answer -> tell("hangs\t" + thisRow + "\t" + answer.encode()));
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

  /** Ends the process if the limit is reached first, and says where this thread is then. */
  private static Thread endAfter(Duration limit, Consumer<Answer> listener) {
    Thread watched = Thread.currentThread();
    Thread watch =
        new Thread(
            () -> {
              try {
                Thread.sleep(limit.toMillis());
              } catch (InterruptedException e) {
                return; // done in time
              }
              listener.accept(Answer.hangs(watched));
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
    Process process = start(contender, Task.OPEN, directory, START_LIMIT, 0);
    try (BufferedReader lines = process.inputReader()) {
      return lines
          .lines()
          .filter(line -> line.startsWith(MARK))
          .map(line -> line.substring(MARK.length()))
          .findFirst()
          .orElse("died");
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts a child of this process, whose stdout is to be read. */
  static Process start(Contender contender, Task task, Path directory, Duration limit, int row)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(contender.jvmFlags());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-cp");
    command.add(
        System.getProperty("java.class.path")
            + File.pathSeparator
            + Customers.directory(directory, task));
    command.add(Child.class.getName());
    command.addAll(
        List.of(
            contender.name(),
            task.name(),
            directory.toString(),
            String.valueOf(limit.toSeconds()),
            String.valueOf(row)));
    return new ProcessBuilder(command)
        .redirectError(directory.resolve("stderr-" + task).toFile())
        .start();
  }

  private static synchronized void tell(String line) {
    System.out.print(MARK + line + "\n");
    System.out.flush();
  }
}
