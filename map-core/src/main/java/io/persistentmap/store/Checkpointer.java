package io.persistentmap.store;

import io.persistentmap.Checkpoint;
import io.persistentmap.FileAccessException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Indexes;
import io.persistentmap.index.OverdueKeys;
import io.persistentmap.log.BoundedLock;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes checkpoints, one at a time. Callers that come while one is being made share the next (group
 * commit).
 *
 * <p>The invariant: what the newest durable superblock names (log, image) is never overwritten, so
 * whatever fails or stops at whatever step, that checkpoint can be read.
 */
final class Checkpointer {
  /**
   * How often closing, while it waits, searches for a thread that will never give the lock back.
   */
  private static final long SEARCH_NANOS = 1_000_000_000;

  /** How often a thread that waits for a checkpoint looks whether it is needed for it. */
  private static final long HELP_NANOS = 4_000_000;

  private final Log log;
  private final Indexes indexes;
  private final Catalog catalog;
  private final DataFile file;
  private final SuperblockFile superblocks;
  private final SnapshotStrategy strategy;
  private final StoreHealth health;
  private final FoundState found;

  /** Protects the making of a checkpoint. */
  private final BoundedLock lock;

  private final RecordBuffer record = new RecordBuffer();

  /** Write what is on the heap only. */
  private final Participants heap;

  /** Keeps the cut out of atomic sections. */
  private final Gate gate;

  /** How many checkpoints have begun; changes under the lock, but for the sake of its effect. */
  private final AtomicLong begun = new AtomicLong();

  /** Guarded by the lock: the last one that begun, if it succeeded. */
  private @Nullable Checkpoint last;

  /** The newest durable superblock; changes under the lock. */
  private volatile Superblock present;

  /**
   * Protects which images there are. Not the lock: who offers an image must not wait for the
   * checkpoint that is being made, or the cleaner could not keep up, and the file would grow
   * without bound.
   */
  private final Object images = new Object();

  /** Guarded by images: the image that {@link #present} names; changes under the lock, too. */
  private Image committedImage;

  /** Guarded by images: the last one that a checkpoint was to name, durable or not. */
  private Image tried;

  /** Guarded by images: those that a checkpoint was to name, and that were overtaken. */
  private final List<Image> superseded = new ArrayList<>();

  /** Guarded by images: a newer one, which the next checkpoint will name. */
  private @Nullable Image newImage;

  /** Guarded by the lock: what a checkpoint has appended that has not succeeded. */
  private @Nullable Mark failed;

  /** Guarded by the lock: what the log had written at the last checkpoint. */
  private long writtenBefore;

  /** Whether the file has been changed since it was opened; changes under its own monitor. */
  private final Object dirtyMonitor = new Object();

  private volatile boolean dirty;

  /** Whether the next checkpoint is to be made even if nothing has changed. */
  private volatile boolean required;

  /** The end of what a checkpoint covers, and what its record says. */
  private static final class Mark {
    private final long timeMillis;
    private final long entries;
    private final long oldest;
    private final int[] emptied;
    private final LogPosition end;

    Mark(long timeMillis, long entries, long oldest, int[] emptied, LogPosition end) {
      this.timeMillis = timeMillis;
      this.entries = entries;
      this.oldest = oldest;
      this.emptied = emptied;
      this.end = end;
    }
  }

  Checkpointer(
      Log log,
      Indexes indexes,
      Catalog catalog,
      DataFile file,
      SuperblockFile superblocks,
      SnapshotStrategy strategy,
      StoreHealth health,
      Superblock present,
      Image image,
      FoundState found,
      Participants heap,
      Gate gate) {
    this.log = log;
    this.indexes = indexes;
    this.catalog = catalog;
    this.file = file;
    this.superblocks = superblocks;
    this.strategy = strategy;
    this.health = health;
    this.lock = BoundedLock.fair(health);
    this.present = present;
    this.committedImage = image;
    this.tried = image;
    this.found = found;
    this.heap = heap;
    this.gate = gate;
  }

  /** Returns the newest durable superblock. */
  Superblock present() {
    return present;
  }

  /** Says whether the file has been changed since it was opened. */
  boolean isDirty() {
    return dirty;
  }

  /** Says whether the log has grown since the last checkpoint. */
  boolean hasChanges() {
    return stopped(() -> !log.position().equals(present.tail()));
  }

  /** Runs code while nothing is appended. */
  private <T> T stopped(Supplier<T> code) {
    // The catalog last, since readers may wait for it that a holder of a shard waits for.
    return indexes.stripes().stopped(() -> catalog.withoutAppends(code));
  }

  /** Waits for changes that have begun, so that later ones see that the store is closing. */
  void awaitNoWriters() {
    indexes.stripes().awaitChanges();
  }

  /**
   * Called each time before anything is written to the file: it must still have its name, and from
   * the first time on it does not count as closed. The mark goes to the older superblock's block,
   * and is durable before anything else changes.
   */
  void markDirty() {
    strategy.requireNamed();
    if (!dirty) {
      synchronized (dirtyMonitor) {
        if (!dirty) {
          found.makeDurable(); // snapshots, mark and all that follows build on it
          strategy.prepare(present);
          found.eraseLeftovers(); // durable with the mark
          writeMark(false);
          strategy.started();
          dirty = true;
        }
      }
    }
  }

  private void writeMark(boolean clean) {
    Superblock mark = present.mark(clean, strategy.reflink());
    superblocks.write(mark);
    file.syncData();
    present = mark;
  }

  /** Says whether the next checkpoint is to be made even if nothing has changed. */
  void requireNext(boolean require) {
    required = require;
  }

  /** Makes a checkpoint, or shares one that began after the call. */
  Checkpoint checkpoint() {
    gate.requireOutside("checkpoint()");
    return HashIndex.checkpointing(() -> makeOrShare(() -> {}, OverdueKeys.NONE, () -> {}));
  }

  /**
   * Makes a checkpoint for closing.
   *
   * @param beforeBarrier what is to be done when all values are in the log
   * @param leftOut keys whose values on the heap are not written
   */
  void checkpointForClose(Runnable beforeBarrier, OverdueKeys leftOut) {
    Checkpoint unused =
        HashIndex.checkpointing(() -> makeOrShare(beforeBarrier, leftOut, lookForExit()));
  }

  /** Says whether the current thread is making a checkpoint, or writes a value for one. */
  boolean isMakingCheckpoint() {
    return lock.isHeldByCurrentThread()
        || StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
            .walk(
                frames ->
                    frames.anyMatch(
                        frame -> heap.isWriting(frame.getDeclaringClass().getNestHost())));
  }

  private Checkpoint makeOrShare(Runnable beforeBarrier, OverdueKeys leftOut, Runnable meanwhile) {
    // A write, so that whoever counts on sees what this thread has changed in objects before.
    long arrived = begun.getAndAdd(0);
    return alone(
        meanwhile,
        () -> {
          Checkpoint shared = last;
          return begun.get() > arrived && shared != null ? shared : make(beforeBarrier, leftOut);
        });
  }

  /** Runs what makes checkpoints; the store has failed if the lock can't be given back. */
  private <T> T alone(Runnable meanwhile, Supplier<T> code) {
    lockHelping(meanwhile);
    boolean left = true;
    try {
      try {
        health.check(); // a sync that failed meanwhile is not repaired by one that works
        return code.get();
      } catch (StorageFailureException e) {
        throw health.fail(e);
      } finally {
        lock.unlock();
        left = false;
      }
    } catch (Throwable e) {
      if (left) {
        health.broken = e;
      }
      throw e;
    }
  }

  /** Takes the lock; until then, this thread does what the one that has it needs of it. */
  private void lockHelping(Runnable meanwhile) {
    if (!lock.tryLock()) {
      HeapValues.Help help = heap.help();
      try {
        lock.lock(
            HELP_NANOS,
            () -> {
              help.help();
              meanwhile.run();
            });
      } finally {
        help.end();
      }
    }
  }

  private Checkpoint make(Runnable beforeBarrier, OverdueKeys leftOut) {
    begun.incrementAndGet();
    last = null;
    long start = System.nanoTime();
    Checkpoint made = null;
    try (Gate.Passage passage = gate.passage()) {
      strategy.requireNamed(); // before values are marked as written
      heap.begin();
      passage.awaitEarlier();
      HeapValues.Written live = heap.write(leftOut); // an exception leaves all as it was
      beforeBarrier.run();
      made = make(start, live, passage, log.segments().beginRelease());
      last = leftOut.isEmpty() ? made : null; // else who waits for one would miss something
      return made;
    } finally {
      heap.end();
      if (made == null) {
        log.segments().abandonRelease();
      }
    }
  }

  private Checkpoint make(
      long start, HeapValues.Written first, Gate.Passage passage, int[] emptied) {
    boolean newlyNamed;
    Image named;
    synchronized (images) {
      newlyNamed = newImage != null;
      named = newestImage();
      tried = named;
    }
    long number = present.checkpoint() + 1;
    HeapValues.Written live = passage.shut() ? heap.writeRest() : first;
    long stopStart = System.nanoTime();
    Cut cut = stopped(() -> cut(number, passage, newlyNamed, emptied));
    while (!cut.made()) {
      if (!passage.isUndisturbed()) {
        heap.sectionsWereInside();
        boolean unused = passage.shut();
      }
      live = heap.writeRest();
      stopStart = System.nanoTime();
      cut = stopped(() -> cut(number, passage, newlyNamed, emptied));
    }
    passage.close(); // what sections do from here on is after the cut
    Mark mark = cut.mark();
    Duration stop = since(stopStart);
    if (mark == null) {
      requireDurable();
      return outcome(present.checkpoint(), 0, stop, start, live, passage);
    }
    log.flush(mark.end); // a crash from here on leaves the previous checkpoint as it was
    markDirty();
    Superblock superblock =
        present.successor(
            strategy.reflink(),
            mark.timeMillis,
            mark.end,
            mark.entries,
            named.replayStart(),
            named.segment(),
            named.sequence(),
            strategy.previousSnapshot(number),
            mark.oldest);
    strategy.commit(superblock);
    committed(superblock, named);
    long written = log.writtenBytes();
    long bytes = written - writtenBefore;
    writtenBefore = written;
    return outcome(number, bytes, stop, start, live, passage);
  }

  /**
   * Nothing has changed since the last checkpoint; but what recovery read of it may have been in
   * the cache of a process that did not get to its sync.
   */
  private void requireDurable() {
    if (present.clean()) {
      found.makeDurable();
    } else {
      markDirty();
    }
  }

  /**
   * What came of the attempt to make the cut.
   *
   * @param made whether all values on the heap were in the log
   * @param mark where it is, or null if nothing has changed
   */
  private record Cut(boolean made, @Nullable Mark mark) {}

  private Cut cut(long number, Gate.Passage passage, boolean newlyNamed, int[] emptied) {
    health.check(); // a store that was closed meanwhile has a log, but no entries
    if (!passage.isUndisturbed() || !heap.cut()) {
      return new Cut(false, null);
    }
    LogPosition position = log.position();
    boolean changed =
        !position.equals(present.tail()) || newlyNamed || emptied.length > 0 || required;
    return new Cut(true, changed ? mark(number, position, emptied) : null);
  }

  /** Appends the record of a checkpoint; not again if one that failed has, and nothing since. */
  private Mark mark(long number, LogPosition position, int[] emptied) {
    Mark before = failed;
    if (before != null && before.end.equals(position) && Arrays.equals(before.emptied, emptied)) {
      return before;
    }
    long now = System.currentTimeMillis();
    long entries = indexes.countStopped();
    SegmentTable.InUse inUse = log.segments().inUse();
    long oldest = Math.min(inUse.oldestSequence(), position.sequence());
    CheckpointRecord.write(record, number, now, entries, oldest, emptied, inUse.numbers());
    Mark made = new Mark(now, entries, oldest, emptied, log.mark(record));
    failed = made;
    return made;
  }

  private static Checkpoint outcome(
      long number,
      long bytes,
      Duration stop,
      long start,
      HeapValues.Written live,
      Gate.Passage passage) {
    return new Checkpoint(
        number,
        bytes,
        stop,
        since(start),
        live.values(),
        live.written(),
        live.time(),
        passage.closedTime());
  }

  /** Only now is the older state not needed any more. */
  private void committed(Superblock superblock, Image named) {
    present = superblock;
    failed = null;
    required = false;
    synchronized (images) {
      superseded.add(committedImage);
      committedImage = named;
      if (named.equals(newImage)) {
        newImage = null;
      }
      while (!superseded.isEmpty()) {
        Image gone = superseded.remove(superseded.size() - 1); // first: nothing is freed twice
        if (!gone.equals(named)) { // it was overtaken meanwhile, or is the same
          log.segments().releaseImage(gone.segments());
        }
      }
    }
    log.segments().commitRelease(named.replayStart().sequence());
    if (strategy.reflink()) {
      noteCompleted();
    }
  }

  /**
   * Says in the hash file that the checkpoint is complete, so that its snapshot can't go missing,
   * or be replaced by an old one, unnoticed. Not synced: after a power failure it may not be there.
   */
  private void noteCompleted() {
    try {
      Superblock note = present.mark(false, true);
      superblocks.write(note);
      present = note;
    } catch (ResourceExhaustedException | FileAccessException e) {
      // The checkpoint is durable all the same.
    } catch (StorageFailureException e) {
      throw health.fail(e);
    }
  }

  /**
   * Makes an image the one that the next checkpoint names, instead of one not named yet; unless
   * there is one at least as new, then it is dropped.
   */
  void offer(Image image) {
    synchronized (images) {
      health.check(); // a failed store may have named the image that this one would replace
      Image dropped = image;
      if (image.replayStart().lsn() > newestImage().replayStart().lsn()) {
        dropped = newImage;
        newImage = image;
      }
      if (dropped != null && dropped.equals(tried)) {
        superseded.add(dropped);
      } else if (dropped != null) {
        log.segments().releaseUnnamedImage(dropped.segments());
      }
    }
  }

  /** Returns where replay starts as of the newest image, named by a checkpoint or not. */
  LogPosition replayStart() {
    synchronized (images) {
      return newestImage().replayStart();
    }
  }

  /** With the monitor of the images. */
  private Image newestImage() {
    Image image = newImage;
    return image != null ? image : committedImage;
  }

  /**
   * Returns what ends a wait that would be for ever, since a thread has called {@code System.exit}
   * while it made a checkpoint: then no thread but those of hooks goes on.
   */
  private Runnable lookForExit() {
    long[] last = {System.nanoTime()};
    return () -> {
      if (System.nanoTime() - last[0] > SEARCH_NANOS) {
        last[0] = System.nanoTime();
        List<Class<?>> classes = new ArrayList<>(heap.writingClasses());
        classes.add(Checkpointer.class);
        Exits.refuseWaitFor(health.path(), classes);
      }
    };
  }

  /** Runs an action while no checkpoint is being made; also if an error has left the lock. */
  void withoutCheckpoint(Runnable action) {
    HashIndex.checkpointing(
        () -> {
          boolean locked = lock.lockUnlessLeft(lookForExit());
          try {
            try {
              action.run();
            } finally {
              if (locked) {
                lock.unlock();
                locked = false;
              }
            }
          } catch (Throwable e) {
            if (locked) {
              health.broken = e; // so that nobody waits for it
            }
            throw e;
          }
          return null;
        });
  }

  /**
   * Marks the file as closed, after a checkpoint: everything in it is durable, and used as it is.
   *
   * @param trim cuts off what it does not need; done once no earlier checkpoint counts any more
   */
  void markClean(Runnable trim) {
    Superblock unused =
        alone(
            () -> {},
            () -> {
              markDirty();
              trim.run();
              file.syncData();
              writeMark(true);
              return present;
            });
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
