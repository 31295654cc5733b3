package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Guards the order of the system calls of a checkpoint, which the promise rests on: a change of
 * that order is a change of a text file that somebody has to approve.
 */
final class CheckpointOperationsTest {
  @FileSystemTest({XFS, BTRFS})
  void checkpoint_reflink_asApproved(Path directory) throws Exception {
    assertThat(operations(directory, SnapshotMode.REFLINK))
        .isEqualTo(approved("checkpoint-reflink.txt"));
  }

  @FileSystemTest({EXT4, XFS})
  void checkpoint_inPlace_asApproved(Path directory) throws Exception {
    assertThat(operations(directory, SnapshotMode.IN_PLACE))
        .isEqualTo(approved("checkpoint-in-place.txt"));
  }

  /** Of the second checkpoint, since the first has to mark the file as not closed. */
  private static String operations(Path directory, SnapshotMode mode) {
    FaultyFileSystem recording = FaultyFileSystem.recording(FileSystem.ofPlatform());
    try (PersistentMap<String, String> map =
        FaultInjection.into(PersistentMap.builder(String.class, String.class), recording)
            .snapshotMode(mode)
            .closeMode(CloseMode.DISCARD)
            .open(directory.resolve("store"))) {
      map.put("a", "1");
      map.checkpoint();
      map.put("b", "2");
      recording.forgetCalls();
      map.checkpoint();
      return recording.calls().stream()
          .filter(call -> FaultyFileSystem.CHANGES.contains(call.operation()))
          .map(FaultyFileSystem.Call::toString)
          .collect(Collectors.joining("\n", "", "\n"));
    }
  }

  private static String approved(String name) throws IOException {
    try (InputStream in = CheckpointOperationsTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
