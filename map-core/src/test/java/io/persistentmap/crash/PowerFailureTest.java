package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.LoopFileSystem;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Guards the promise against the loss of power on real file systems under load: the file system is
 * shut down without writing its log, so that whatever was not synced is gone; then it is mounted
 * again, and recovers, and so does the store. Btrfs can't be shut down so; see {@link
 * CrashImageTest}.
 */
final class PowerFailureTest {
  private static final String SUITE = "power";
  private static final int FAILURES = 3;
  private static final double SHARE = 1 / 3.0;

  @FileSystemTest(DEFAULT)
  void powerFailure_xfsWithSnapshots_lastOrInFlight() throws Exception {
    failAgainAndAgain(XFS, SnapshotMode.REFLINK);
  }

  @FileSystemTest(DEFAULT)
  void powerFailure_xfsInPlace_lastOrInFlight() throws Exception {
    failAgainAndAgain(XFS, SnapshotMode.IN_PLACE);
  }

  @FileSystemTest(DEFAULT)
  void powerFailure_ext4InPlace_lastOrInFlight() throws Exception {
    failAgainAndAgain(EXT4, SnapshotMode.IN_PLACE);
  }

  /**
   * Guards that a file that can't be looked at is not taken for one that was deleted. Found by the
   * long run: the power failed between the last write of a checkpoint and the look at the name.
   */
  @FileSystemTest(DEFAULT)
  void powerFailure_afterTheLastWrite_storageFailed() throws Exception {
    LoopFileSystem.require(XFS);
    LoopFileSystem.requireProgram("xfs_io", "xfsprogs");
    AtomicBoolean failing = new AtomicBoolean();
    FaultyFileSystem calls =
        FaultyFileSystem.with(
            FileSystem.ofPlatform(),
            (number, call) ->
                failing.get() && call.operation().equals("write")
                    ? new FaultyFileSystem.Omission()
                    : null);
    try (LoopFileSystem fileSystem = LoopFileSystem.mount(XFS, LoopFileSystem.DEFAULT_SIZE_BYTES)) {
      PersistentMap<String, String> map =
          FaultInjection.into(PersistentMap.builder(String.class, String.class), calls)
              .snapshotMode(SnapshotMode.IN_PLACE)
              .closeMode(CloseMode.DISCARD)
              .open(fileSystem.root().resolve("store"));
      map.put("key", "value");
      map.checkpoint();
      map.put("key", "other");
      failing.set(true);
      fileSystem.powerFailure();
      assertThatThrownBy(map::checkpoint).isInstanceOf(StorageFailureException.class);
      map.close();
      failing.set(false);
      fileSystem.mountAgain();
      try (PersistentMap<String, String> again =
          PersistentMap.open(fileSystem.root().resolve("store"), String.class, String.class)) {
        assertThat(again.get("key")).isEqualTo("value");
      }
    }
  }

  private static void failAgainAndAgain(FileSystemKind kind, SnapshotMode mode)
      throws IOException, InterruptedException {
    LoopFileSystem.require(kind);
    LoopFileSystem.requireProgram("xfs_io", "xfsprogs");
    long seed = TestSeeds.next("PowerFailureTest." + kind + "." + mode);
    Torture torture = Torture.begin(SUITE, SHARE, FAILURES, "power failure under load", kind, mode);
    try (LoopFileSystem fileSystem =
        LoopFileSystem.mount(kind, LoopFileSystem.DEFAULT_SIZE_BYTES)) {
      StruckStore store =
          new StruckStore(
              fileSystem.root().resolve("store"), mode, seed, Workload.Values.ALL_SIZES, torture);
      while (torture.goesOn()) {
        store.strike(
            child -> {
              Path file = fileSystem.root().resolve("store");
              boolean there = Files.exists(file);
              fileSystem.powerFailure();
              if (torture.cases() % 2 == 0) {
                requireItSaysSo(child, torture);
              }
              if (kind == XFS && there) { // ext4 still answers from memory
                requireItIsNotTakenForMissing(file);
              }
              child.kill();
              fileSystem.mountAgain();
            });
      }
    }
    torture.end();
  }

  /** A file that can't be looked at may be there: nothing new may take its place. */
  private static void requireItIsNotTakenForMissing(Path file) {
    assertThatThrownBy(() -> StoreFile.exists(file)).isInstanceOf(StorageFailureException.class);
  }

  /** A process whose file system is gone gets an exception, and no other end. */
  private static void requireItSaysSo(ChildJvm child, Torture torture) throws InterruptedException {
    int status = child.awaitEnd();
    String errors = child.errors();
    if (status != SigkillChild.FAILED || !errors.contains("StorageFailureException")) {
      torture.violation("without its file system, the child ended with " + status + ": " + errors);
    }
  }
}
