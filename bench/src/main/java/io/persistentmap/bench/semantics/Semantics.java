package io.persistentmap.bench.semantics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** {@code ./benchmark semantics}: runs the comparison, and prints the table or writes it. */
public final class Semantics {
  /** Where the table is in the page. */
  static final String BEGIN = "<!-- begin: written by ./benchmark semantics --record -->";

  static final String END = "<!-- end -->";

  /** A step that takes longer hangs: those that don't take milliseconds. */
  private static final Duration LIMIT = Duration.ofSeconds(8);

  private Semantics() {}

  /**
   * Runs.
   *
   * @param args the directory to work in; then the page to write, if any
   */
  public static void main(String[] args) throws Exception {
    Table table = compare(List.of(Contender.values()), Path.of(args[0]), LIMIT);
    String text = table.markdown() + madeBy();
    if (args.length > 1) {
      Path page = Path.of(args[1]);
      Files.writeString(page, recorded(Files.readString(page), text));
    } else {
      System.out.println(text);
    }
  }

  /** Runs all idioms on these maps, at the same time. */
  static Table compare(List<Contender> contenders, Path parent, Duration limit) throws Exception {
    Path directory = Files.createTempDirectory(parent, "semantics");
    ExecutorService threads = Executors.newFixedThreadPool(contenders.size());
    try {
      Map<Contender, Future<List<Outcome>>> running = new EnumMap<>(Contender.class);
      for (Contender contender : contenders) {
        running.put(contender, threads.submit(() -> run(contender, directory, limit)));
      }
      Map<Contender, List<Outcome>> outcomes = new EnumMap<>(Contender.class);
      for (Map.Entry<Contender, Future<List<Outcome>>> each : running.entrySet()) {
        outcomes.put(each.getKey(), each.getValue().get());
      }
      delete(directory); // kept if something failed: it has what the processes printed
      return new Table(outcomes);
    } catch (ExecutionException e) {
      throw new IOException("The comparison failed; its files are in " + directory, e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Outcome> run(Contender contender, Path directory, Duration limit)
      throws IOException {
    long start = System.nanoTime();
    List<Outcome> outcomes = Comparison.run(contender, directory, limit);
    System.err.printf(
        "%s: %d idioms in %.1f s%n",
        contender.titleAndVersion(), outcomes.size(), (System.nanoTime() - start) / 1e9);
    return outcomes;
  }

  /** Returns the page with the text in its place. */
  static String recorded(String page, String text) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "The page has no place for the table: " + BEGIN + " " + END);
    }
    return page.substring(0, begin) + BEGIN + "\n\n" + text + "\n" + page.substring(end);
  }

  private static String madeBy() {
    return "\nMade by `./benchmark semantics --record`, Java "
        + Runtime.version()
        + ", "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch")
        + ".\n";
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    }
  }
}
