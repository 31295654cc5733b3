package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Guards that the cleaner does not wait for the checkpoint that is being made: with one segment
 * cleaned a checkpoint the file grows without bound.
 */
final class CleanerBesideCheckpointTest {
  private static final int KEYS = 12;
  private static final int ROUNDS = 4;
  private static final String BULKY = "x".repeat(1_000_000);
  private static final long PATIENCE_SECONDS = 20;

  /** The common pool has one thread for everybody on two cores. */
  private static final Executor THREADS = task -> new Thread(task).start();

  @FileSystemTest(DEFAULT)
  void clean_besideSlowCheckpoint_goesOn(Path directory) throws Exception {
    HeldCall sync = new HeldCall(FaultyFileSystem.SYNCS);
    FaultyFileSystem slow = sync.of(FileSystem.ofPlatform());
    Path file = directory.resolve("store");
    Map<String, String> expected = new HashMap<>();
    try (PersistentMap<String, String> map = builder(slow).open(file)) {
      map.checkpoint();
      for (int i = 0; i < ROUNDS * KEYS; i++) {
        expected.put("key " + i % KEYS, i + BULKY);
        map.put("key " + i % KEYS, i + BULKY);
      }
      sync.arm();
      CompletableFuture<Void> checkpoint = CompletableFuture.runAsync(map::checkpoint, THREADS);
      sync.await();
      CompletableFuture<Void> rest = CompletableFuture.runAsync(() -> rest(map), THREADS);
      try {
        rest.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(checkpoint).isNotDone();
        assertThat(map.stats().cleanedSegments()).isGreaterThan(2);
        assertThat(map.stats().imageBytes()).isPositive();
      } finally {
        sync.release();
      }
      checkpoint.get();
      assertThat(map).isEqualTo(expected);
    }
    try (PersistentMap<String, String> map = builder(FileSystem.ofPlatform()).open(file)) {
      assertThat(map).isEqualTo(expected);
    }
  }

  private static void rest(PersistentMap<?, ?> map) {
    try {
      FaultInjection.awaitMaintenance(map);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PersistentMapBuilder<String, String> builder(FileSystem files) {
    return FaultInjection.into(
        PersistentMap.builder(String.class, String.class).valueMode(ValueMode.COPIED), files);
  }
}
