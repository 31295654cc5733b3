package io.persistentmap.crash;

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
  private static final int CASES_OF_A_CHILD = 50_000;
  private static final List<String> HEAP = List.of("-Xmx256m", "-XX:MaxMetaspaceSize=128m");

  /** Many short cases are better compiled well. */
  private static final String COMPILE_WELL = "-XX:TieredStopAtLevel=4";

  @Test
  void open_damagedFiles_rightOrRefused(@TempDir Path directory) throws Exception {
    long seed = TestSeeds.next("FuzzTest");
    Torture torture =
        Torture.begin(SUITE, 1, CASES, "mutated files", "reader of files, small heap");
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
      List<String> options = new ArrayList<>(HEAP);
      options.add(COMPILE_WELL);
      List<String> arguments =
          List.of(
              place.toString(),
              Long.toString(seed),
              Long.toString(first),
              Integer.toString(Torture.isLong(SUITE) ? CASES_OF_A_CHILD : CASES));
      try (ChildJvm child =
          ChildJvm.start(FuzzChild.class, options, arguments, line -> hear(line, seed, torture))) {
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
