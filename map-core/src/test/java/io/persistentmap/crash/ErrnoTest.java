package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;

import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.nio.file.Path;
import java.util.List;

/**
 * Guards what a system call that fails costs, by error number and down to the call itself: an
 * interrupted or short one is completed; without space, quota or access the operation says so and
 * can be repeated, and nothing is lost; any other error, and any failed sync, fails the store for
 * good, and opening it again recovers. A sample; {@code ./torture} goes through all calls.
 */
final class ErrnoTest {
  private static final String SUITE = "syscalls";
  private static final int CASES = 40;
  private static final double SHARE = 0.1;

  @FileSystemTest({EXT4, XFS})
  void fail_eachCallWithEachError_asPromised(Path directory, FileSystemKind kind) throws Exception {
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    long seed = TestSeeds.next("ErrnoTest." + kind);
    Torture torture =
        Torture.begin(SUITE, SHARE, CASES, "error number at the n-th system call", kind, mode);
    int drawn = Torture.isLong(SUITE) ? 0 : CASES;
    try (ChildJvm child =
        ChildJvm.start(
            ErrnoChild.class,
            List.of("-Xmx256m"),
            Faults.environment(),
            List.of(
                directory.toString(), mode.name(), Long.toString(seed), Integer.toString(drawn)),
            line -> hear(line, torture))) {
      while (child.isAlive() && goesOn(torture)) {
        Thread.sleep(50);
      }
      if (child.isAlive()) {
        child.kill();
      } else if (child.awaitEnd() != 0) {
        torture.violation("seed " + seed + ": " + child.report());
      }
    }
    torture.end();
  }

  private static boolean goesOn(Torture torture) {
    synchronized (torture) {
      return torture.goesOn();
    }
  }

  private static void hear(String line, Torture torture) {
    synchronized (torture) {
      if (line.startsWith("case ")) {
        torture.count(line.substring("case ".length()));
      } else if (line.startsWith("VIOLATION ")) {
        torture.count("violation");
        torture.violation(line);
      }
    }
  }
}
