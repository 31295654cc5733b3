package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.FileSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards the first change to a store in place after its process was killed. The checkpoint that was
 * recovered may be in the cache of the operating system only: the process may have ended between
 * the writing of its superblock and the sync. Until it is on the device, a power failure gives the
 * one before, whose image may be in segments that are leftovers for the newer one.
 */
final class LeftoversTest {
  /** Together more than opening a closed file may replay, and less than half a segment. */
  private static final int VALUES = 100;

  private static final int VALUE_CHARACTERS = 13_000;

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

  /**
   * Two checkpoints with an image each, made by closing, in one segment of the log: then the image
   * of the first is left over for the second. The process is killed when the second is in the cache
   * only; the next one changes something, and at its first sync the power fails, which has let all
   * writes through but those of superblocks.
   */
  @Test
  void powerFailure_atFirstSyncAfterKillInClose_previousCheckpointIsWhole() throws IOException {
    Path store = dir.resolve("killed.map");
    Path device = dir.resolve("device.map");
    Path failed = dir.resolve("failed.map");
    close(FileSystem.ofPlatform(), store, "a");
    Snapshots snapshots = new Snapshots(store, device);
    FaultyFileSystem killed =
        FaultyFileSystem.with(FileSystem.ofPlatform(), snapshots::killAfterSuperblock);
    assertThatThrownBy(() -> close(killed, store, "b"))
        .isInstanceOf(FaultyFileSystem.SimulatedCrash.class);
    killed.endProcess();

    Snapshots last = new Snapshots(store, failed);
    FaultyFileSystem power = FaultyFileSystem.with(FileSystem.ofPlatform(), last::failPower);
    try (PersistentMap<String, String> map = builder(power).open(store)) {
      assertThat(map).as("what the cache has").hasSize(2 * VALUES + 2);
      map.put("c", "lost");
      map.checkpoint();
    } catch (FaultyFileSystem.SimulatedCrash | StorageFailureException e) {
      // Of whichever thread came to the first sync.
    }
    assertThat(power.hasStruck()).isTrue();
    power.endProcess();
    try (FileChannel from = FileChannel.open(device);
        FileChannel to = FileChannel.open(failed, StandardOpenOption.WRITE)) {
      from.transferTo(0, FileLayout.SUPERBLOCKS_BYTES, to.position(0));
    }
    try (PersistentMap<String, String> map = builder(FileSystem.ofPlatform()).open(failed)) {
      assertThat(map).hasSize(VALUES + 1).containsEntry("a", "a");
    }
  }

  /** A session that closes with a new image. */
  private static void close(FileSystem files, Path store, String key) {
    PersistentMap<String, String> map = builder(files).closeMode(CloseMode.CHECKPOINT).open(store);
    map.put(key, key);
    for (int i = 0; i < VALUES; i++) {
      map.put(key + i, key.repeat(VALUE_CHARACTERS));
    }
    map.close();
  }

  /** Copies of a file, at the calls of a process that uses it. */
  private static final class Snapshots {
    private final Path file;
    private final Path copy;
    private boolean superblock;
    private int superblocks;

    Snapshots(Path file, Path copy) {
      this.file = file;
      this.copy = copy;
    }

    /** Keeps what is durable, and kills at the sync of the second superblock, the mark's after. */
    synchronized @Nullable Throwable killAfterSuperblock(int number, FaultyFileSystem.Call call) {
      boolean sync = FaultyFileSystem.SYNCS.contains(call.operation());
      if (call.operation().equals("write") && isSuperblock(call)) {
        superblock = true;
        superblocks++;
      }
      if (sync && superblock && superblocks == 2) {
        return new FaultyFileSystem.SimulatedCrash();
      }
      if (sync) {
        superblock = false;
        take();
      }
      return null;
    }

    /** Keeps what the cache has at the first sync, and ends there. */
    synchronized @Nullable Throwable failPower(int number, FaultyFileSystem.Call call) {
      if (!FaultyFileSystem.SYNCS.contains(call.operation())) {
        return null;
      }
      take();
      return new FaultyFileSystem.SimulatedCrash();
    }

    private static boolean isSuperblock(FaultyFileSystem.Call call) {
      String from = call.detail().substring("0x".length(), call.detail().indexOf('+'));
      return Long.parseLong(from, 16) < FileLayout.SUPERBLOCKS_BYTES;
    }

    private void take() {
      try {
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
