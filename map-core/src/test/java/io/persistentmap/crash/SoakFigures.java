package io.persistentmap.crash;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a process and its store take: bytes of heap in use and resident in memory (which has what is
 * off the heap), open files, threads, mappings, bytes of its file system in use; and operations so
 * far.
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

  /** Of the whole file system, so that files count that are deleted, but still open. */
  private static long diskBytes(Path directory) throws IOException {
    FileStore store = Files.getFileStore(directory);
    return store.getTotalSpace() - store.getUnallocatedSpace();
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
