package io.persistentmap.crash;

import io.persistentmap.testing.Directories;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Guards the promise against errors in our own code: each operation meets an error at each of its
 * calls and allocations, once or from there on. Afterwards it is done or not, and others go on; or
 * the store has failed, says so, and opens with its last checkpoint.
 */
final class ErrorAtEachCallTest {
  private static final String SUITE = "overflow";
  private static final List<Injection.Kind> KINDS = List.of(Injection.Kind.values());
  private static final double SHORT_NANOS = 6e9;
  private static final List<String> OPERATIONS =
      List.of(
          "put new",
          "put over",
          "set new",
          "put if absent",
          "replace",
          "remove",
          "compute if absent",
          "compute new",
          "compute over",
          "compute remove",
          "merge",
          "clear",
          "iterate",
          "big",
          "roll",
          "checkpoint",
          "clean",
          "flush");

  @Test
  void copiedValues() throws Exception {
    run("bytes", false, OPERATIONS);
  }

  @Test
  void keysByEquality() throws Exception {
    run("equality", false, OPERATIONS);
  }

  @Test
  void liveValues() throws Exception {
    List<String> operations = new ArrayList<>(OPERATIONS);
    operations.addAll(List.of("live change", "visit"));
    run("bytes", true, operations);
  }

  @Test
  void liveValuesAndKeysByEquality() throws Exception {
    run(
        "equality",
        true,
        List.of("put new", "put over", "remove", "live change", "checkpoint", "visit"));
  }

  private static void run(String keys, boolean live, List<String> operations) throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("injection"));
    Torture torture =
        Torture.begin(
            SUITE,
            0.1,
            operations.size(),
            "an error at a call or allocation",
            "keys by " + keys + (live ? ", live" : ", copied"));
    Class<?> type = new InjectingLoader().loadClass("io.persistentmap.InjectedLife");
    int[] points = new int[operations.size()];
    long started = System.nanoTime();
    for (int round = 0; torture.goesOn() || hasTime(started); round++) {
      int chosen = round % operations.size();
      if (points[chosen] == 0) {
        points[chosen] = count(type, operations.get(chosen), keys, live);
      }
      int number = numberOf(random, torture, round / operations.size(), points[chosen]);
      Injection.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      boolean persistent = random.nextBoolean();
      String what =
          operations.get(chosen)
              + ", "
              + kind
              + " at "
              + number
              + " of "
              + points[chosen]
              + (persistent ? " and after" : "");
      String outcome = live(type, operations.get(chosen), keys, live, kind, number, persistent);
      if (outcome.startsWith("VIOLATION")) {
        torture.violation(what + ": " + outcome);
      }
      torture.count(outcome.startsWith("VIOLATION") ? "wrong" : outcome);
    }
    torture.end();
  }

  /** One after the other if there is time for it; else any. */
  private static int numberOf(SplittableRandom random, Torture torture, int pass, int points) {
    boolean all = Boolean.getBoolean("persistentmap.exhaustive") && torture.goesOn();
    return 1 + (all ? pass % points : random.nextInt(points));
  }

  /** A short run takes a few seconds, whatever it gets done. */
  private static boolean hasTime(long started) {
    return !Torture.isLong(SUITE) && System.nanoTime() - started < SHORT_NANOS;
  }

  /** Returns how many points an operation has: some are not there each time. */
  private static int count(Class<?> type, String name, String keys, boolean live) throws Exception {
    int low = 1;
    int high = 2;
    while (!isCompleted(type, name, keys, live, high)) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (isCompleted(type, name, keys, live, middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return low;
  }

  private static boolean isCompleted(
      Class<?> type, String name, String keys, boolean live, int number) throws Exception {
    String outcome = live(type, name, keys, live, Injection.Kind.STACK_OVERFLOW, number, false);
    if (outcome.startsWith("VIOLATION")) {
      throw new AssertionError(name + " at " + number + ": " + outcome);
    }
    return "completed".equals(outcome);
  }

  @SuppressWarnings("unchecked")
  private static String live(
      Class<?> type,
      String name,
      String keys,
      boolean live,
      Injection.Kind kind,
      long number,
      boolean persistent)
      throws Exception {
    Path directory = newDirectory();
    try {
      Object life = type.getConstructor().newInstance();
      return ((Function<Object[], String>) life)
          .apply(new Object[] {directory, name, keys, live, kind, number, persistent});
    } finally {
      Directories.delete(directory);
    }
  }

  private static Path newDirectory() throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
        ? Files.createTempDirectory(memory, "injected")
        : Files.createTempDirectory("injected");
  }
}
