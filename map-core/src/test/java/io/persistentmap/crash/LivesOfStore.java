package io.persistentmap.crash;

import static io.persistentmap.crash.Workload.WRITERS;
import static io.persistentmap.crash.Workload.counterKey;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Successive lives of one store in one directory of a {@link PosixDisk}: each opens it in a mode of
 * its own, looks whether all is there that must be, works, and is killed at a change of a file.
 * After the last the power fails.
 *
 * <p>What must be there: the entries at one moment (a cut through the steps of the writers), not
 * before the last checkpoint that was acknowledged began, and not after the last step. Since
 * nothing but crashes happens, opening must succeed.
 */
final class LivesOfStore implements AutoCloseable {
  private static final List<Usage> ALL = List.of(Usage.values());
  private static final String STORE = "store";
  private static final int MOST_PHASES = 4;
  private static final int MOST_STEPS = 8;
  private static final int MANY_STEPS = 400;

  private final Path place;
  private final UnaryOperator<FileSystem> calls;
  private final long seed;
  private final Workload.Values values;
  private final CountedWorkload workload;
  private final List<String> story = new ArrayList<>();
  private final long[] begun = new long[WRITERS];
  private long[] acknowledged = new long[WRITERS];
  private PosixDisk disk;
  private int disks;

  /**
   * Begins with nothing, in a new directory.
   *
   * @param calls what is made of the system calls
   */
  LivesOfStore(Path place, long seed, Workload.Values values, UnaryOperator<FileSystem> calls)
      throws IOException {
    this.place = Files.createDirectory(place);
    this.calls = calls;
    this.seed = seed;
    this.values = values;
    this.workload = new CountedWorkload(seed, values);
    this.disk = new PosixDisk(nextDirectory());
  }

  private Path nextDirectory() {
    return place.resolve("disk" + disks++);
  }

  /** Puts an empty file where the store will be. */
  void beginWithEmptyFile() throws IOException {
    disk.addEmptyFile(STORE);
    story.add("empty file");
  }

  /** A promise was broken. */
  static final class Violation extends Exception {
    private static final long serialVersionUID = 1;

    Violation(String what, @Nullable Throwable cause) {
      super(what, cause);
    }
  }

  /** Tells what happened so far. */
  String story() {
    return String.join(", then ", story);
  }

  /**
   * When a process is killed.
   *
   * @param calls names of those that count
   * @param number of the call that is the end, from 1
   */
  record Kill(Set<String> calls, int number) {
    private static final int FEW_SYNCS = 12;
    private static final int FEW_CALLS = 30;
    private static final int MANY_CALLS = 90;

    /** Never. */
    static final Kill NONE = new Kill(Set.of(), 1);

    /** Before a sync: then most is in the cache only. */
    static Kill atSync(int number) {
      return new Kill(FaultyFileSystem.SYNCS, number);
    }

    /** At any call that changes something, or makes it durable. */
    static Kill random(SplittableRandom random) {
      return switch (random.nextInt(4)) {
        case 0 -> new Kill(FaultyFileSystem.CHANGES, 1 + random.nextInt(MANY_CALLS));
        case 1 -> new Kill(FaultyFileSystem.CHANGES, 1 + random.nextInt(FEW_CALLS));
        default -> atSync(1 + random.nextInt(FEW_SYNCS));
      };
    }
  }

  /**
   * Lives one life.
   *
   * @param random what it does; null for some steps and two checkpoints
   * @return whether it was killed
   */
  boolean live(Usage usage, Kill kill, @Nullable SplittableRandom random) throws Violation {
    FaultyFileSystem files =
        FaultyFileSystem.strikingAt(
            calls.apply(disk.calls(usage.files(), usage == Usage.SNAPSHOTS)),
            kill.number(),
            kill.calls(),
            call -> new FaultyFileSystem.SimulatedCrash());
    Session session = new Session(usage, files);
    try {
      if (random == null) {
        session.runPlainly();
      } else {
        session.run(random);
      }
      story.add(usage + " ended");
    } catch (FaultyFileSystem.SimulatedCrash e) {
      story.add(usage + " killed at " + files.struckCall());
    } catch (RuntimeException e) {
      if (!files.hasStruck()) {
        throw new Violation(story() + ", then " + usage + " failed: " + e, e);
      }
      story.add(usage + " killed at " + files.struckCall());
    } finally {
      session.abandon();
      files.endProcess();
      noteBegun();
    }
    return files.hasStruck();
  }

  private void noteBegun() {
    long[] now = workload.begun();
    for (int writer = 0; writer < WRITERS; writer++) {
      begun[writer] = Math.max(begun[writer], now[writer]);
    }
  }

  /** What a power failure leaves now is what the next life finds. */
  void powerFailure(SplittableRandom random) throws IOException {
    story.add("power failure");
    PosixDisk before = disk;
    disk = before.powerFailure(random, nextDirectory());
    StoreDirectory.delete(before.directory());
  }

  /** Looks at what a power failure would leave now. */
  void lookAfterPowerFailure(Usage usage, SplittableRandom random) throws IOException, Violation {
    PosixDisk before = disk;
    long[] acknowledgedBefore = acknowledged.clone();
    int told = story.size();
    try {
      disk = before.powerFailure(random, nextDirectory());
      story.add("power failure");
      boolean unused = live(usage, Kill.NONE, null);
      if (random.nextInt(4) == 0) {
        unused = live(Usage.random(ALL, random), Kill.NONE, random);
      }
    } finally {
      StoreDirectory.delete(disk.directory());
      disk = before;
      acknowledged = acknowledgedBefore;
    }
    story.subList(told, story.size()).clear();
  }

  @Override
  public void close() throws IOException {
    StoreDirectory.delete(disk.directory());
    Files.delete(place);
  }

  /** A process that has the store open. */
  private final class Session {
    private final Usage usage;
    private final FileSystem files;
    private @Nullable PersistentMap<Object, byte[]> map;

    Session(Usage usage, FileSystem files) {
      this.usage = usage;
      this.files = files;
    }

    void run(SplittableRandom random) throws Violation {
      boolean discards = random.nextInt(3) == 0;
      PersistentMap<Object, byte[]> opened =
          open(random.nextBoolean() ? ValueMode.LIVE : ValueMode.COPIED, discards);
      int phases = random.nextInt(MOST_PHASES);
      for (int phase = 0; phase < phases; phase++) {
        work(opened, random);
      }
      close(opened, discards);
    }

    void runPlainly() throws Violation {
      SplittableRandom same = new SplittableRandom(0);
      PersistentMap<Object, byte[]> opened = open(ValueMode.COPIED, false);
      for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        workload.step(opened, 2, same);
        checkpoint(opened);
      }
      workload.step(opened, 1, same);
      close(opened, false);
    }

    private PersistentMap<Object, byte[]> open(ValueMode valueMode, boolean discards)
        throws Violation {
      PersistentMap<Object, byte[]> opened =
          FaultInjection.into(PersistentMap.builder(Object.class, byte[].class), files)
              .allowPackage("io.persistentmap")
              .snapshotMode(usage.snapshotMode())
              .valueMode(valueMode)
              .closeMode(discards ? CloseMode.DISCARD : CloseMode.CHECKPOINT)
              .cacheBytes(0)
              .open(disk.directory().resolve(STORE));
      map = opened;
      check(opened);
      workload.resume(opened);
      return opened;
    }

    private void close(PersistentMap<Object, byte[]> opened, boolean discards) {
      long[] reached = workload.done();
      opened.close();
      if (!discards) {
        acknowledged = reached;
      }
    }

    private void check(PersistentMap<Object, byte[]> opened) throws Violation {
      List<String> wrong = new WorkloadModel(seed, values).differences(opened);
      for (int writer = 0; writer < WRITERS; writer++) {
        long steps = Workload.number(opened.get(counterKey(writer)), 0);
        if (steps < acknowledged[writer] || steps > begun[writer]) {
          wrong.add(
              "writer "
                  + writer
                  + " is at step "
                  + steps
                  + ", expected "
                  + acknowledged[writer]
                  + " to "
                  + begun[writer]);
        }
      }
      if (!wrong.isEmpty()) {
        throw new Violation(
            story() + ", then " + usage + " found " + opened.recovery() + ": " + wrong, null);
      }
    }

    private void work(PersistentMap<Object, byte[]> opened, SplittableRandom random) {
      int steps = random.nextInt(random.nextInt(6) == 0 ? MANY_STEPS : MOST_STEPS);
      switch (random.nextInt(5)) {
        case 0 -> workload.stepTogether(opened, steps, () -> checkpoint(opened));
        case 1 -> rest(opened);
        default -> workload.step(opened, steps, random);
      }
      if (random.nextInt(4) != 0) {
        checkpoint(opened);
      }
    }

    private void checkpoint(PersistentMap<Object, byte[]> opened) {
      long[] reached = workload.done();
      opened.checkpoint();
      acknowledged = reached;
    }

    /** Ends the threads of the map; no call of theirs does anything any more. */
    void abandon() {
      PersistentMap<Object, byte[]> opened = map;
      if (opened != null) {
        FaultInjection.abandon(opened);
      }
    }
  }

  private static void rest(PersistentMap<?, ?> map) {
    try {
      FaultInjection.awaitMaintenance(map);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
