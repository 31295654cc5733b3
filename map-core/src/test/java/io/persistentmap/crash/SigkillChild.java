package io.persistentmap.crash;

import static io.persistentmap.crash.Workload.CLEARED;
import static io.persistentmap.crash.Workload.WRITERS;
import static io.persistentmap.crash.Workload.counterKey;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The process that {@link SigkillTest} kills. It opens the map, works on it for a while, closes it,
 * and so on for ever; and says so: "opening", "open N", "ack N", "closing", "closed".
 *
 * <p>Arguments: file, seed of the workload, seed of the timing, snapshot mode, number of threads
 * that make checkpoints, value mode.
 */
final class SigkillChild {
  private static final int LONGEST_SESSION_MILLIS = 1500;
  private static final int STEPS_BETWEEN_CHECKPOINTS = 250;

  private final Path file;
  private final long seed;
  private final SplittableRandom random;
  private final SnapshotMode mode;
  private final int checkpointers;
  private final ValueMode values;

  /** Held for writing while all entries are removed and counted, which no checkpoint may split. */
  private final ReentrantReadWriteLock clearing = new ReentrantReadWriteLock(true);

  private volatile boolean stop;

  private SigkillChild(String[] arguments) {
    file = Path.of(arguments[0]);
    seed = Long.parseLong(arguments[1]);
    random = new SplittableRandom(Long.parseLong(arguments[2]));
    mode = SnapshotMode.valueOf(arguments[3]);
    checkpointers = Integer.parseInt(arguments[4]);
    values = ValueMode.valueOf(arguments[5]);
  }

  public static void main(String[] arguments) throws Exception {
    ChildJvm.endWithParent();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          failure.printStackTrace();
          Runtime.getRuntime().halt(3);
        });
    SigkillChild child = new SigkillChild(arguments);
    while (true) {
      child.session();
    }
  }

  private void session() throws InterruptedException {
    CloseMode closeMode = random.nextInt(4) == 0 ? CloseMode.DISCARD : CloseMode.CHECKPOINT;
    say("opening");
    try (PersistentMap<Object, byte[]> map =
        PersistentMap.builder(Object.class, byte[].class)
            .allowPackage("io.persistentmap")
            .snapshotMode(mode)
            .valueMode(values)
            .closeMode(closeMode)
            .open(file)) {
      say("open " + map.recovery().checkpoint());
      stop = false;
      Thread[] writers = new Thread[WRITERS];
      for (int writer = 0; writer < WRITERS; writer++) {
        SplittableRandom pace = random.split();
        int number = writer;
        writers[writer] = new Thread(() -> write(map, number, pace), "writer " + writer);
        writers[writer].start();
      }
      Thread.sleep(random.nextInt(LONGEST_SESSION_MILLIS));
      stop = true;
      for (Thread writer : writers) {
        writer.join();
      }
      say("closing");
    }
    say("closed");
  }

  private void write(PersistentMap<Object, byte[]> map, int writer, SplittableRandom pace) {
    Workload workload = new Workload(seed, writer);
    long number = stepsDone(map, writer);
    int left = pace.nextInt(STEPS_BETWEEN_CHECKPOINTS);
    while (!stop) {
      Workload.Step step = workload.step(++number);
      if (step.kind() == Workload.Kind.CLEAR) {
        clear(map, step);
      } else {
        perform(map, writer, workload, step);
      }
      if (left-- == 0 && writer < checkpointers) {
        left = pace.nextInt(STEPS_BETWEEN_CHECKPOINTS);
        checkpoint(map);
      }
    }
  }

  /** Not while the other writer has removed the count, and not put it again. */
  private long stepsDone(PersistentMap<Object, byte[]> map, int writer) {
    clearing.readLock().lock();
    try {
      return Workload.number(map.get(counterKey(writer)), 0);
    } finally {
      clearing.readLock().unlock();
    }
  }

  private void perform(
      PersistentMap<Object, byte[]> map, int writer, Workload workload, Workload.Step step) {
    clearing.readLock().lock();
    try {
      workload.perform(step, map);
      map.put(counterKey(writer), Workload.encode(step.number()));
    } finally {
      clearing.readLock().unlock();
    }
  }

  /** All writers' entries are gone at once, so all counters are noted. */
  private void clear(PersistentMap<Object, byte[]> map, Workload.Step step) {
    clearing.writeLock().lock();
    try {
      long other = Workload.number(map.get(counterKey(1)), 0);
      map.clear();
      map.put(CLEARED, Workload.encode(step.number(), other));
      map.put(counterKey(0), Workload.encode(step.number()));
      map.put(counterKey(1), Workload.encode(other));
    } finally {
      clearing.writeLock().unlock();
    }
  }

  private void checkpoint(PersistentMap<Object, byte[]> map) {
    long number;
    clearing.readLock().lock();
    try {
      number = map.checkpoint().number();
    } finally {
      clearing.readLock().unlock();
    }
    say("ack " + number);
  }

  /** In one system call, so that a line is said or not. */
  private static void say(String line) {
    try {
      STDOUT.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final FileOutputStream STDOUT = new FileOutputStream(FileDescriptor.out);
}
