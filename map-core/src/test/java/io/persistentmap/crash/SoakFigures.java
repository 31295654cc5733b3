package io.persistentmap.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a process and its store take: bytes of heap in use and resident in memory (which has what is
 * off the heap), open files, threads, mappings, bytes on the disk; and operations so far.
 */
record SoakFigures(List<Long> values) {
  static final List<String> NAMES =
      List.of("heap", "resident", "files", "threads", "mappings", "disk", "operations");

  private static final String PREFIX = "figures ";
  private static final int SETTLE_ROUNDS = 3;

  /** Of this process, after collecting garbage, since what is off the heap goes with it. */
  static SoakFigures measure(Path directory, long operations) throws IOException {
    settle();
    Runtime runtime = Runtime.getRuntime();
    return new SoakFigures(
        List.of(
            runtime.totalMemory() - runtime.freeMemory(),
            residentBytes(),
            count(Path.of("/proc/self/fd")),
            count(Path.of("/proc/self/task")),
            (long) Files.readAllLines(Path.of("/proc/self/maps")).size(),
            diskBytes(directory),
            operations));
  }

  private static void settle() {
    for (int i = 0; i < SETTLE_ROUNDS; i++) {
      System.gc();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  private static long count(Path directory) {
    String[] names = directory.toFile().list();
    return names == null ? 0 : names.length;
  }

  /**
   * Of the files in the directory, and of those that are deleted, but still open. Not of the whole
   * file system: XFS keeps what it allocated ahead for copies on write for half an hour.
   */
  private static long diskBytes(Path directory) throws IOException {
    Path open = Path.of("/proc/" + ProcessHandle.current().pid() + "/fd");
    Process stat =
        new ProcessBuilder(
                "sh", "-c", "stat -L -c '%d %i %b %B' \"$0\"/* \"$1\"/*", directory + "", open + "")
            .redirectError(ProcessBuilder.Redirect.DISCARD) // files that close meanwhile
            .start();
    String device = Files.getAttribute(directory, "unix:dev").toString();
    Map<String, Long> bytes = new HashMap<>();
    for (String line : new String(stat.getInputStream().readAllBytes(), UTF_8).lines().toList()) {
      String[] part = line.split(" ", -1);
      if (part[0].equals(device)) {
        bytes.put(part[1], Long.parseLong(part[2]) * Long.parseLong(part[3]));
      }
    }
    if (bytes.isEmpty()) {
      throw new IOException(directory + ": stat says nothing of the files of device " + device);
    }
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  String toLine() {
    return PREFIX + values.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  static boolean isLine(String line) {
    return line.startsWith(PREFIX);
  }

  static SoakFigures of(String line) {
    return new SoakFigures(
        Arrays.stream(line.substring(PREFIX.length()).split(" ", -1)).map(Long::valueOf).toList());
  }

  /** Returns how one of the figures has changed. */
  static String describe(int index, long before, long after) {
    String name = NAMES.get(index);
    return switch (name) {
      case "heap", "resident", "disk" ->
          String.format("%s %d to %d MiB", name, before >> 20, after >> 20);
      case "operations" -> String.format("%,d operations", after);
      default -> String.format("%s %d to %d", name, before, after);
    };
  }
}
