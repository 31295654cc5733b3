package io.persistentmap.store;

import io.persistentmap.Checkpoint;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.HashIndex;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes checkpoints, one at a time. Callers that come while one is being made share the next (group
 * commit).
 *
 * <p>The invariant: what the newest durable superblock names (log, image) is never overwritten, so
 * whatever fails or stops at whatever step, that checkpoint can be read.
 */
final class Checkpointer {
  private final Log log;
  private final HashIndex index;
  private final Catalog catalog;
  private final DataFile file;
  private final SuperblockFile superblocks;
  private final SnapshotStrategy strategy;
  private final StoreHealth health;

  /** Protects the making of a checkpoint, and which image counts. */
  private final ReentrantLock lock = new ReentrantLock();

  private final RecordBuffer record = new RecordBuffer();

  /** How many checkpoints have begun; changes under the lock. */
  private volatile long begun;

  /** Guarded by the lock: the last one that begun, if it succeeded. */
  private @Nullable Checkpoint last;

  /** The newest durable superblock; changes under the lock. */
  private volatile Superblock present;

  /** Guarded by the lock: the image that {@link #present} names. */
  private Image committedImage;

  /** Guarded by the lock: a newer image, which the next checkpoint will name. */
  private @Nullable Image newImage;

  /** Whether the file has been changed since it was opened; changes under its own monitor. */
  private final Object dirtyMonitor = new Object();

  private volatile boolean dirty;

  Checkpointer(
      Log log,
      HashIndex index,
      Catalog catalog,
      DataFile file,
      SuperblockFile superblocks,
      SnapshotStrategy strategy,
      StoreHealth health,
      Superblock present,
      Image image) {
    this.log = log;
    this.index = index;
    this.catalog = catalog;
    this.file = file;
    this.superblocks = superblocks;
    this.strategy = strategy;
    this.health = health;
    this.present = present;
    this.committedImage = image;
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
    catalog.lock();
    index.lockAll();
    try {
      return !log.position().equals(present.tail());
    } finally {
      index.unlockAll();
      catalog.unlock();
    }
  }

  /** Waits for changes that have begun, so that later ones see that the store is closing. */
  void awaitNoWriters() {
    index.lockAll();
    index.unlockAll();
  }

  /**
   * Called before anything is written to the file: from then on it does not count as closed. The
   * mark goes to the older superblock's block, and is durable before anything else changes.
   */
  void markDirty() {
    if (!dirty) {
      synchronized (dirtyMonitor) {
        if (!dirty) {
          strategy.prepare(present);
          if (present.clean() || present.reflink() != strategy.reflink()) {
            writeMark(false);
          }
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

  /** Makes a checkpoint, or shares one that began after the call. */
  Checkpoint checkpoint() {
    long arrived = begun;
    lock.lock();
    try {
      health.check();
      Checkpoint shared = last;
      return begun > arrived && shared != null ? shared : make();
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  private Checkpoint make() {
    begun++;
    last = null;
    long start = System.nanoTime();
    int[] emptied = log.segments().beginRelease();
    try {
      last = make(start, emptied);
      return last;
    } catch (StorageFailureException e) {
      throw health.fail(e);
    } finally {
      if (last == null) {
        log.segments().abandonRelease();
      }
    }
  }

  private Checkpoint make(long start, int[] emptied) {
    Image image = newImage;
    long number = present.checkpoint() + 1;
    long now = System.currentTimeMillis();
    LogPosition end;
    long entries;
    long stopStart = System.nanoTime();
    catalog.lock();
    index.lockAll();
    try {
      LogPosition position = log.position();
      if (position.equals(present.tail()) && image == null && emptied.length == 0) {
        return new Checkpoint(
            present.checkpoint(), 0, Duration.ofNanos(System.nanoTime() - stopStart), since(start));
      }
      entries = index.count();
      CheckpointRecord.write(record, number, now, entries, emptied);
      end = log.mark(record);
    } finally {
      index.unlockAll();
      catalog.unlock();
    }
    Duration stop = Duration.ofNanos(System.nanoTime() - stopStart);
    long bytes = end.lsn() - Math.max(present.tail().lsn(), Log.START.lsn());
    log.flush(end); // a crash from here on leaves the previous checkpoint as it was
    markDirty();
    Image named = image != null ? image : committedImage;
    Superblock superblock =
        present.successor(
            strategy.reflink(),
            now,
            end,
            entries,
            named.replayStart(),
            named.segment(),
            named.sequence(),
            strategy.previousSnapshot(number));
    strategy.commit(superblock);
    committed(superblock, image);
    return new Checkpoint(number, bytes, stop, since(start));
  }

  /** Only now is the older state not needed any more. */
  private void committed(Superblock superblock, @Nullable Image image) {
    present = superblock;
    if (image != null) {
      log.segments().releaseImage(committedImage.segments());
      committedImage = image;
      newImage = null;
    }
    log.segments().commitRelease(committedImage.replayStart().sequence());
  }

  /** Makes an image the one that the next checkpoint names, instead of one not named yet. */
  void offer(Image image) {
    lock.lock();
    try {
      Image superseded = newImage;
      newImage = image;
      if (superseded != null) {
        log.segments().releaseImage(superseded.segments());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns where replay starts as of the newest image, named by a checkpoint or not. */
  LogPosition replayStart() {
    lock.lock();
    try {
      Image image = newImage;
      return (image != null ? image : committedImage).replayStart();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Marks the file as closed, after a checkpoint: everything in it is durable, and used as it is.
   */
  void markClean() {
    lock.lock();
    try {
      file.syncData();
      writeMark(true);
    } finally {
      lock.unlock();
    }
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
