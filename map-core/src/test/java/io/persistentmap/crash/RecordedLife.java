package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Some sessions of work on a map whose file system lies on a {@link RecordingDisk}. They mark, on
 * the disk, which checkpoint was opened, when the next begins, at which step of the {@link
 * Workload}, and when it has succeeded; {@link CrashOracle} reads the marks.
 */
final class RecordedLife {
  static final String OPEN = "open";
  static final String BEGIN = "begin";
  static final String SUCCESS = "success";

  private static final int SESSIONS = 4;
  private static final int MOST_CHECKPOINTS = 24;
  private static final int MOST_STEPS = 60;

  private final RecordingDisk disk;
  private final FileSystem fileSystem;
  private final SnapshotMode mode;
  private final Workload workload;
  private final SplittableRandom random;

  /** By number of a checkpoint: how many steps it has. */
  private final Map<Long, Long> steps;

  /**
   * Prepares it.
   *
   * @param steps by number of each checkpoint that it may start from: how many steps it has
   */
  RecordedLife(
      RecordingDisk disk,
      FileSystem fileSystem,
      SnapshotMode mode,
      Workload workload,
      Map<Long, Long> steps,
      SplittableRandom random) {
    this.disk = disk;
    this.fileSystem = fileSystem;
    this.mode = mode;
    this.workload = workload;
    this.steps = new HashMap<>(steps);
    this.random = random;
  }

  /** Lives it. */
  void run(Path file) throws IOException {
    for (int session = 0; session < SESSIONS; session++) {
      boolean discard = random.nextInt(3) == 0;
      long number;
      try (PersistentMap<Object, byte[]> map = open(file, discard)) {
        number = work(map);
        if (!discard) {
          begin(number + 1);
        }
      }
      if (!discard) {
        disk.mark(SUCCESS + " " + (number + 1));
      }
    }
  }

  private PersistentMap<Object, byte[]> open(Path file, boolean discard) {
    PersistentMapBuilder<Object, byte[]> builder =
        PersistentMap.builder(Object.class, byte[].class)
            .allowPackage("io.persistentmap")
            .snapshotMode(mode)
            .closeMode(discard ? CloseMode.DISCARD : CloseMode.CHECKPOINT)
            .cacheBytes(0);
    return FaultInjection.into(builder, fileSystem).open(file);
  }

  /** Returns the last checkpoint; a change comes after it. */
  private long work(PersistentMap<Object, byte[]> map) throws IOException {
    long number = map.recovery().checkpoint();
    disk.mark(OPEN + " " + number);
    long step = steps.getOrDefault(number, 0L);
    int checkpoints = random.nextInt(MOST_CHECKPOINTS);
    for (int i = 0; i < checkpoints; i++) {
      step = change(map, step);
      steps.put(number + 1, step);
      begin(number + 1);
      number = map.checkpoint().number();
      disk.mark(SUCCESS + " " + number);
    }
    steps.put(number + 1, change(map, step));
    return number;
  }

  /** The last step is one that changes the map in any case. */
  private long change(PersistentMap<Object, byte[]> map, long done) {
    long step = done;
    int left = random.nextInt(MOST_STEPS);
    Workload.Step next;
    do {
      next = workload.step(++step);
      workload.perform(next, map);
    } while (left-- > 0 || next.kind() != Workload.Kind.PUT);
    return step;
  }

  private void begin(long number) throws IOException {
    disk.mark(BEGIN + " " + number + " " + steps.get(number));
  }
}
