package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that crashes alone never lead to a refusal, and lose nothing: processes that use one store
 * in place, with snapshots and without native calls, in any order, each killed at any change of a
 * file, and then a power failure, on a device that keeps only what POSIX promises.
 */
final class LivesTest {
  private static final List<Usage> ALL = List.of(Usage.values());
  private static final String SUITE = "lives";
  private static final String PLACE = "model of POSIX";
  private static final double SHARE = 0.3;
  private static final double SHARE_OF_PAIR = 0.3 / 9;
  private static final int HISTORIES = 100;
  private static final int FEWEST_PAIRS = 1;
  private static final int MOST_STRIDE = 24;
  private static final int COLLECT_EVERY = 50;
  private static final int MOST_LIVES = 4;
  private static final int LOOKS = 3;
  private static final int ALL_BULKY_OF = 8;
  private static final int HISTORIES_WITHOUT_SYNCS = 50;
  private static final int EMPTY_FILE_OF = 5;
  private static final UnaryOperator<FileSystem> NO_CHANGE = UnaryOperator.identity();
  private static final int POWER_FAILURE_OF = 6;

  @TempDir Path dir;
  private int histories;

  @Test
  void powerFailure_afterLivesInAnyMode_lastOrInFlight() throws IOException {
    SplittableRandom seeds = new SplittableRandom(TestSeeds.next("LivesTest"));
    Torture torture =
        Torture.begin(
            SUITE, SHARE, HISTORIES, "lives in any mode, killed, then power failure", PLACE);
    while (torture.goesOn()) {
      long seed = seeds.nextLong();
      SplittableRandom random = new SplittableRandom(seed);
      Workload.Values values =
          random.nextInt(ALL_BULKY_OF) == 0 ? Workload.Values.ALL_SIZES : Workload.Values.SMALL;
      String broken = history(torture, seed, values, NO_CHANGE, lives -> live(lives, random));
      if (broken != null) {
        torture.violation(broken);
      }
    }
    torture.end();
  }

  private static String live(LivesOfStore lives, SplittableRandom random)
      throws IOException, LivesOfStore.Violation {
    if (random.nextInt(EMPTY_FILE_OF) == 0) {
      lives.beginWithEmptyFile();
    }
    int number = 2 + random.nextInt(MOST_LIVES - 1);
    int killed = 0;
    for (int life = 0; life < number; life++) {
      Usage usage = Usage.random(ALL, random);
      killed += lives.live(usage, LivesOfStore.Kill.random(random), random) ? 1 : 0;
      if (random.nextInt(POWER_FAILURE_OF) == 0) {
        lives.powerFailure(random);
      }
    }
    for (int look = 0; look < LOOKS; look++) {
      lives.lookAfterPowerFailure(Usage.random(ALL, random), random);
    }
    return killed + " of " + number + " killed";
  }

  /**
   * A snapshot of what the killed process had not synced was durable, and what it was made of was
   * not: "an old hash file was put back".
   */
  @Test
  void powerFailure_inPlaceThenSnapshotsKilledAtEachSync_lastOrInFlight() throws IOException {
    killAtSyncs(Usage.IN_PLACE, Usage.SNAPSHOTS, 0, 1);
  }

  /** The name that the first had not synced was lost, with all checkpoints of the second. */
  @Test
  void powerFailure_inPlaceTwiceKilledAtEachSync_lastOrInFlight() throws IOException {
    killAtSyncs(Usage.IN_PLACE, Usage.IN_PLACE, 0, 1);
  }

  @Test
  void powerFailure_afterTwoLivesInAnyModeKilledAtSyncs_lastOrInFlight() throws IOException {
    for (Usage first : Usage.values()) {
      for (Usage second : Usage.values()) {
        killAtSyncs(first, second, SHARE_OF_PAIR, Torture.isLong(SUITE) ? 1 : MOST_STRIDE);
      }
    }
  }

  /** Again and again, in a long run: what a power failure leaves is another each time. */
  private void killAtSyncs(Usage first, Usage second, double share, int mostStride)
      throws IOException {
    SplittableRandom seeds =
        new SplittableRandom(TestSeeds.next("LivesTest." + first + "." + second));
    Torture torture =
        Torture.begin(
            SUITE,
            share,
            FEWEST_PAIRS,
            "two lives, each killed at a sync, then power failure",
            PLACE + ", " + first + " then " + second);
    int one = 1;
    int two = 0;
    boolean complete = false;
    while (!complete || torture.goesOn()) {
      two += 1 + seeds.nextInt(mostStride);
      Pair pair = new Pair(first, one, second, two);
      long seed = seeds.nextLong();
      String broken =
          history(
              torture,
              seed,
              Workload.Values.SMALL,
              NO_CHANGE,
              lives -> pair.live(lives, new SplittableRandom(seed)));
      if (broken != null) {
        torture.violation(broken);
      }
      if (!pair.secondWasKilled) {
        complete |= !pair.firstWasKilled;
        one = pair.firstWasKilled ? one + 1 : 1;
        two = 0;
      }
    }
    torture.end();
  }

  /** Two lives, and which sync is the end of each. */
  private static final class Pair {
    private final Usage first;
    private final int one;
    private final Usage second;
    private final int two;
    private boolean firstWasKilled;
    private boolean secondWasKilled;

    Pair(Usage first, int one, Usage second, int two) {
      this.first = first;
      this.one = one;
      this.second = second;
      this.two = two;
    }

    String live(LivesOfStore lives, SplittableRandom random)
        throws IOException, LivesOfStore.Violation {
      firstWasKilled = lives.live(first, LivesOfStore.Kill.atSync(one), null);
      secondWasKilled = lives.live(second, LivesOfStore.Kill.atSync(two), null);
      for (int look = 0; look < LOOKS; look++) {
        lives.lookAfterPowerFailure(Usage.random(ALL, random), random);
      }
      return secondWasKilled ? "last or in flight" : "completed";
    }
  }

  /** What happens in a history; returns the outcome. */
  private interface Story {
    String live(LivesOfStore lives) throws IOException, LivesOfStore.Violation;
  }

  /** Returns how a promise was broken, or null. */
  private @Nullable String history(
      Torture torture,
      long seed,
      Workload.Values values,
      UnaryOperator<FileSystem> calls,
      Story story)
      throws IOException {
    if (++histories % COLLECT_EVERY == 0) {
      System.gc(); // memory outside the heap is released only with the objects that own it
    }
    Path place = dir.resolve("history" + histories);
    try (LivesOfStore lives = new LivesOfStore(place, seed, values, calls)) {
      torture.count(story.live(lives));
      return null;
    } catch (LivesOfStore.Violation e) {
      torture.count("violated");
      return "history " + seed + ": " + e.getMessage();
    }
  }

  /** Guards this very test: without syncs of files, or of the directory, it must find losses. */
  @Test
  void powerFailure_withoutSyncs_isFound() throws IOException {
    SplittableRandom seeds = new SplittableRandom(TestSeeds.next("LivesTest.withoutSyncs"));
    for (boolean ofDirectory : new boolean[] {false, true}) {
      Torture torture = Torture.begin(SUITE, 0, 1, "lives without syncs", PLACE);
      String found = null;
      for (int history = 0; history < HISTORIES_WITHOUT_SYNCS && found == null; history++) {
        SplittableRandom random = seeds.split();
        found =
            history(
                torture,
                history,
                Workload.Values.SMALL,
                files -> FaultyFileSystem.with(files, omitting(ofDirectory)),
                lives -> live(lives, random));
      }
      assertThat(found).as("without syncs of the directory: %s", ofDirectory).isNotNull();
    }
  }

  private static FaultyFileSystem.Script omitting(boolean ofDirectory) {
    return (number, call) ->
        FaultyFileSystem.SYNCS.contains(call.operation())
                && call.file().equals("directory") == ofDirectory
            ? new FaultyFileSystem.Omission()
            : null;
  }
}
