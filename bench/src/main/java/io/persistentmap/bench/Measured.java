package io.persistentmap.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs what JMH measures, and prints it.
 *
 * <p>Each round runs every benchmark in a process of its own, and rounds follow each other: so what
 * else the machine does meets all of them alike. A ratio is the median over the rounds of what it
 * is within a round, whose processes were near each other in time; other medians are over the
 * iterations of all rounds.
 */
final class Measured {
  private static final String PACKAGE = "io.persistentmap.bench.";

  /**
   * Touched before anything is measured: else the map whose filling leaves less garbage, and so a
   * heap less touched, pays for the first use of each page while it is measured.
   */
  private static final List<String> HEAP = List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch");

  private static final int ENTRIES = 1_000_000;

  private final boolean quick;
  private final Path log;

  Measured(boolean quick, Path log) {
    this.quick = quick;
    this.log = log;
  }

  // ---- put and get -----------------------------------------------------------------------------

  void operations(String kind, Path directory) throws RunnerException, IOException {
    Map<String, Samples> results =
        measure(
            directory,
            "InsertBenchmark.chronicleMapPut",
            "InsertBenchmark.persistentMapPut",
            "InsertBenchmark.persistentMapSet",
            "PutBenchmark.chronicleMapPut",
            "PutBenchmark.persistentMapPut",
            "PutBenchmark.chronicleMapPutReturnsNull",
            "PutBenchmark.persistentMapSet",
            "GetBenchmark.chronicleMapGetUsing",
            "GetBenchmark.persistentMapGet");
    printOperations(kind, results);
  }

  private Map<String, Samples> measure(Path directory, String... benchmarks)
      throws RunnerException, IOException {
    Map<String, Samples> results = new LinkedHashMap<>();
    for (int round = 0; round < (quick ? 3 : 7); round++) {
      for (String benchmark : benchmarks) {
        ChainedOptionsBuilder options = options(benchmark, directory);
        if (benchmark.contains("InsertBenchmark")) {
          options.warmupIterations(1).measurementIterations(quick ? 2 : 3);
        } else {
          options
              .warmupIterations(quick ? 2 : 3)
              .warmupTime(TimeValue.seconds(1))
              .measurementIterations(quick ? 3 : 5)
              .measurementTime(TimeValue.seconds(1));
        }
        run(options, results.computeIfAbsent(benchmark, name -> new Samples()));
      }
    }
    return results;
  }

  private static void printOperations(String kind, Map<String, Samples> results) {
    String format = "  %-26s %-28s %7s %17s %7s %17s%n";
    System.out.printf(
        "%n1-2. One thread, %,d entries, %d-character keys, users of %d bytes, on %s%n",
        ENTRIES, Keys.LENGTH, new Workload().averageUserBytes(), kind);
    System.out.printf(format, "", "", "ns", "ratio", "cpu ns", "ratio");
    Samples base = new Samples();
    for (Map.Entry<String, Samples> result : results.entrySet()) {
      String[] name = result.getKey().split("\\.", 2);
      Samples samples = result.getValue();
      base = name[1].startsWith("chronicle") ? samples : base; // what follows is compared with it
      System.out.printf(
          format,
          describe(name[0]),
          name[1],
          Math.round(samples.median("primary")),
          ratio(samples, base, "primary"),
          Math.round(samples.median(ProcessCpu.NAME)),
          ratio(samples, base, ProcessCpu.NAME));
    }
    System.out.println(
        """
          cpu: processor time of all threads of the process, the cleaner's included. ratio: to
          the line of Chronicle Map above, below 1 is faster: the median of the rounds, and the
          lowest and highest. Chronicle Map is never flushed. put returns the old value,
          deserialised; set, and put with putReturnsNull(true), don't read it.\
        """);
  }

  private static String describe(String group) {
    return switch (group) {
      case "InsertBenchmark" -> "insert (key is new)";
      case "PutBenchmark" -> "overwrite (random key)";
      default -> "get (random key, no cache)";
    };
  }

  private static String ratio(Samples samples, Samples base, String name) {
    double[] ratios = samples.ratios(base, name);
    return "%.2f (%.2f-%.2f)"
        .formatted(Samples.quantile(ratios, 0.5), ratios[0], ratios[ratios.length - 1]);
  }

  // ---- checkpoints -----------------------------------------------------------------------------

  void checkpoints(Map<String, Path> directories) throws RunnerException, IOException {
    System.out.printf(
        "%n3. Checkpoint after %,d random changes of %,d entries, microseconds%n",
        CheckpointBenchmark.CHANGES, ENTRIES);
    String format = "  %-18s %10s %10s %10s %10s   %s%n";
    System.out.printf(format, "", "total p50", "total p90", "stop p50", "stop p90", "");
    for (Map.Entry<String, Path> directory : directories.entrySet()) {
      Samples samples = new Samples();
      run(
          options("CheckpointBenchmark.checkpoint", directory.getValue())
              .warmupIterations(100)
              .measurementIterations(200),
          samples);
      boolean met = samples.median("totalMicros") <= 1_500 && samples.median("stopMicros") <= 200;
      System.out.printf(
          format,
          directory.getKey(),
          Math.round(samples.median("totalMicros")),
          Math.round(samples.quantile("totalMicros", 0.9)),
          Math.round(samples.median("stopMicros")),
          Math.round(samples.quantile("stopMicros", 0.9)),
          directory.getKey().startsWith("xfs")
              ? "wanted: total p50 <= 1500, stop p50 <= 200: " + verdict(met)
              : "");
    }
  }

  // ---- live values -----------------------------------------------------------------------------

  void live(String kind, Path directory) throws RunnerException, IOException {
    System.out.printf("%n6. Live values, one thread, %,d entries, on %s%n", ENTRIES, kind);
    String format = "  %-18s %16s %14s %8s   %s%n";
    System.out.printf(format, "nanoseconds", "ConcurrentHashMap", "PersistentMap", "ratio", "");
    Map<String, Samples> results =
        measure(
            directory,
            "LiveBenchmark.concurrentHashMapGet",
            "LiveBenchmark.persistentMapGet",
            "LiveBenchmark.concurrentHashMapPut",
            "LiveBenchmark.persistentMapPut",
            "LiveInsertBenchmark.concurrentHashMapPut",
            "LiveInsertBenchmark.persistentMapPut");
    printLive(format, results, "get", "LiveBenchmark.%sGet", true);
    printLive(format, results, "overwrite", "LiveBenchmark.%sPut", true);
    printLive(format, results, "insert", "LiveInsertBenchmark.%sPut", false);

    Samples samples = new Samples();
    run(
        options("DirtyPassBenchmark.checkpoint", directory)
            .warmupIterations(quick ? 5 : 10)
            .measurementIterations(quick ? 10 : 30),
        samples);
    double pass = samples.median("passNanosPerValue");
    System.out.printf(
        "  checkpoint of %,d live values, %,d changed: dirty pass %.0f ns for each value"
            + " (wanted <= 500: %s), writers stopped %.0f us (median)%n",
        ENTRIES,
        DirtyPassBenchmark.CHANGES,
        pass,
        verdict(pass <= 500),
        samples.median("stopMicros"));
  }

  private static void printLive(
      String format, Map<String, Samples> results, String what, String name, boolean limited) {
    Samples base = results.getOrDefault(name.formatted("concurrentHashMap"), new Samples());
    Samples own = results.getOrDefault(name.formatted("persistentMap"), new Samples());
    double ratio = Samples.quantile(own.ratios(base, "primary"), 0.5);
    System.out.printf(
        format,
        what,
        Math.round(base.median("primary")),
        Math.round(own.median("primary")),
        "%.2f".formatted(ratio),
        limited ? "wanted <= 2: " + verdict(ratio <= 2) : "");
  }

  private static String verdict(boolean met) {
    return met ? "met" : "MISSED";
  }

  // ---- JMH -------------------------------------------------------------------------------------

  private static ChainedOptionsBuilder options(String benchmark, Path directory) {
    List<String> flags = new ArrayList<>(HEAP);
    flags.add("-D" + BenchmarkDirectory.PROPERTY + "=" + directory);
    if (benchmark.contains("chronicle")) {
      flags.addAll(ChronicleFlags.ALL);
    }
    return new OptionsBuilder()
        .include("^" + (PACKAGE + benchmark).replace(".", "\\.") + "$")
        .param("entries", String.valueOf(ENTRIES))
        .forks(1)
        .addProfiler(ProcessCpu.class)
        .shouldFailOnError(true)
        .jvmArgs(flags.toArray(String[]::new));
  }

  private void run(ChainedOptionsBuilder options, Samples samples)
      throws RunnerException, IOException {
    try (PrintStream out =
        new PrintStream(
            new BufferedOutputStream(
                Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)),
            true,
            StandardCharsets.UTF_8)) {
      OutputFormat format = OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL);
      for (RunResult result : new Runner(options.build(), format).run()) {
        samples.add(result);
      }
    }
  }

  /** The results of single iterations, by name and round. */
  private static final class Samples {
    private final List<Map<String, List<Double>>> rounds = new ArrayList<>();

    void add(RunResult run) {
      rounds.add(new TreeMap<>());
      run.getBenchmarkResults().stream()
          .flatMap(fork -> fork.getIterationResults().stream())
          .forEach(this::add);
    }

    private void add(IterationResult iteration) {
      boolean inserts = iteration.getPrimaryResult().getScoreUnit().startsWith("ms");
      double operations = inserts ? ENTRIES : 1;
      double unit = inserts ? 1e6 : 1;
      add("primary", iteration.getPrimaryResult().getScore() * unit / operations);
      iteration
          .getSecondaryResults()
          .forEach((name, result) -> add(name, result.getScore() / operations));
    }

    private void add(String name, double value) {
      rounds.get(rounds.size() - 1).computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    double median(String name) {
      return quantile(name, 0.5);
    }

    double quantile(String name, double share) {
      return quantile(sorted(rounds.stream(), name), share);
    }

    /** Returns the ratios of the medians of each round, ascending. */
    double[] ratios(Samples base, String name) {
      return IntStream.range(0, Math.min(rounds.size(), base.rounds.size()))
          .mapToDouble(round -> median(round, name) / base.median(round, name))
          .sorted()
          .toArray();
    }

    private double median(int round, String name) {
      return quantile(sorted(Stream.of(rounds.get(round)), name), 0.5);
    }

    private static double[] sorted(Stream<Map<String, List<Double>>> rounds, String name) {
      return rounds
          .flatMap(round -> round.getOrDefault(name, List.of()).stream())
          .mapToDouble(Double::doubleValue)
          .sorted()
          .toArray();
    }

    static double quantile(double[] sorted, double share) {
      return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))];
    }
  }
}
