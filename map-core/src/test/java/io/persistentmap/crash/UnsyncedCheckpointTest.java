package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Path;
import java.util.List;

/**
 * Guards a store without snapshots whose last process was killed before its last sync: the
 * checkpoint that recovery finds may be in the cache of the operating system only. Nothing is told
 * to be durable, and nothing is destroyed that the checkpoint before needs, until it is synced.
 */
final class UnsyncedCheckpointTest {
  private static final String BULKY = "v".repeat(100_000);
  private static final int KEPT = 45;
  private static final int REMOVED = 400;

  private final FileSystem real = FileSystem.ofPlatform();

  @FileSystemTest(DEFAULT)
  void checkpoint_nothingChanged_syncedAllTheSame(Path directory) throws Exception {
    Path file = storeWithFreeSegments(directory);
    FaultyFileSystem recording = FaultyFileSystem.recording(real);
    try (PersistentMap<String, String> map = open(recording, file)) {
      recording.forgetCalls();
      assertThat(map.checkpoint().bytes()).isZero();
      assertThat(names(recording)).containsAnyElementsOf(FaultyFileSystem.SYNCS);
      FaultInjection.awaitMaintenance(map);
      requireSyncBefore("punch", recording);
    }
  }

  /** Its mark, or its name, may be in the cache only: who closed it may have been killed there. */
  @FileSystemTest(DEFAULT)
  void checkpoint_nothingChangedInClosedFile_bytesAndNameSynced(Path directory) {
    Path file = directory.resolve("store");
    PersistentMap.open(file, String.class, String.class).close();
    FaultyFileSystem recording = FaultyFileSystem.recording(real);
    try (PersistentMap<String, String> map = open(recording, file)) {
      recording.forgetCalls();
      assertThat(map.checkpoint().bytes()).isZero();
      assertThat(recording.calls())
          .extracting(FaultyFileSystem.Call::toString)
          .containsSubsequence("fdatasync store", "fsync directory");
    }
  }

  /** Its last checkpoint frees segments that the one before needs; they are no holes yet. */
  private Path storeWithFreeSegments(Path directory) throws Exception {
    Path file = directory.resolve("store");
    FaultyFileSystem noHoles =
        FaultyFileSystem.with(
            real,
            (number, call) ->
                call.operation().equals("punch")
                    ? new FileAccessException("injected", null)
                    : null);
    try (PersistentMap<String, String> map = open(noHoles, file)) {
      for (int i = 0; i < KEPT; i++) {
        map.put("kept" + i, BULKY);
      }
      for (int i = 0; i < REMOVED; i++) {
        map.put("removed" + i, BULKY);
      }
      map.checkpoint();
      for (int i = 0; i < REMOVED; i++) {
        map.remove("removed" + i);
      }
      map.checkpoint();
      FaultInjection.awaitMaintenance(map);
      assertThat(map.stats().cleanedSegments()).isPositive();
      map.put("x", "1");
      map.checkpoint();
    }
    return file;
  }

  private static PersistentMap<String, String> open(FileSystem files, Path file) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files)
        .snapshotMode(SnapshotMode.IN_PLACE)
        .closeMode(CloseMode.DISCARD)
        .open(file);
  }

  private static List<String> names(FaultyFileSystem recording) {
    return recording.calls().stream().map(FaultyFileSystem.Call::operation).toList();
  }

  private static void requireSyncBefore(String destroying, FaultyFileSystem recording) {
    List<String> names = names(recording);
    assertThat(names).as("a test that shows something").contains(destroying);
    assertThat(names.subList(0, names.indexOf(destroying)))
        .containsAnyElementsOf(FaultyFileSystem.SYNCS);
  }
}
