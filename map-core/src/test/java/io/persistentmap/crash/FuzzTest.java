package io.persistentmap.crash;

import com.code_intelligence.jazzer.Jazzer;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards the reader of files: whatever is in them, opening and reading gives the right entries or
 * an exception that says what is wrong; never other entries (unless the checks were made right for
 * them), another exception, an endless loop, or more memory than a small heap has.
 */
final class FuzzTest {
  private static final String SUITE = "fuzz";
  private static final int CASES = 6000;
  private static final int SINGLE_CASES = 2500;
  private static final int GUIDED_CASES = 1000;
  private static final double RANDOM_SHARE = 0.5;
  private static final double GUIDED_SHARE = 0.25;
  private static final int CASES_OF_A_CHILD = 50_000;
  private static final List<String> HEAP = List.of("-Xmx256m", "-XX:MaxMetaspaceSize=128m");
  private static final String PLACE = "reader of files, small heap";

  /** The directory of the build, so that they are still there after the test. */
  private static final Path VIOLATIONS = Path.of("target", "fuzz").toAbsolutePath();

  /** Every byte that is used, every length, every sector, one at a time: or a part of them. */
  @Test
  void open_oneDamage_rightOrRefused(@TempDir Path directory) throws Exception {
    long seed = TestSeeds.next("FuzzTest.single");
    Torture torture =
        Torture.begin(
            SUITE,
            0,
            SINGLE_CASES / 2,
            "each byte flipped, each length, each sector zeroed",
            PLACE);
    int cases = Torture.isLong(SUITE) ? Integer.MAX_VALUE : SINGLE_CASES;
    Files.createDirectories(directory.resolve("single"));
    List<String> arguments = arguments(directory.resolve("single"), seed, 0, cases, "single");
    try (ChildJvm child =
        ChildJvm.start(FuzzChild.class, HEAP, arguments, line -> hear(line, seed, torture))) {
      while (child.isAlive()) {
        Thread.sleep(50);
      }
      if (child.awaitEnd() != 0) {
        torture.violation("seed " + seed + ": " + child.report());
      }
    }
    torture.end();
  }

  /** Jazzer chooses what is damaged by the code that it reaches with it. */
  @Test
  void open_guidedByCoverage_rightOrRefused(@TempDir Path directory) throws Exception {
    long seed = TestSeeds.next("FuzzTest.guided");
    Torture torture =
        Torture.begin(SUITE, 0, GUIDED_CASES, "mutated files, guided by coverage (Jazzer)", PLACE);
    int seconds = (int) (Torture.seconds(SUITE) * GUIDED_SHARE);
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    List<String> options = new ArrayList<>(HEAP);
    options.add("-XX:+EnableDynamicAgentLoading");
    options.add("-Dpersistentmap.fuzz=" + directory);
    List<String> arguments =
        List.of(
            "--target_class=" + CoverageFuzzer.class.getName(),
            "--instrumentation_includes=io.persistentmap.**",
            "-seed=" + Integer.toUnsignedString((int) seed),
            "-max_len=64",
            // It looks at getrusage, which counts what the JVM of the tests had when it forked.
            "-rss_limit_mb=0",
            seconds > 0 ? "-max_total_time=" + seconds : "-runs=" + (GUIDED_CASES + 1),
            corpus.toString());
    try (ChildJvm child =
        ChildJvm.start(Jazzer.class, options, arguments, line -> hear(line, seed, torture))) {
      while (child.isAlive()) {
        Thread.sleep(50);
      }
      if (child.awaitEnd() != 0) {
        torture.violation("seed " + seed + ": " + child.errors());
      }
    }
    torture.end();
  }

  @Test
  void open_damagedFiles_rightOrRefused(@TempDir Path directory) throws Exception {
    long seed = TestSeeds.next("FuzzTest");
    Torture torture = Torture.begin(SUITE, RANDOM_SHARE, CASES, "mutated files", PLACE);
    int children = Torture.isLong(SUITE) ? Runtime.getRuntime().availableProcessors() : 1;
    Map<Integer, Throwable> failures = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < children; i++) {
      int number = i;
      threads.add(
          new Thread(
              () -> {
                try {
                  run(directory, seed + number, number, torture);
                } catch (Throwable e) {
                  failures.put(number, e);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    failures.forEach((number, failure) -> torture.violation("child " + number + ": " + failure));
    torture.end();
  }

  /** Runs one child after the other, so that what leaks in one does not add up. */
  private static void run(Path directory, long seed, int number, Torture torture)
      throws IOException, InterruptedException {
    long first = 0;
    for (int round = 0; goesOn(torture); round++) {
      Path place = Files.createDirectory(directory.resolve(number + "-" + round));
      int cases = Torture.isLong(SUITE) ? CASES_OF_A_CHILD : CASES;
      List<String> arguments = arguments(place, seed, first, cases, "random");
      try (ChildJvm child =
          ChildJvm.start(FuzzChild.class, HEAP, arguments, line -> hear(line, seed, torture))) {
        child.await("ready");
        while (child.isAlive() && goesOn(torture)) {
          Thread.sleep(50);
        }
        if (child.isAlive()) {
          child.kill();
        } else if (child.awaitEnd() != 0) {
          synchronized (torture) {
            torture.violation("seed " + seed + ", from " + first + ": " + child.report());
          }
        }
      }
      first += CASES_OF_A_CHILD;
    }
  }

  private static List<String> arguments(Path place, long seed, long first, int cases, String kind) {
    return List.of(
        place.toString(),
        VIOLATIONS.toString(),
        Long.toString(seed),
        Long.toString(first),
        Integer.toString(cases),
        kind);
  }

  private static boolean goesOn(Torture torture) {
    synchronized (torture) {
      return torture.goesOn();
    }
  }

  private static void hear(String line, long seed, Torture torture) {
    synchronized (torture) {
      if (line.startsWith("VIOLATION")) {
        torture.violation("seed " + seed + ", " + line);
      } else if (line.startsWith("done")) {
        String[] outcomes = line.split("\\|", -1);
        for (int i = 1; i < outcomes.length; i++) {
          String[] parts = outcomes[i].split("=", -1);
          torture.count(parts[0], Integer.parseInt(parts[1]));
        }
      }
    }
  }
}
