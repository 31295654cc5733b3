package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;

import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.nio.file.Path;

/**
 * Guards the promise itself: a process that is killed with SIGKILL at any moment (at work, while it
 * checkpoints, cleans, opens, recovers or closes) leaves exactly the state of the last successful
 * checkpoint, or of the one that was being made.
 *
 * <p>Half of the processes have live values, the others copied ones. One store lives through all
 * kills of a file system; half of them are of stores in place, half of stores with snapshots.
 */
@OnFileSystems({EXT4, XFS, BTRFS})
final class SigkillTest {
  private static final String SUITE = "kills";
  private static final int KILLS = 50;

  @FileSystemTest
  void kill_anyMoment_recoversLastOrInFlight(Path directory, FileSystemKind kind) throws Exception {
    long seed = TestSeeds.next("SigkillTest." + kind);
    boolean reflinks = kind.supportsReflinks();
    SnapshotMode mode = reflinks ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    double share = reflinks ? 0.25 : 0.5;
    Torture torture =
        Torture.begin(
            SUITE, share, (int) Math.ceil(KILLS * share), "SIGKILL at any moment", kind, mode);
    StruckStore store =
        new StruckStore(directory.resolve("store"), mode, seed, Workload.Values.ALL_SIZES, torture);
    while (torture.goesOn()) {
      store.strike(ChildJvm::kill);
    }
    torture.end();
  }
}
