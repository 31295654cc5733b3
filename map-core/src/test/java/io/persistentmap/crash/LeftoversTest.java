package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards the first change to a store in place after its process was killed. The checkpoint that was
 * recovered may be in the cache of the operating system only: the process may have ended between
 * the writing of its superblock and the sync. Until it is on the device, a power failure gives the
 * one before, whose image may be in segments that are leftovers for the newer one.
 */
final class LeftoversTest {
  @TempDir Path dir;

  private static PersistentMapBuilder<String, String> builder(FileSystem files) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files)
        .snapshotMode(SnapshotMode.IN_PLACE)
        .closeMode(CloseMode.DISCARD);
  }

  @Test
  void firstChange_afterKillInPlace_nothingOverwrittenBeforeRecoveredIsDurable()
      throws IOException {
    Path killed = dir.resolve("killed.map");
    try (PersistentMap<String, String> map =
        builder(FileSystem.ofPlatform()).open(dir.resolve("x.map"))) {
      map.put("a", "1");
      map.checkpoint();
      Files.copy(dir.resolve("x.map"), killed);
    }
    FaultyFileSystem recording = FaultyFileSystem.recording(FileSystem.ofPlatform());
    try (PersistentMap<String, String> map = builder(recording).open(killed)) {
      map.put("b", "2");
      map.checkpoint();
    }
    List<String> changes =
        recording.calls().stream()
            .filter(call -> call.toString().contains("killed.map"))
            .map(FaultyFileSystem.Call::operation)
            .filter(call -> call.equals("write") || FaultyFileSystem.SYNCS.contains(call))
            .toList();
    assertThat(changes).contains("write").first().isEqualTo("fdatasync");
  }
}
