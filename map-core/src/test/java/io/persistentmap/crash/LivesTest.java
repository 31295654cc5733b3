package io.persistentmap.crash;

import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that crashes alone never lead to a refusal, and lose nothing: processes that use one store
 * in place, with snapshots and without native calls, in any order, each killed at any change of a
 * file, and then a power failure, on a device that keeps only what POSIX promises.
 */
final class LivesTest {
  private static final String SUITE = "lives";
  private static final int HISTORIES = 400;
  private static final int COLLECT_EVERY = 50;
  private static final int MOST_LIVES = 4;
  private static final int LOOKS = 4;
  private static final int MOST_CALLS = 90;
  private static final int FEW_CALLS = 30;

  @TempDir Path dir;

  @Test
  void powerFailure_afterLivesInAnyMode_lastOrInFlight() throws IOException {
    SplittableRandom seeds = new SplittableRandom(TestSeeds.next("LivesTest"));
    Torture torture =
        Torture.begin(SUITE, 0.5, HISTORIES, "lives in any mode, killed, then power failure", "model of POSIX");
    for (int number = 0; torture.goesOn(); number++) {
      history(dir.resolve("history" + number), seeds.nextLong(), torture);
      if (number % COLLECT_EVERY == 0) {
        System.gc(); // memory outside the heap is released only with the objects that own it
      }
    }
    torture.end();
  }

  private static void history(Path place, long seed, Torture torture) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Workload.Values values =
        random.nextInt(8) == 0 ? Workload.Values.ALL_SIZES : Workload.Values.SMALL;
    try (LivesOfStore lives = new LivesOfStore(place, seed, values)) {
      try {
        int number = 2 + random.nextInt(MOST_LIVES - 1);
        int killed = 0;
        for (int life = 0; life < number; life++) {
          killed +=
              lives.live(LivesOfStore.Mode.random(random), 1 + random.nextInt(random.nextBoolean() ? FEW_CALLS : MOST_CALLS), random)
                  ? 1
                  : 0;
          if (life < number - 1 && random.nextInt(6) == 0) {
            lives.powerFailure(random);
          }
        }
        for (int look = 0; look < LOOKS; look++) {
          lives.lookAfterPowerFailure(LivesOfStore.Mode.random(random), random);
        }
        torture.count(killed + " of " + number + " killed");
      } catch (LivesOfStore.Violation e) {
        torture.violation("history " + seed + ": " + e.getMessage());
        torture.count("violated");
      }
    }
  }
}
