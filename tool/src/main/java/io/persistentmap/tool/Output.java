package io.persistentmap.tool;

import io.persistentmap.StorageFailureException;
import io.persistentmap.inspect.Progress;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of all commands, about what they print. */
final class Output {
  private static final int USUAL_COLUMNS = 80;
  private static final int FEWEST_COLUMNS = 20;

  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Prints the result as JSON.")
  boolean json;

  @Option(
      names = "--progress",
      description = "Shows how far it is, on stderr. ./pmap does so by itself on a terminal.")
  boolean progress;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this.")
  boolean help;

  private @Nullable TerminalProgress bar;

  /**
   * Prints a result: as JSON, or as the lines given.
   *
   * @throws StorageFailureException if it can't be written
   * @throws Stdout.ReaderGoneException if nobody reads it any more
   */
  void print(Record result, List<String> lines) {
    if (spec == null) {
      throw new IllegalStateException("not part of a command");
    }
    if (bar != null) {
      bar.close(); // it has a line of the terminal, perhaps the one that comes next
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Report.json(result));
    } else {
      lines.forEach(out::println);
    }
    boolean failed = out.checkError(); // flushes
    if (failed || System.out.checkError()) { // which tells nothing to the writer on it
      throw Stdout.failure("");
    }
  }

  /**
   * Refuses JSON for a result that is told elsewhere than on stdout.
   *
   * @throws ParameterException if it is asked for
   */
  void refuseJson(String reason) {
    if (json && spec != null) {
      throw new ParameterException(spec.commandLine(), reason);
    }
  }

  /** Runs a task that tells how far it is. */
  int withProgress(ToIntFunction<Progress> task) {
    int columns = columns();
    if (columns == 0) {
      return task.applyAsInt(Progress.NONE);
    }
    try (TerminalProgress shown = new TerminalProgress(columns)) {
      bar = shown;
      return task.applyAsInt(shown);
    }
  }

  /** Of the terminal, as the script tells; 0 for no bar. */
  private int columns() {
    String told = System.getenv("PMAP_COLUMNS");
    if (told != null && told.matches("\\d{1,4}")) {
      int columns = Integer.parseInt(told);
      return columns > FEWEST_COLUMNS ? columns : 0;
    }
    return progress ? USUAL_COLUMNS : 0;
  }
}
