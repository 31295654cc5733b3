package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.RecordingDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Some processes, one after the other, that work on a store whose file system lies on a {@link
 * RecordingDisk}: each in a usage of its own, with several writers at once at times, and every
 * second one killed. They mark, on the disk, which checkpoint was opened, when the next begins, and
 * when it has succeeded, with the steps of the {@link CountedWorkload}; {@link CrashOracle} reads
 * the marks.
 */
final class RecordedLife {
  static final String OPEN = "open";
  static final String BEGIN = "begin";
  static final String SUCCESS = "success";

  private static final int SESSIONS = 6;
  private static final int MOST_CHECKPOINTS = 10;
  private static final int MOST_STEPS = 40;
  private static final int MOST_CALLS = 120;
  private static final int MOST_SYNCS = 20;

  private final RecordingDisk disk;
  private final UnaryOperator<FileSystem> calls;
  private final List<Usage> usages;
  private final CountedWorkload workload;
  private final SplittableRandom random;

  /**
   * Prepares it.
   *
   * @param calls what is made of the system calls
   * @param usages that a process chooses from
   */
  RecordedLife(
      RecordingDisk disk,
      UnaryOperator<FileSystem> calls,
      List<Usage> usages,
      CountedWorkload workload,
      SplittableRandom random) {
    this.disk = disk;
    this.calls = calls;
    this.usages = usages;
    this.workload = workload;
    this.random = random;
  }

  /** Lives it. */
  void run(Path file) {
    for (int session = 0; session < SESSIONS; session++) {
      Usage usage = Usage.random(usages, random);
      FaultyFileSystem files = killed(calls.apply(usage.files()));
      try {
        session(file, usage, files);
      } catch (FaultyFileSystem.SimulatedCrash e) {
        // As wanted.
      } catch (RuntimeException e) {
        if (!files.hasStruck()) {
          throw e;
        }
      } finally {
        files.endProcess();
      }
    }
  }

  private FaultyFileSystem killed(FileSystem real) {
    boolean atSync = random.nextBoolean();
    int number = 1 + random.nextInt(atSync ? MOST_SYNCS : MOST_CALLS);
    return random.nextBoolean()
        ? FaultyFileSystem.recording(real)
        : FaultyFileSystem.strikingAt(
            real,
            number,
            atSync ? FaultyFileSystem.SYNCS : FaultyFileSystem.CHANGES,
            call -> new FaultyFileSystem.SimulatedCrash());
  }

  private void session(Path file, Usage usage, FileSystem files) {
    boolean discard = random.nextInt(3) == 0;
    PersistentMap<Object, byte[]> map =
        FaultInjection.into(PersistentMap.builder(Object.class, byte[].class), files)
            .allowPackage("io.persistentmap")
            .snapshotMode(usage.snapshotMode())
            .valueMode(random.nextBoolean() ? ValueMode.LIVE : ValueMode.COPIED)
            .closeMode(discard ? CloseMode.DISCARD : CloseMode.CHECKPOINT)
            .cacheBytes(0)
            .open(file);
    try {
      long number = work(map);
      if (discard) {
        map.close();
      } else {
        begin(number + 1);
        map.close();
        succeed(number + 1);
      }
    } catch (FaultyFileSystem.SimulatedCrash | RuntimeException e) {
      FaultInjection.abandon(map);
      throw e;
    }
  }

  /** Returns the last checkpoint; a change comes after it. */
  private long work(PersistentMap<Object, byte[]> map) {
    long number = map.recovery().checkpoint();
    mark(OPEN, number, null);
    workload.resume(map);
    int checkpoints = random.nextInt(MOST_CHECKPOINTS);
    for (int i = 0; i < checkpoints; i++) {
      change(map);
      begin(number + 1);
      if (random.nextInt(3) == 0) {
        workload.stepTogether(map, random.nextInt(MOST_STEPS), map::checkpoint);
      } else {
        map.checkpoint();
      }
      succeed(++number);
    }
    change(map);
    return number;
  }

  private void change(PersistentMap<Object, byte[]> map) {
    workload.step(map, 1 + random.nextInt(MOST_STEPS), random);
  }

  private void begin(long number) {
    mark(BEGIN, number, workload.done());
  }

  private void succeed(long number) {
    mark(SUCCESS, number, workload.begun());
  }

  private void mark(String word, long number, long @Nullable [] steps) {
    String of =
        steps == null
            ? ""
            : Arrays.stream(steps)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(" ", " ", ""));
    try {
      disk.mark(word + " " + number + of);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
