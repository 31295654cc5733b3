package io.persistentmap.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Runs the benchmarks and prints their table: {@code ./benchmark} calls it. */
public final class Main {
  private static final Set<String> SECTIONS =
      Set.of("operations", "checkpoint", "many", "space", "live");

  private Main() {}

  /**
   * Runs.
   *
   * @param args {@code --quick}; {@code --dir KIND=DIRECTORY} for each file system, the main one
   *     first; {@code --log FILE} for the output of JMH; sections, if not all
   */
  public static void main(String[] args) throws Exception {
    boolean quick = false;
    Map<String, Path> directories = new LinkedHashMap<>();
    Path log = Path.of("benchmark.log");
    Set<String> sections = new TreeSet<>();
    List<String> rest = new ArrayList<>(List.of(args));
    while (!rest.isEmpty()) {
      String arg = rest.remove(0);
      switch (arg) {
        case "--quick" -> quick = true;
        case "--dir" -> {
          String[] named = rest.remove(0).split("=", 2);
          directories.put(named[0], Path.of(named[1]));
        }
        case "--log" -> log = Path.of(rest.remove(0));
        default -> sections.add(arg);
      }
    }
    if (directories.isEmpty() || !SECTIONS.containsAll(sections)) {
      System.err.println("usage: [--quick] --dir KIND=DIRECTORY ... " + SECTIONS);
      System.exit(2);
    }
    run(quick, directories, log, sections.isEmpty() ? SECTIONS : sections);
  }

  private static void run(
      boolean quick, Map<String, Path> directories, Path log, Set<String> sections)
      throws Exception {
    Map.Entry<String, Path> first = directories.entrySet().iterator().next();
    String kind = first.getKey();
    Path directory = first.getValue();
    Measured measured = new Measured(quick, log);
    if (sections.contains("operations")) {
      measured.operations(kind, directory);
    }
    if (sections.contains("checkpoint")) {
      measured.checkpoints(directories);
    }
    Lives lives = new Lives(quick, log);
    if (sections.contains("many")) {
      lives.manyEntries(kind, directory);
    }
    if (sections.contains("space")) {
      lives.space(kind, directory);
    }
    if (sections.contains("live")) {
      measured.live(kind, directory);
    }
  }
}
