package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.DiskFullException;
import io.persistentmap.FaultInjection;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Guards what closing has to do with work that is under way. */
final class CloseTest {
  private static final long MOMENT_MILLIS = 300;

  private final FileSystem real = FileSystem.ofPlatform();

  /**
   * Guards that a file is never closed under a thread that writes to it: the number of the file
   * could be that of another file by then, even of another store.
   */
  @FileSystemTest(DEFAULT)
  void close_besideCheckpointDiscarding_waitsForTheWrite(Path directory) throws Exception {
    HeldCall write = new HeldCall(Set.of("write"));
    FaultyFileSystem slow = write.of(real);
    PersistentMap<String, String> map =
        builder(slow).closeMode(CloseMode.DISCARD).open(directory.resolve("store"));
    map.put("a", "1");
    map.checkpoint();
    map.put("a", "2");
    write.arm();
    Thread checkpoint = new Thread(() -> ignoringFailures(map::checkpoint));
    checkpoint.start();
    write.await();
    Thread close = new Thread(() -> ignoringFailures(map::close));
    close.start();
    close.join(MOMENT_MILLIS);
    write.release();
    checkpoint.join();
    close.join();
    assertThat(slow.hasClosedWhileWriting()).as("closed while a checkpoint wrote").isFalse();
  }

  /** Guards that a map which could not be closed goes on as before, with automatic checkpoints. */
  @FileSystemTest(DEFAULT)
  void close_diskFull_automaticCheckpointsGoOn(Path directory) throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    FaultyFileSystem faulty =
        FaultyFileSystem.with(
            real,
            (number, call) ->
                full.get() && FaultyFileSystem.SPACE_CALLS.contains(call.operation())
                    ? new DiskFullException("injected at " + call)
                    : null);
    Path file = directory.resolve("store");
    PersistentMap<String, String> map =
        builder(faulty).autoCheckpoint(Duration.ofMillis(50)).open(file);
    map.put("a", "1");
    full.set(true);
    assertThatThrownBy(map::close).isInstanceOf(DiskFullException.class);
    full.set(false);
    map.put("a", "2");
    long before = map.stats().checkpoint();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    while (map.stats().checkpoint() == before && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    assertThat(map.stats().checkpoint()).as("automatic checkpoints").isGreaterThan(before);
    map.close();
  }

  /**
   * Guards that closing without access to the directory can be repeated: the second time it said
   * nothing, and what was put was gone. Found by the long run (EACCES of a create or rename).
   */
  @FileSystemTest(DEFAULT)
  void close_noAccess_canBeRepeated(Path directory) throws Exception {
    for (String call : List.of("create", "rename")) {
      AtomicBoolean denied = new AtomicBoolean();
      FaultyFileSystem faulty =
          FaultyFileSystem.copyingClones(
              real,
              (number, made) ->
                  denied.get() && made.operation().equals(call)
                      ? new FileAccessException("injected at " + made)
                      : null);
      Path file = directory.resolve(call);
      PersistentMap<String, String> map =
          builder(faulty).snapshotMode(SnapshotMode.REFLINK).open(file);
      map.put("a", "1");
      denied.set(true);
      assertThatThrownBy(map::close).isInstanceOf(FileAccessException.class);
      assertThatThrownBy(map::close).isInstanceOf(FileAccessException.class);
      map.put("b", "2");
      denied.set(false);
      map.close();
      try (PersistentMap<String, String> again =
          PersistentMap.open(file, String.class, String.class)) {
        assertThat(again).containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
      }
    }
  }

  /** Guards that a map which failed in closing, and is closed, leaves no thread that keeps it. */
  @FileSystemTest(DEFAULT)
  void close_storageFails_automaticCheckpointsEnd(Path directory) throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    FaultyFileSystem faulty =
        FaultyFileSystem.with(
            real,
            (number, call) ->
                broken.get() && FaultyFileSystem.SYNCS.contains(call.operation())
                    ? new StorageFailureException("injected at " + call)
                    : null);
    PersistentMap<String, String> map =
        builder(faulty).autoCheckpoint(Duration.ofMillis(50)).open(directory.resolve("unclosed"));
    map.put("a", "1");
    map.checkpoint();
    broken.set(true);
    map.put("a", "2");
    assertThatThrownBy(map::close).isInstanceOf(StorageFailureException.class);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    while (isCheckpointing("unclosed") && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    assertThat(isCheckpointing("unclosed")).as("its thread is alive").isFalse();
  }

  /** Guards that closing does not look like success when a thread of the map has met a failure. */
  @FileSystemTest(DEFAULT)
  void close_failedBehind_refusesAndKeepsTheCheckpoint(Path directory) throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    CountDownLatch struck = new CountDownLatch(1);
    FaultyFileSystem faulty =
        FaultyFileSystem.with(
            real,
            (number, call) -> {
              if (broken.get() && call.operation().equals("write")) {
                struck.countDown();
                return new StorageFailureException("injected at " + call);
              }
              return null;
            });
    Path file = directory.resolve("store");
    PersistentMap<String, String> map = builder(faulty).open(file);
    map.put("a", "1");
    map.checkpoint();
    broken.set(true);
    map.put("a", "2");
    map.put("fills the buffer, which is written behind", "x".repeat(FileLayout.SEGMENT_BYTES));
    struck.await();
    FaultInjection.awaitMaintenance(map); // and that thread has failed the store
    assertThatThrownBy(map::close)
        .isInstanceOf(StorageFailureException.class)
        .hasMessageContaining("injected at write");
    assertThatThrownBy(map::close) // closing again doesn't look like success, either
        .isInstanceOf(StorageFailureException.class)
        .hasMessageContaining("injected at write");
    map.close(CloseMode.DISCARD); // it is closed, and that is all
    try (PersistentMap<String, String> recovered = builder(real).open(file)) {
      assertThat(recovered).isEqualTo(Map.of("a", "1"));
    }
  }

  private static boolean isCheckpointing(String store) {
    String name = "persistentmap " + store + " checkpoint";
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals(name));
  }

  /** Guards that opening which is refused creates nothing. */
  @FileSystemTest({DEFAULT, EXT4})
  void open_reflinkWhereThereIsNone_createsNothing(Path directory) throws Exception {
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map =
        PersistentMap.builder(String.class, String.class)
            .snapshotMode(SnapshotMode.REFLINK)
            .open(file)) {
      assertThat(map.stats().strategy()).isEqualTo(SnapshotMode.REFLINK);
    } catch (PersistentMapException e) {
      assertThat(StoreDirectory.fingerprint(directory)).as(e.getMessage()).isEqualTo(Map.of());
    }
  }

  /** Guards the figure that a user sizes checkpoints by. */
  @FileSystemTest(DEFAULT)
  void checkpoint_afterRecovery_bytesAreThoseWritten(Path directory) {
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map =
        builder(real).closeMode(CloseMode.DISCARD).open(file)) {
      map.put("a", "1");
      map.checkpoint();
    }
    try (PersistentMap<String, String> map = builder(real).open(file)) {
      map.put("a", "2");
      assertThat(map.checkpoint().bytes()).isLessThan(1 << 20);
    }
  }

  private static PersistentMapBuilder<String, String> builder(FileSystem files) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files);
  }

  private static void ignoringFailures(Runnable call) {
    try {
      call.run();
    } catch (PersistentMapException e) {
      // Either outcome is fine here.
    }
  }
}
