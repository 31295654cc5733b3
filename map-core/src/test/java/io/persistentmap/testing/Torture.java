package io.persistentmap.testing;

import io.persistentmap.SnapshotMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One row of the table of {@code ./torture}: a fault, where it strikes, how many cases were run,
 * and what became of them. It also says when there have been enough cases: after a few in {@code
 * mvn verify}, after some time in {@code ./torture}, which gives a suite its seconds with {@code
 * -Dpersistentmap.torture.SUITE}.
 */
public final class Torture {
  private static final String PROPERTY = "persistentmap.torture.";
  private static final long PROGRESS_SECONDS = 5;
  private static final int MOST_REPORTED = 5;

  private final String fault;
  private final String place;
  private final int fewest;
  private final long start = System.nanoTime();
  private final long nanos;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private long nextProgress = start + TimeUnit.SECONDS.toNanos(PROGRESS_SECONDS);
  private long cases;

  private Torture(String fault, String place, int fewest, double seconds) {
    this.fault = fault;
    this.place = place;
    this.fewest = fewest;
    this.nanos = (long) (seconds * 1e9);
  }

  /**
   * Begins a row.
   *
   * @param suite whose time it is a part of
   * @param share of the suite's time
   * @param fewest cases to run at least
   */
  public static Torture begin(String suite, double share, int fewest, String fault, String place) {
    return new Torture(fault, place, fewest, seconds(suite) * share);
  }

  /** As above; the place is a kind of file system, and how the store makes checkpoints there. */
  public static Torture begin(
      String suite,
      double share,
      int fewest,
      String fault,
      FileSystemKind kind,
      SnapshotMode mode) {
    String place = kind + (mode == SnapshotMode.IN_PLACE ? ", in place" : ", snapshots");
    return begin(suite, share, fewest, fault, place);
  }

  /** Returns the seconds that a suite is given; 0 in a short run. */
  public static int seconds(String suite) {
    return Integer.getInteger(PROPERTY + suite, 0);
  }

  /** Says whether the suite is to run long. */
  public static boolean isLong(String suite) {
    return seconds(suite) > 0;
  }

  /** Says whether there is to be another case. A few violations are enough to look at. */
  public boolean goesOn() {
    return violations.size() < MOST_REPORTED
        && (cases < fewest || System.nanoTime() - start < nanos);
  }

  /** Counts a case. */
  public void count(String outcome) {
    count(outcome, 1);
  }

  /** Counts cases, and says from time to time how many there have been. */
  public void count(String outcome, int number) {
    cases += number;
    outcomes.merge(outcome, number, Integer::sum);
    if (System.nanoTime() > nextProgress) {
      nextProgress = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROGRESS_SECONDS);
      System.out.println("progress: " + fault + ", " + place + ": " + cases + " cases");
    }
  }

  /** Adds a figure to the outcome. */
  public void note(String figure) {
    notes.add(figure);
  }

  /** Notes that a promise was broken. */
  public void violation(String what) {
    violations.add(what);
    System.out.println("VIOLATION: " + fault + ", " + place + ": " + what);
  }

  /** Returns the number of cases so far. */
  public long cases() {
    return cases;
  }

  /** Ends the row, and fails the test if a promise was broken. */
  public void end() {
    String row =
        String.format(
            "| %s | %s | %,d | %s | %d |", fault, place, cases, describe(), violations.size());
    System.out.println(row);
    write(row);
    if (!violations.isEmpty()) {
      throw new AssertionError(
          fault + ", " + place + ": " + violations.size() + " violations: " + violations);
    }
    if (cases < fewest) {
      throw new AssertionError(fault + ", " + place + ": only " + cases + " cases");
    }
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    outcomes.forEach(
        (outcome, number) ->
            text.append(text.isEmpty() ? "" : "; ")
                .append(String.format("%,d %s", number, outcome)));
    notes.forEach(note -> text.append("; ").append(note));
    return text.toString();
  }

  private static void write(String row) {
    String table = System.getProperty(PROPERTY + "table");
    if (table == null) {
      return;
    }
    try {
      Files.write(
          Path.of(table),
          (row + "\n").getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
