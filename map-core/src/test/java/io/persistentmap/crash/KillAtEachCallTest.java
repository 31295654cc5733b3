package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;

import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Guards that every system call may be the last, for real: a preloaded library kills the process
 * with SIGKILL at the n-th call that changes something, in the middle of it if it is a write.
 * {@code ./torture} goes through n = 1, 2, 3, ... until a life is completed.
 */
final class KillAtEachCallTest {
  private static final String SUITE = "syscalls";
  private static final int KILLS = 3;
  private static final double SHARE = 0.2;

  /** About the number of calls of a life, for the short run. */
  private static final int MOST = 70;

  private final FileSystem real = FileSystem.ofPlatform();

  @FileSystemTest({EXT4, XFS})
  void kill_atEachCall_recoversLastOrInFlight(Path directory, FileSystemKind kind)
      throws Exception {
    killAtEach(directory, kind, Scenario.Story.LIFE);
  }

  @FileSystemTest({EXT4, XFS})
  void kill_atEachCallWithGarbage_recoversLastOrInFlight(Path directory, FileSystemKind kind)
      throws Exception {
    killAtEach(directory, kind, Scenario.Story.GARBAGE);
  }

  private void killAtEach(Path directory, FileSystemKind kind, Scenario.Story story)
      throws IOException, InterruptedException {
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    SplittableRandom random = new SplittableRandom(TestSeeds.next("KillAtEachCallTest." + kind));
    Torture torture =
        Torture.begin(SUITE, SHARE, KILLS, "SIGKILL at the n-th system call, " + story, kind, mode);
    int number = 0;
    while (torture.goesOn()) {
      number = Torture.isLong(SUITE) ? number + 1 : 1 + random.nextInt(MOST);
      if (!kill(directory, mode, story, number, torture)) {
        torture.count("completed");
        number = 0;
      }
    }
    torture.end();
  }

  /** Returns false if there is no such call. */
  private boolean kill(
      Path directory, SnapshotMode mode, Scenario.Story story, int number, Torture torture)
      throws IOException, InterruptedException {
    Path place = Files.createDirectory(directory.resolve("at" + number));
    Path file = place.resolve("store");
    Told told = new Told();
    int status;
    try (ChildJvm child =
        ChildJvm.start(
            KilledChild.class,
            List.of("-Xmx256m"),
            Faults.killedAt(place, FaultyFileSystem.CHANGES, number),
            List.of(file.toString(), mode.name(), story.name()),
            told::line)) {
      status = child.awaitEnd();
      if (status != 0 && status != 128 + 9) {
        torture.violation("at call " + number + ": ended with " + child.report());
      }
    }
    try {
      new Scenario(real, file, mode, ValueMode.COPIED, 0)
          .verifyRecovery(real, "killed at call " + number, told.successful, told.begun);
    } catch (AssertionError e) {
      torture.violation(String.valueOf(e.getMessage()));
    }
    StoreDirectory.delete(place);
    if (status != 0) {
      torture.count("last or in flight");
    }
    return status != 0;
  }

  /** What the child has told. */
  private static final class Told {
    private String successful = "{}";
    private String begun = "";

    void line(String line) {
      if (line.startsWith(Scenario.BEGUN)) {
        begun = line.substring(Scenario.BEGUN.length());
      } else if (line.startsWith(Scenario.SUCCESSFUL)) {
        successful = line.substring(Scenario.SUCCESSFUL.length());
        begun = "";
      }
    }
  }
}
