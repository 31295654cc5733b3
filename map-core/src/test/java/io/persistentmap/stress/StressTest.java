package io.persistentmap.stress;

import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/**
 * Guards everything at once: threads that use the whole map, with checkpoints, cleaning, closing
 * and crashes, each against its own model. {@code -Dpersistentmap.stress.seconds=N} makes it run
 * longer; each run has another seed, and other sizes.
 */
final class StressTest {
  private static final long SECONDS = Long.getLong("persistentmap.stress.seconds", 8);
  private static final long RUN_MILLIS = 4000;

  @FileSystemTest({FileSystemKind.TMPFS, FileSystemKind.XFS})
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  void anyOperations_manyThreads_asEachThreadKnows(Path directory) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int run = 0;
    while (System.nanoTime() < end) {
      Path own = Files.createDirectory(directory.resolve("run" + run++));
      System.out.println(new Stress(own, TestSeeds.next("stress")).run(RUN_MILLIS));
    }
  }
}
