package io.persistentmap.crash;

import static io.persistentmap.crash.Workload.WRITERS;
import static io.persistentmap.crash.Workload.counterKey;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.PortableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
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
  private static final FileSystem LINUX = FileSystem.ofPlatform();
  private static final FileSystem PORTABLE = PortableFiles.create();
  private static final int MOST_PHASES = 4;
  private static final int MOST_STEPS = 8;
  private static final int MANY_STEPS = 400;

  /** How a process uses the store. */
  enum Mode {
    IN_PLACE(LINUX, SnapshotMode.IN_PLACE, true),
    SNAPSHOTS(LINUX, SnapshotMode.REFLINK, true),
    PORTABLE(LivesOfStore.PORTABLE, SnapshotMode.AUTO, false);

    private static final List<Mode> ALL = List.of(values());

    private final FileSystem real;
    private final SnapshotMode snapshots;
    private final boolean clones;

    Mode(FileSystem real, SnapshotMode snapshots, boolean clones) {
      this.real = real;
      this.snapshots = snapshots;
      this.clones = clones;
    }

    static Mode random(SplittableRandom random) {
      return ALL.get(random.nextInt(ALL.size()));
    }
  }

  private final Path place;
  private final long seed;
  private final Workload.Values values;
  private final List<Workload> writers = new ArrayList<>();
  private final List<String> story = new ArrayList<>();
  private final long[] begun = new long[WRITERS];
  private long[] acknowledged = new long[WRITERS];
  private PosixDisk disk;
  private int disks;

  /** Begins with nothing, in a new directory. */
  LivesOfStore(Path place, long seed, Workload.Values values) throws IOException {
    this.place = Files.createDirectory(place);
    this.seed = seed;
    this.values = values;
    for (int writer = 0; writer < WRITERS; writer++) {
      writers.add(new Workload(seed, writer, values));
    }
    this.disk = new PosixDisk(nextDirectory());
  }

  private Path nextDirectory() {
    return place.resolve("disk" + disks++);
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
  boolean live(Mode mode, Kill kill, @Nullable SplittableRandom random) throws Violation {
    FaultyFileSystem files =
        FaultyFileSystem.strikingAt(
            disk.calls(mode.real, mode.clones),
            kill.number(),
            kill.calls(),
            call -> new FaultyFileSystem.SimulatedCrash());
    Session session = new Session(mode, files);
    try {
      if (random == null) {
        session.runPlainly();
      } else {
        session.run(random);
      }
      story.add(mode + " ended");
    } catch (FaultyFileSystem.SimulatedCrash e) {
      story.add(mode + " killed at " + files.struckCall());
    } catch (RuntimeException e) {
      if (!files.hasStruck()) {
        throw new Violation(story() + ", then " + mode + " failed: " + e, e);
      }
      story.add(mode + " killed at " + files.struckCall());
    } finally {
      session.abandon();
      files.endProcess();
    }
    return files.hasStruck();
  }

  /** What a power failure leaves now is what the next life finds. */
  void powerFailure(SplittableRandom random) throws IOException {
    story.add("power failure");
    PosixDisk before = disk;
    disk = before.powerFailure(random, nextDirectory());
    StoreDirectory.delete(before.directory());
  }

  /** Looks at what a power failure would leave now. */
  void lookAfterPowerFailure(Mode mode, SplittableRandom random) throws IOException, Violation {
    PosixDisk before = disk;
    long[] acknowledgedBefore = acknowledged.clone();
    int told = story.size();
    try {
      disk = before.powerFailure(random, nextDirectory());
      story.add("power failure");
      boolean unused = live(mode, Kill.NONE, null);
      if (random.nextInt(4) == 0) {
        unused = live(Mode.random(random), Kill.NONE, random);
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
    private final Mode mode;
    private final FileSystem files;
    private final AtomicLongArray done = new AtomicLongArray(WRITERS);
    private @Nullable PersistentMap<Object, byte[]> map;

    Session(Mode mode, FileSystem files) {
      this.mode = mode;
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
      PersistentMap<Object, byte[]> opened = open(ValueMode.COPIED, false);
      for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        step(opened, 0);
        step(opened, 1);
        checkpoint(opened);
      }
      step(opened, 0);
      close(opened, false);
    }

    private PersistentMap<Object, byte[]> open(ValueMode valueMode, boolean discards)
        throws Violation {
      PersistentMap<Object, byte[]> opened =
          FaultInjection.into(PersistentMap.builder(Object.class, byte[].class), files)
              .allowPackage("io.persistentmap")
              .snapshotMode(mode.snapshots)
              .valueMode(valueMode)
              .closeMode(discards ? CloseMode.DISCARD : CloseMode.CHECKPOINT)
              .cacheBytes(0)
              .open(disk.directory().resolve("store"));
      map = opened;
      check(opened);
      return opened;
    }

    private void close(PersistentMap<Object, byte[]> opened, boolean discards) {
      long[] reached = reached();
      opened.close();
      if (!discards) {
        acknowledged = reached;
      }
    }

    private void check(PersistentMap<Object, byte[]> opened) throws Violation {
      List<String> wrong = new WorkloadModel(seed, values).differences(opened);
      for (int writer = 0; writer < WRITERS; writer++) {
        long steps = Workload.number(opened.get(counterKey(writer)), 0);
        done.set(writer, steps);
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
            story() + ", then " + mode + " found " + opened.recovery() + ": " + wrong, null);
      }
    }

    private void work(PersistentMap<Object, byte[]> opened, SplittableRandom random) {
      int steps = random.nextInt(random.nextInt(6) == 0 ? MANY_STEPS : MOST_STEPS);
      switch (random.nextInt(5)) {
        case 0 -> together(opened, steps);
        case 1 -> rest(opened);
        default -> {
          for (int step = 0; step < steps; step++) {
            step(opened, random.nextInt(WRITERS));
          }
        }
      }
      if (random.nextInt(4) != 0) {
        checkpoint(opened);
      }
    }

    /** Several writers at once, and checkpoints in the middle of it. */
    private void together(PersistentMap<Object, byte[]> opened, int steps) {
      List<Thread> threads = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int number = writer;
        Thread thread = new Thread(() -> steps(opened, number, steps), "writer " + writer);
        threads.add(thread);
        thread.start();
      }
      try {
        checkpoint(opened);
      } finally {
        threads.forEach(LivesOfStore::join);
      }
    }

    /** The process may end meanwhile. */
    private void steps(PersistentMap<Object, byte[]> opened, int writer, int steps) {
      try {
        for (int step = 0; step < steps; step++) {
          step(opened, writer);
        }
      } catch (FaultyFileSystem.SimulatedCrash | RuntimeException e) {
        // The checkpoint that is made meanwhile meets it, too.
      }
    }

    private void step(PersistentMap<Object, byte[]> opened, int writer) {
      Workload.Step step = writers.get(writer).step(done.get(writer) + 1);
      begun[writer] = Math.max(begun[writer], step.number());
      writers.get(writer).perform(step, opened);
      opened.put(counterKey(writer), Workload.encode(step.number()));
      done.set(writer, step.number());
    }

    private void checkpoint(PersistentMap<Object, byte[]> opened) {
      long[] reached = reached();
      opened.checkpoint();
      acknowledged = reached;
    }

    private long[] reached() {
      long[] reached = new long[WRITERS];
      for (int writer = 0; writer < WRITERS; writer++) {
        reached[writer] = done.get(writer);
      }
      return reached;
    }

    /** Ends the threads of the map; no call of theirs does anything any more. */
    void abandon() {
      PersistentMap<Object, byte[]> opened = map;
      if (opened != null) {
        try {
          opened.close();
        } catch (FaultyFileSystem.SimulatedCrash | RuntimeException e) {
          // As wanted.
        }
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

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
