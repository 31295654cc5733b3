package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  /** Of creation two, of the first change one, of the checkpoint one: then its superblock's. */
  private static final int SYNCS_BEFORE_KILL = 5;

  /** Beyond the superblocks: after a crash, the log goes on in a new segment, in the background. */
  private static final String LOG_WRITE = "write store 0x(?!(0|1000)\\+)\\S+\n";

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

  /** Of a store that a process in place was killed in: what it left, then all that builds on it. */
  @FileSystemTest({XFS, BTRFS})
  void firstCheckpoint_reflinkAfterKillInPlace_asApproved(Path directory) throws Exception {
    assertThat(firstOperations(directory, SnapshotMode.REFLINK))
        .isEqualTo(approved("first-checkpoint-reflink.txt"));
  }

  @FileSystemTest({EXT4, XFS})
  void firstCheckpoint_inPlaceAfterKillInPlace_asApproved(Path directory) throws Exception {
    assertThat(firstOperations(directory, SnapshotMode.IN_PLACE))
        .isEqualTo(approved("first-checkpoint-in-place.txt"));
  }

  private static String firstOperations(Path directory, SnapshotMode mode) {
    FaultyFileSystem killed =
        FaultyFileSystem.strikingAt(
            FileSystem.ofPlatform(),
            SYNCS_BEFORE_KILL,
            FaultyFileSystem.SYNCS,
            call -> new FaultyFileSystem.SimulatedCrash());
    PersistentMap<String, String> left = open(killed, directory, SnapshotMode.IN_PLACE);
    left.put("a", "1");
    assertThatThrownBy(left::checkpoint).isInstanceOf(FaultyFileSystem.SimulatedCrash.class);
    assertThatThrownBy(left::checkpoint).isInstanceOf(Throwable.class);
    left.close();
    killed.endProcess();
    FaultyFileSystem recording = FaultyFileSystem.recording(FileSystem.ofPlatform());
    try (PersistentMap<String, String> map = open(recording, directory, mode)) {
      assertThat(map.recovery().checkpoint()).isEqualTo(1);
      recording.forgetCalls();
      map.put("b", "2");
      map.checkpoint();
      return changes(recording).replaceAll(LOG_WRITE, "");
    }
  }

  private static PersistentMap<String, String> open(
      FileSystem files, Path directory, SnapshotMode mode) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files)
        .snapshotMode(mode)
        .closeMode(CloseMode.DISCARD)
        .open(directory.resolve("store"));
  }

  private static String changes(FaultyFileSystem recording) {
    return recording.calls().stream()
        .filter(call -> FaultyFileSystem.CHANGES.contains(call.operation()))
        .map(FaultyFileSystem.Call::toString)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Of the second checkpoint, since the first has to mark the file as not closed. */
  private static String operations(Path directory, SnapshotMode mode) {
    FaultyFileSystem recording = FaultyFileSystem.recording(FileSystem.ofPlatform());
    try (PersistentMap<String, String> map = open(recording, directory, mode)) {
      map.put("a", "1");
      map.checkpoint();
      map.put("b", "2");
      recording.forgetCalls();
      map.checkpoint();
      return changes(recording);
    }
  }

  private static String approved(String name) throws IOException {
    try (InputStream in = CheckpointOperationsTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
