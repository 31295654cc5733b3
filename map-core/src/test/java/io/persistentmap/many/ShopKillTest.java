package io.persistentmap.many;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;

import io.persistentmap.SnapshotMode;
import io.persistentmap.crash.ChildJvm;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Guards that maps, a counter and live values of a store that change in atomic sections agree after
 * a kill at any moment, and that none of them is older than the last successful checkpoint.
 */
final class ShopKillTest {
  private static final String SUITE = "shop";
  private static final int KILLS = 6;
  private static final int LONGEST_MILLIS = 1500;

  /** What the process has said, by the thread that reads it. */
  private static final class Heard {
    private long[] acknowledged = new long[ShopChild.WRITERS];
    private long[] atCheckpoint = new long[ShopChild.WRITERS];
    private final Torture torture;
    private final long seed;

    Heard(Torture torture, long seed) {
      this.torture = torture;
      this.seed = seed;
    }

    synchronized void line(String line) {
      if (line.startsWith("wrong")) {
        torture.violation("seed " + seed + ": " + line);
      } else if (line.startsWith("ack")) {
        acknowledged = steps(line);
        torture.count("checkpoints");
      } else if (line.startsWith("open")) {
        atCheckpoint = steps(line);
        for (int i = 0; i < ShopChild.WRITERS; i++) {
          if (atCheckpoint[i] < acknowledged[i]) {
            torture.violation(
                "seed "
                    + seed
                    + ": opened with steps "
                    + Arrays.toString(atCheckpoint)
                    + " after a checkpoint with "
                    + Arrays.toString(acknowledged));
          }
        }
      }
    }

    private static long[] steps(String line) {
      String[] words = line.split(" ", -1);
      long[] steps = new long[ShopChild.WRITERS];
      for (int i = 0; i < steps.length; i++) {
        steps[i] = Long.parseLong(words[2 + i]);
      }
      return steps;
    }
  }

  @FileSystemTest({EXT4, XFS})
  void kill_anyMoment_mapsAgreeAsOfACheckpoint(Path directory, FileSystemKind kind)
      throws Exception {
    long seed = TestSeeds.next("ShopKillTest." + kind);
    SplittableRandom random = new SplittableRandom(seed);
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    Torture torture =
        Torture.begin(SUITE, 0.5, KILLS, "SIGKILL: maps of a store, in sections", kind, mode);
    Heard heard = new Heard(torture, seed);
    Path file = directory.resolve("store");
    while (torture.goesOn()) {
      List<String> arguments =
          List.of(file.toString(), mode.name(), Long.toString(random.nextLong()));
      try (ChildJvm child =
          ChildJvm.start(ShopChild.class, List.of("-Xmx192m"), arguments, heard::line)) {
        child.await("open");
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLIS));
        if (!child.isAlive()) {
          torture.violation("seed " + seed + ": " + child.report());
        }
        child.kill();
      }
      torture.count("kills");
    }
    torture.end();
  }
}
