package io.persistentmap.inspect;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMap;
import io.persistentmap.Recovery;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Guards that a backup is a whole checkpoint, and none from before it was begun. */
final class BackupTest {
  private static final int KEYS = 2_000;
  private static final int VALUE_CHARACTERS = 2_000;
  private static final int BACKUPS = 8;

  private final FileSystem files = FileSystem.ofPlatform();
  private final SplittableRandom random = new SplittableRandom(TestSeeds.next("backup"));

  // ---- under load ------------------------------------------------------------------------------

  /** One thread that changes a map and makes checkpoints, and remembers each. */
  private static final class Load implements AutoCloseable {
    private final PersistentMap<Object, String> map;
    private final SplittableRandom random;
    private final Map<Object, String> model = new HashMap<>();
    private final Map<Long, Map<Object, String>> checkpoints = new ConcurrentHashMap<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch warm = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "load");

    Load(PersistentMap<Object, String> map, SplittableRandom random) {
      this.map = map;
      this.random = random;
      thread.start();
    }

    private void run() {
      try {
        for (int i = 0; i < KEYS; i++) {
          put("key " + i);
        }
        while (!stop.get()) {
          for (int i = random.nextInt(800); i >= 0; i--) {
            String key = "key " + random.nextInt(KEYS);
            if (random.nextInt(10) == 0) {
              map.remove(key);
              model.remove(key);
            } else {
              put(key);
            }
          }
          checkpoints.put(acknowledged.get() + 1, new HashMap<>(model)); // known before it is made
          acknowledged.set(map.checkpoint().number());
          if (map.stats().cleanedSegments() > 20 && map.stats().imageBytes() > 0) {
            warm.countDown();
          }
        }
      } catch (Throwable e) {
        failure.set(e);
        warm.countDown();
      }
    }

    private void put(String key) {
      int version = random.nextInt(1_000_000);
      String value = version + "v".repeat(VALUE_CHARACTERS);
      map.set(key, value);
      model.put(key, value);
    }

    @Override
    public void close() {
      stop.set(true);
      while (thread.isAlive()) {
        Thread.onSpinWait();
      }
      if (failure.get() != null) {
        throw new AssertionError("the load failed", failure.get());
      }
    }
  }

  @FileSystemTest({DEFAULT, EXT4, XFS})
  void run_inPlaceUnderLoad_acknowledgedCheckpoint(Path dir) throws Exception {
    backUpUnderLoad(dir, SnapshotMode.IN_PLACE, true);
  }

  @FileSystemTest(XFS)
  void run_inPlaceUnderLoadWithoutSharing_acknowledgedCheckpoint(Path dir) throws Exception {
    backUpUnderLoad(dir, SnapshotMode.IN_PLACE, false);
  }

  @FileSystemTest({XFS})
  void run_reflinkUnderLoad_acknowledgedCheckpoint(Path dir) throws Exception {
    backUpUnderLoad(dir, SnapshotMode.REFLINK, true);
    backUpUnderLoad(dir, SnapshotMode.REFLINK, false);
  }

  private void backUpUnderLoad(Path dir, SnapshotMode mode, boolean mayShare) throws Exception {
    Path file = dir.resolve("live" + mayShare + ".map");
    Path target = dir.resolve("backup.map");
    try (PersistentMap<Object, String> map = StoreWorkload.open(file, mode, CloseMode.DISCARD);
        Load load = new Load(map, random.split())) {
      load.warm.await();
      for (int i = 0; i < BACKUPS; i++) {
        long before = load.acknowledged.get();
        BackedUp backup = Backup.run(files, StoreFiles.of(file), target, mayShare, Progress.NONE);
        assertThat(backup.checkpoint()).isGreaterThanOrEqualTo(before);
        try (PersistentMap<Object, String> copy =
            StoreWorkload.open(target, SnapshotMode.IN_PLACE, CloseMode.DISCARD)) {
          assertThat(copy.recovery().source()).isEqualTo(Recovery.Source.CLOSED_FILE);
          assertThat(copy.recovery().checkpoint()).isEqualTo(backup.checkpoint());
          assertThat(copy.equals(load.checkpoints.get(backup.checkpoint())))
              .as("%s after %d", backup, before)
              .isTrue();
        }
        Files.delete(target);
      }
    }
  }

  // ---- at rest ---------------------------------------------------------------------------------

  @FileSystemTest({DEFAULT, XFS})
  void run_closedOrCrashed_lastCheckpoint(Path dir, FileSystemKind kind) throws Exception {
    SnapshotMode mode = kind == XFS ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    for (CloseMode closing : CloseMode.values()) {
      Path file = dir.resolve(closing + ".map");
      Path target = dir.resolve(closing + ".backup");
      StoreWorkload workload = new StoreWorkload(random, 10_000);
      Map<Object, String> expected;
      try (PersistentMap<Object, String> map = StoreWorkload.open(file, mode, closing)) {
        workload.age(map);
        expected = workload.state();
        workload.change(map, 5_000);
      }
      if (closing == CloseMode.CHECKPOINT) {
        expected = workload.state();
      }
      BackedUp backup = Backup.run(files, StoreFiles.of(file), target, kind == XFS, Progress.NONE);
      assertThat(backup.entries()).isEqualTo(expected.size());
      assertThat(backup.shared()).isEqualTo(kind == XFS);
      assertThat(backup.attempts()).isEqualTo(1);
      try (PersistentMap<Object, String> copy =
          StoreWorkload.open(target, SnapshotMode.AUTO, CloseMode.CHECKPOINT)) {
        assertThat(copy.equals(expected)).isTrue();
        workload.change(copy, 100); // it is a store like any other
      }
      assertThat(Verifier.checkStore(files, StoreFiles.of(target), Progress.NONE).isWhole())
          .isTrue();
    }
  }

  @FileSystemTest(DEFAULT)
  void run_emptyStore_empty(Path dir) {
    Path file = dir.resolve("empty.map");
    Path target = dir.resolve("backup.map");
    StoreWorkload.open(file, SnapshotMode.IN_PLACE, CloseMode.DISCARD).close();
    BackedUp backup = Backup.run(files, StoreFiles.of(file), target, true, Progress.NONE);
    assertThat(backup.entries()).isZero();
    try (PersistentMap<Object, String> copy =
        StoreWorkload.open(target, SnapshotMode.AUTO, CloseMode.CHECKPOINT)) {
      assertThat(copy).isEmpty();
    }
  }

  @FileSystemTest(DEFAULT)
  void run_damagedOrMissingOrTargetExists_refusedAndNothingLeft(Path dir) throws Exception {
    Path file = dir.resolve("x.map");
    Path target = dir.resolve("backup.map");
    StoreFiles names = StoreFiles.of(file);
    assertThatThrownBy(() -> Backup.run(files, names, target, true, Progress.NONE))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("does not exist");
    try (PersistentMap<Object, String> map =
        StoreWorkload.open(file, SnapshotMode.IN_PLACE, CloseMode.CHECKPOINT)) {
      map.put("a", "b");
    }
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(FileLayout.SUPERBLOCKS_BYTES + 100);
      raw.write(77);
    }
    assertThatThrownBy(() -> Backup.run(files, names, target, true, Progress.NONE))
        .isInstanceOf(CorruptFileException.class);
    assertThat(target).doesNotExist();
    assertThat(StoreFiles.of(target).newHash()).doesNotExist();
    Files.createFile(target);
    assertThatThrownBy(() -> Backup.run(files, names, target, true, Progress.NONE))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("exists already");
  }
}
