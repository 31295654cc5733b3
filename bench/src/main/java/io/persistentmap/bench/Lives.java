package io.persistentmap.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs what needs processes of its own, with small heaps or violent ends, and prints it. */
final class Lives {
  private static final int OPEN_AFTER_CLOSE_MILLIS = 300;
  private static final int OPEN_AFTER_KILL_MILLIS = 2_000;
  private static final int MIB = 1 << 20;

  private final boolean quick;
  private final Path log;

  Lives(boolean quick, Path log) {
    this.quick = quick;
    this.log = log;
  }

  // ---- many entries ----------------------------------------------------------------------------

  void manyEntries(String kind, Path parent) throws IOException, InterruptedException {
    long entries = quick ? 1_000_000 : 10_000_000;
    BenchmarkDirectory directory = BenchmarkDirectory.createIn(parent);
    String file = directory.file("many.map").toString();
    System.out.printf("%n4. %,d entries, -Xmx256m, on %s%n", entries, kind);
    Numbers filled = live("fill", file, entries, 0);
    System.out.printf(
        "  fill %.1f s, checkpoint %d ms, close %d ms, live %d MiB, file %d MiB%n",
        filled.get("fill") / 1e3,
        filled.get("checkpoint"),
        filled.get("close"),
        filled.get("live") / MIB,
        filled.get("length") / MIB);
    for (int i = 0; i < 3; i++) {
      printOpened("after close", live("open", file, entries, 0), OPEN_AFTER_CLOSE_MILLIS);
    }
    live("change", file, entries, entries / 50);
    printOpened("after kill -9", live("open", file, entries, 0), OPEN_AFTER_KILL_MILLIS);
    // Nearly as much log as there can be before a new index image is due.
    live("change", file, entries, entries / 50 * 8);
    for (int i = 0; i < 3; i++) {
      printOpened("after kill -9", live("open", file, entries, 0), OPEN_AFTER_KILL_MILLIS);
    }
    directory.delete();
  }

  private static void printOpened(String after, Numbers opened, int wantedMillis) {
    System.out.printf(
        "  open %-14s %5d ms (recovery().duration() %d ms, thread's cpu %d ms), replayed %d MiB;"
            + " wanted <= %d ms: %s%n",
        after,
        opened.get("open"),
        opened.get("recovery"),
        opened.get("cpu"),
        opened.get("replayed") / MIB,
        wantedMillis,
        opened.get("open") <= wantedMillis ? "met" : "MISSED");
  }

  private Numbers live(String phase, String file, long entries, long changes)
      throws IOException, InterruptedException {
    return child("-Xmx256m", ManyEntries.class, phase, file, String.valueOf(entries), "" + changes);
  }

  // ---- space -----------------------------------------------------------------------------------

  void space(String kind, Path parent) throws IOException, InterruptedException {
    int entries = quick ? 250_000 : 1_000_000;
    int rounds = quick ? 12 : 50;
    BenchmarkDirectory directory = BenchmarkDirectory.createIn(parent);
    Numbers space =
        child(
            "-Xmx1g",
            Space.class,
            directory.file(".").normalize().toString(),
            String.valueOf(entries),
            String.valueOf(rounds));
    long live = space.get("live");
    System.out.printf(
        "%n5. Space: %,d entries overwritten %d times in random order, a checkpoint each, on %s%n",
        entries, rounds, kind);
    System.out.printf(
        "  live %d MiB; segments: log %d, waiting %d, image %d, free %d MiB; took %.1f s%n",
        live / MIB,
        space.get("log") / MIB,
        space.get("waiting") / MIB,
        space.get("image") / MIB,
        space.get("free") / MIB,
        space.get("overwrite") / 1e3);
    printShare("hash file, blocks", space.get("disk"), live, true);
    printShare("hash file, length", space.get("length"), live, true);
    printShare("file system, with snapshots", space.get("used"), live, false);
    directory.delete();
  }

  private static void printShare(String what, long bytes, long live, boolean required) {
    double share = bytes / (double) live;
    System.out.printf(
        "  %-28s %5d MiB = %.2f x live%s%n",
        what,
        bytes / MIB,
        share,
        required ? "; wanted <= 2: " + (share <= 2 ? "met" : "MISSED") : "");
  }

  // ---- processes -------------------------------------------------------------------------------

  /** What a process has printed. */
  private static final class Numbers {
    private final Map<String, Long> byName = new HashMap<>();

    long get(String name) {
      Long number = byName.get(name);
      if (number == null) {
        throw new IllegalStateException("no " + name + " among " + byName);
      }
      return number;
    }
  }

  /** Runs a main class and returns the numbers that it prints; kills it if it says it is ready. */
  private Numbers child(String heap, Class<?> main, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(heap);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Numbers numbers = new Numbers();
    boolean killed = false;
    try (BufferedReader lines = process.inputReader()) {
      String line = lines.readLine();
      while (line != null && !killed) {
        killed = line.equals(ManyEntries.READY);
        if (killed) {
          process.destroyForcibly(); // SIGKILL
        } else {
          String[] parts = line.split("=", 2);
          numbers.byName.put(parts[0], Long.parseLong(parts[1]));
          line = lines.readLine();
        }
      }
    } finally {
      process.destroyForcibly();
    }
    int status = process.waitFor();
    if (status != 0 && !killed) {
      throw new IOException(String.join(" ", command) + ": status " + status + ", see " + log);
    }
    return numbers;
  }
}
