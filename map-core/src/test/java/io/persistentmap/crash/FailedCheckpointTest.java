package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.DiskFullException;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Guards what a checkpoint that failed at its last step may have left on disk. */
final class FailedCheckpointTest {
  private static final String LARGE = "x".repeat(1 << 20);
  private static final int RETRIES = 3000;
  private static final int NEVER = Integer.MIN_VALUE / 2;

  /**
   * Guards that the image which a failed checkpoint named is not reused by what goes on in the
   * background: its superblock may be on disk, and then the next opening reads that image.
   */
  @FileSystemTest({DEFAULT, EXT4})
  void checkpoint_lastSyncFails_imageThatItNamedStays(Path directory) throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger syncs = new AtomicInteger(NEVER);
    FaultyFileSystem faulty =
        FaultyFileSystem.with(
            FileSystem.ofPlatform(),
            (number, call) -> {
              // The first makes the log durable, the second the superblock.
              if (!call.operation().equals("fdatasync") || syncs.incrementAndGet() != 2) {
                return null;
              }
              syncing.countDown();
              goOn.await();
              return new StorageFailureException("injected at " + call);
            });
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map = open(faulty, file)) {
      map.put("a", "1");
      map.checkpoint();
      fill(map, "first", 10); // an image is due, and is written
      FaultInjection.awaitMaintenance(map);
      syncs.set(0);
      Thread checkpoint = new Thread(() -> ignoringFailures(map::checkpoint));
      checkpoint.start();
      syncing.await();
      fill(map, "second", 10); // another image is due, which replaces the one not named yet
      Thread.sleep(300);
      goOn.countDown();
      checkpoint.join();
      Thread.sleep(300);
    }
    try (PersistentMap<String, String> recovered = open(FileSystem.ofPlatform(), file)) {
      assertThat(recovered.get("a")).isEqualTo("1");
    }
  }

  /** Guards that trying again and again, until there is space, does not fill memory. */
  @FileSystemTest({DEFAULT, EXT4})
  void checkpoint_diskFullForLong_logDoesNotGrow(Path directory) {
    AtomicBoolean full = new AtomicBoolean();
    FaultyFileSystem faulty =
        FaultyFileSystem.with(
            FileSystem.ofPlatform(),
            (number, call) ->
                full.get() && FaultyFileSystem.SPACE_CALLS.contains(call.operation())
                    ? new DiskFullException("injected at " + call)
                    : null);
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map = open(faulty, file)) {
      map.put("a", "1");
      map.checkpoint();
      map.put("a", "2");
      long before = map.stats().logBytes();
      full.set(true);
      for (int i = 0; i < RETRIES; i++) {
        assertThatThrownBy(map::checkpoint).isInstanceOf(DiskFullException.class);
      }
      assertThat(map.stats().logBytes()).isEqualTo(before);
      full.set(false);
      assertThat(map.checkpoint().number()).isEqualTo(2);
    }
    try (PersistentMap<String, String> recovered = open(FileSystem.ofPlatform(), file)) {
      assertThat(recovered.get("a")).isEqualTo("2");
    }
  }

  private static void fill(PersistentMap<String, String> map, String prefix, int megabytes) {
    for (int i = 0; i < megabytes; i++) {
      map.put(prefix + i, LARGE);
    }
  }

  private static PersistentMap<String, String> open(FileSystem files, Path file) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files)
        .snapshotMode(SnapshotMode.IN_PLACE)
        .closeMode(CloseMode.DISCARD)
        .open(file);
  }

  private static void ignoringFailures(Runnable call) {
    try {
      call.run();
    } catch (PersistentMapException e) {
      // Expected.
    }
  }
}
