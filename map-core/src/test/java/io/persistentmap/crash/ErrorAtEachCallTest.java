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
  private static final List<Injection.Kind> KINDS =
      List.of(
          Injection.Kind.STACK_OVERFLOW, Injection.Kind.OUT_OF_MEMORY, Injection.Kind.EXCEPTION);
  private static final int TESTS = 9;
  private static final double SHORT_NANOS = 4e9;
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
          "checkpoint");

  private static final List<String> CLOSING = List.of("close", "close with image", "discard");

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

  @Test
  void closing() throws Exception {
    run("bytes", false, CLOSING);
  }

  @Test
  void closingLiveValues() throws Exception {
    run("equality", true, CLOSING);
  }

  /** Those that write full segments, clean, and write images. */
  @Test
  void threadsOfTheStore() throws Exception {
    run("bytes", false, List.of("flush", "flush many", "clean", "image"));
  }

  /** A heap that is full for a moment, or for the rest of the operation, fails no store. */
  @Test
  void fullHeapCopiedValues() throws Exception {
    run("bytes", false, OPERATIONS, List.of(Injection.Kind.FULL_HEAP));
  }

  @Test
  void fullHeapLiveValues() throws Exception {
    List<String> operations = new ArrayList<>(OPERATIONS);
    operations.addAll(List.of("live change", "compute during pass"));
    run("equality", true, operations, List.of(Injection.Kind.FULL_HEAP));
  }

  private static void run(String keys, boolean live, List<String> operations) throws Exception {
    run(keys, live, operations, KINDS);
  }

  private static void run(
      String keys, boolean live, List<String> operations, List<Injection.Kind> kinds)
      throws Exception {
    boolean mayFail = !kinds.equals(List.of(Injection.Kind.FULL_HEAP));
    SplittableRandom random = new SplittableRandom(TestSeeds.next("injection"));
    Torture torture =
        Torture.begin(
            SUITE,
            0.4 / TESTS,
            operations.size(),
            mayFail ? "an error at a call or allocation" : "no memory at an allocation",
            "keys by "
                + keys
                + (live ? ", live" : ", copied")
                + (operations.contains("put new") ? "" : ": " + String.join(", ", operations)));
    Class<?> type = new InjectingLoader().loadClass("io.persistentmap.InjectedLife");
    int[] points = new int[operations.size()];
    int[] places = new int[operations.size()];
    long started = System.nanoTime();
    for (int round = 0; torture.goesOn() || hasTime(started); round++) {
      int chosen = round % operations.size();
      String name = operations.get(chosen);
      if (points[chosen] == 0) {
        points[chosen] = count(type, name, keys, live, kinds.get(0), false);
        places[chosen] = count(type, name, keys, live, kinds.get(0), true);
        torture.note(name + ": " + places[chosen] + " places, " + points[chosen] + " times");
      }
      int pass = round / operations.size();
      boolean all = Torture.isLong(SUITE) && pass < places[chosen];
      boolean byPlace = all || random.nextBoolean();
      int most = byPlace ? places[chosen] : points[chosen];
      int number = 1 + (all ? pass : random.nextInt(most));
      Injection.Kind kind = kinds.get(random.nextInt(kinds.size()));
      boolean persistent = random.nextBoolean();
      String what =
          (name + ", " + kind + " at " + number + " of " + most + (byPlace ? " places" : " times"))
              + (persistent ? " and after" : "");
      String outcome = live(type, name, keys, live, kind, number, persistent, byPlace);
      if (!mayFail && "refused".equals(outcome)) {
        outcome = "VIOLATION: failed for good, by what was thrown at " + Injection.struckAt();
      }
      if (outcome.startsWith("VIOLATION")) {
        torture.violation(what + ": " + outcome);
      }
      torture.count(outcome.startsWith("VIOLATION") ? "wrong" : outcome);
    }
    torture.end();
  }

  /** A short run takes a few seconds, whatever it gets done. */
  private static boolean hasTime(long started) {
    return !Torture.isLong(SUITE) && System.nanoTime() - started < SHORT_NANOS;
  }

  /** Returns how many points an operation has: some are not there each time. */
  private static int count(
      Class<?> type, String name, String keys, boolean live, Injection.Kind kind, boolean places)
      throws Exception {
    String outcome = live(type, name, keys, live, kind, Long.MAX_VALUE, false, places);
    if (!"completed".equals(outcome)) {
      throw new AssertionError(name + ", without an error: " + outcome);
    }
    return Math.toIntExact(Injection.points());
  }

  @SuppressWarnings("unchecked")
  private static String live(
      Class<?> type,
      String name,
      String keys,
      boolean live,
      Injection.Kind kind,
      long number,
      boolean persistent,
      boolean places)
      throws Exception {
    Path directory = newDirectory();
    try {
      Object life = type.getConstructor().newInstance();
      return ((Function<Object[], String>) life)
          .apply(new Object[] {directory, name, keys, live, kind, number, persistent, places});
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
