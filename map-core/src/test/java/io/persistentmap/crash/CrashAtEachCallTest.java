package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Guards that every step of a protocol may be the last: a process that ends at any system call
 * leaves the last successful checkpoint, or the one in flight, whole. Calls that change nothing are
 * left out: a crash there is a crash at the next one that does. A sample of the calls, or all with
 * {@code -Dpersistentmap.exhaustive=true}.
 */
final class CrashAtEachCallTest {
  private static final int COLLECT_EVERY = 10;
  private static final int SAMPLE = 25;

  private final FileSystem real = FileSystem.ofPlatform();

  @FileSystemTest({DEFAULT, XFS, BTRFS})
  void crash_atEachCall_recoversLastOrInFlight(Path directory, FileSystemKind kind)
      throws IOException {
    crashAtEachCall(directory, kind, ValueMode.COPIED);
  }

  @FileSystemTest({DEFAULT, XFS, BTRFS})
  void crashWithLiveValues_atEachCall_recoversLastOrInFlight(Path directory, FileSystemKind kind)
      throws IOException {
    crashAtEachCall(directory, kind, ValueMode.LIVE);
  }

  private void crashAtEachCall(Path directory, FileSystemKind kind, ValueMode values)
      throws IOException {
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    for (int number :
        SampledCalls.of(
            "CrashAtEachCallTest." + kind,
            directory,
            mode,
            values,
            FaultyFileSystem.CHANGES,
            SAMPLE)) {
      Path place = Files.createDirectory(directory.resolve("at" + number));
      FaultyFileSystem faulty =
          FaultyFileSystem.strikingAt(
              real,
              number,
              FaultyFileSystem.CHANGES,
              call -> new FaultyFileSystem.SimulatedCrash());
      Scenario scenario = new Scenario(faulty, place.resolve("store"), mode, values, false);
      try {
        scenario.run();
      } catch (FaultyFileSystem.SimulatedCrash e) {
        // What it is all about.
      } catch (RuntimeException e) {
        assertThat(faulty.hasStruck()).as(() -> "call failed: " + e).isTrue();
      }
      String when = "crash at " + faulty.struckCall();
      scenario.abandon();
      faulty.endProcess();
      scenario.verifyRecovery(real, when);
      StoreDirectory.delete(place);
      if (number % COLLECT_EVERY == 0) {
        System.gc(); // memory outside the heap is released only with the objects that own it
      }
    }
  }
}
