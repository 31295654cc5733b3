package io.persistentmap.crash;

import io.persistentmap.testing.Directories;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Guards the promise against stacks that overflow inside the map: programs that recurse without end
 * and put in each call, catch the error, and go on. Each round has 20 overflows and more.
 */
@OnFileSystems({FileSystemKind.EXT4, FileSystemKind.XFS})
final class OverflowTest {
  private static final String SUITE = "overflow";
  private static final int KINDS = 4;
  private static final int FEWEST = 2;

  @FileSystemTest
  void copiedValues(Path directory, FileSystemKind kind) throws Exception {
    run(directory, kind, false, false);
  }

  @FileSystemTest
  void liveValues(Path directory, FileSystemKind kind) throws Exception {
    run(directory, kind, false, true);
  }

  @FileSystemTest
  void keysByEquality(Path directory, FileSystemKind kind) throws Exception {
    run(directory, kind, true, false);
  }

  @FileSystemTest
  void liveValuesAndKeysByEquality(Path directory, FileSystemKind kind) throws Exception {
    run(directory, kind, true, true);
  }

  private static void run(Path directory, FileSystemKind kind, boolean equality, boolean live)
      throws Exception {
    long seed = TestSeeds.next("overflow");
    Torture torture =
        Torture.begin(
            SUITE,
            0.6 / (2 * KINDS),
            FEWEST,
            "stacks overflow inside the map, 20 times and more",
            kind
                + (equality ? ", keys by equality" : ", keys by bytes")
                + (live ? ", live" : ", copied"));
    long overflows = 0;
    for (int round = 0; torture.goesOn(); round++) {
      Path store = Files.createTempDirectory(directory, "round");
      OverflowingLife life = new OverflowingLife(seed + round, equality, live);
      String wrong = life.live(store.resolve("overflow.map"));
      overflows += life.overflows();
      if (wrong != null) {
        torture.violation("seed " + (seed + round) + ": " + wrong);
      }
      torture.count(wrong == null ? "right" : "wrong");
      Directories.delete(store);
    }
    torture.note(overflows + " overflows");
    torture.end();
  }
}
