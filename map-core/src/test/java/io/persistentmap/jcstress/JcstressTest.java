package io.persistentmap.jcstress;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.testing.Directories;
import io.persistentmap.testing.FileSystemKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.ReportUtils;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Guards what threads see of each other on the real memory: runs the jcstress tests of this
 * package, and passes each of them on as a test. Those that are broken on purpose must be reported.
 *
 * <p>{@code -Dpersistentmap.jcstress.seconds=N} runs them for about that long, with jcstress's own
 * {@code Main}: each test in many JVMs, with the actors interpreted or compiled by either compiler,
 * in all combinations. {@code -Dpersistentmap.jcstress.tests=REGEX} selects some.
 */
@ExtendWith(Directories.Provider.class)
final class JcstressTest {
  private static final long SECONDS = Long.getLong("persistentmap.jcstress.seconds", 0);
  private static final String TESTS =
      System.getProperty("persistentmap.jcstress.tests", "^io.persistentmap.jcstress");

  /** A test that is broken on purpose. */
  private static final String BROKEN = ".Broken";

  /** How much of what jcstress said is told when it fails. */
  private static final int TAIL = 8000;

  private static final long SHORT_MILLIS = 300;
  private static final long PATIENCE_SECONDS = 120;

  /**
   * How many JVMs the long version starts for a test: two actors, each interpreted or compiled by
   * either compiler; on JDK 17 all of it with biased locking and without.
   */
  private static final long FORKS = Runtime.version().feature() < 18 ? 18 : 9;

  /** What each of them takes beside its samples. */
  private static final long FORK_MILLIS = 700;

  private static final long LEAST_FORK_MILLIS = 100;

  @TestFactory
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  List<DynamicTest> threadsMeet_eachResult_isAllowed(Directories directories)
      throws IOException, InterruptedException {
    Path files = directories.make(FileSystemKind.TMPFS);
    List<TestResult> results;
    try {
      results = run(files);
    } finally {
      Directories.delete(files);
    }
    long samples = results.stream().mapToLong(TestResult::getTotalCount).sum();
    System.out.printf("jcstress: %d tests, %,d samples%n", results.size(), samples);
    return results.stream().map(JcstressTest::graded).toList();
  }

  private static DynamicTest graded(TestResult result) {
    boolean broken = result.getName().contains(BROKEN);
    return DynamicTest.dynamicTest(
        result.getName().substring(JcstressTest.class.getPackageName().length() + 1),
        () -> {
          String table = table(result);
          System.out.println(table);
          assertThat(forbidden(result) > 0).as("forbidden results: %s", table).isEqualTo(broken);
          if (!broken) {
            assertThat(ReportUtils.statusToPassed(result)).as("passed: %s", table).isTrue();
          }
        });
  }

  private static long forbidden(TestResult result) {
    return result.grading().gradingResults.values().stream()
        .filter(graded -> graded.expect == Expect.FORBIDDEN)
        .mapToLong(graded -> graded.count)
        .sum();
  }

  private static String table(TestResult result) {
    StringBuilder table = new StringBuilder(result.getName()).append(": ").append(result.status());
    result
        .grading()
        .gradingResults
        .values()
        .forEach(
            graded ->
                table.append(
                    String.format(
                        "%n  %-10s %,11d  %-10s  %s",
                        graded.id, graded.count, graded.expect, graded.description)));
    result.getMessages().forEach(message -> table.append(System.lineSeparator()).append(message));
    return table.toString();
  }

  /** Returns one result for each test, whatever it was run with. */
  private static List<TestResult> run(Path files) throws IOException, InterruptedException {
    Path directory = Path.of("target", "jcstress").toAbsolutePath();
    if (Files.exists(directory)) {
      Directories.delete(directory);
    }
    Files.createDirectories(directory);
    Path output = directory.resolve("output.txt");
    Process child =
        new ProcessBuilder(SECONDS == 0 ? shortRun(files) : longRun(files))
            .directory(directory.toFile()) // where jcstress leaves its results
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!child.waitFor(PATIENCE_SECONDS + 3 * SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("jcstress does not end: " + Files.readString(output));
      }
    } finally {
      child.descendants().forEach(ProcessHandle::destroyForcibly);
      child.destroyForcibly();
    }
    if (SECONDS == 0) { // the long version's Main says by its status whether all tests have passed
      assertThat(child.exitValue()).as(() -> "status; it said: " + tail(output)).isZero();
    }
    List<TestResult> results = read(directory);
    assertThat(results)
        .as(() -> "what jcstress said is in " + output)
        .extracting(TestResult::getName)
        .containsExactlyInAnyOrderElementsOf(selected());
    return results;
  }

  private static String tail(Path output) {
    try {
      String text = Files.readString(output);
      return text.substring(Math.max(0, text.length() - TAIL));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> selected() {
    Pattern wanted = Pattern.compile(TESTS);
    List<String> tests =
        TestList.tests().stream().filter(test -> wanted.matcher(test).find()).toList();
    assertThat(tests).as("tests that match " + TESTS).isNotEmpty();
    return tests;
  }

  private static List<TestResult> read(Path directory) throws IOException {
    InProcessCollector collected = new InProcessCollector();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.bin.gz")) {
      for (Path file : files) {
        DiskReadCollector reader = new DiskReadCollector(file.toString(), collected);
        reader.dump();
        reader.close();
      }
    } catch (ClassNotFoundException e) {
      throw new IOException(directory + ": a result of another version of jcstress", e);
    }
    return ReportUtils.mergedByName(collected.getTestResults());
  }

  private static List<String> shortRun(Path files) {
    List<String> command = java(OneJvm.class, jvmOptions(files));
    command.addAll(options(SHORT_MILLIS));
    return command;
  }

  private static List<String> longRun(Path files) {
    long each = SECONDS * 1000 / (selected().size() * FORKS) - FORK_MILLIS;
    List<String> command = java(Main.class, List.of());
    command.addAll(options(Math.max(LEAST_FORK_MILLIS, each)));
    command.addAll(List.of("-f", "1", "-fsm", "1", "-c", "2", "-sc", "true", "-af", "NONE"));
    command.addAll(List.of("-jvmArgs", String.join(" ", jvmOptions(files))));
    return command;
  }

  private static List<String> java(Class<?> main, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return command;
  }

  private static List<String> jvmOptions(Path files) {
    return List.of("-ea", "-Xmx512m", "-XX:+UseSerialGC", Maps.option(files));
  }

  private static List<String> options(long millis) {
    return List.of(
        "-t",
        TESTS,
        "-r",
        "report",
        "-time",
        String.valueOf(millis),
        "-iters",
        "1",
        "-strideSize",
        "16",
        "-strideCount",
        "8",
        "-spinStyle",
        "THREAD_YIELD");
  }
}
