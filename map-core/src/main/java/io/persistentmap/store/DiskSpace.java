package io.persistentmap.store;

import io.persistentmap.DiskFullException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.SegmentTable;

/**
 * What a full disk does to a store that has a {@link Reserve}.
 *
 * <p>From the first write that finds no space, space is <em>scarce</em>: changes that need more of
 * it are refused at once, while removing goes on in memory. So what waits to be written when the
 * disk becomes full, and what is removed then, stays less than the reserve. A checkpoint that finds
 * no space, when there is garbage worth it, gives the reserve up, and lets the cleaner work; once a
 * reserve can be made again, changes are admitted again.
 *
 * <p>While little is free, at most one full segment may wait for the file. Thread-safe.
 */
final class DiskSpace {
  /** Free bytes below which little is: more than what waits, and is written, between two looks. */
  private static final long LITTLE = 192L << 20;

  /** Bytes that the cleaner leaves for the rest of a segment, an image, and the checkpoint. */
  private static final long KEPT_BYTES = FileLayout.SEGMENT_BYTES * 3L / 2;

  /** Bytes known to be free that are enough for a small reserve, and for some puts. */
  private static final long ENOUGH_BYTES = 2L * FileLayout.SEGMENT_BYTES;

  /** Garbage that is worth the reserve, as a share of the log. */
  private static final int WORTHWHILE_SHARE = 8;

  private final Reserve reserve;
  private final Log log;
  private final SegmentTable segments;

  private final boolean snapshots;

  /** Changes under the monitor. */
  private volatile boolean scarce;

  /** Guarded by this: bytes that the disk has as far as is known, when so much had been written. */
  private long room;

  private long writtenBefore;

  /** Guarded by this: bytes given back, that one or two snapshots still share. */
  private long sharedTwice;

  private long sharedOnce;

  /** Guarded by this: whether the cleaner has not worked since the last checkpoint. */
  private boolean mayClean = true;

  /** Guarded by this: whether no checkpoint was made since the reserve was given up. */
  private boolean inUse;

  DiskSpace(Reserve reserve, Log log, boolean snapshots) {
    this.reserve = reserve;
    this.log = log;
    this.snapshots = snapshots;
    this.segments = log.segments();
  }

  /** Says whether there is no space, or was none, and no reserve has been made since. */
  boolean isScarce() {
    return scarce;
  }

  /** Says whether there is still something to give up. */
  boolean hasReserve() {
    return reserve.bytes() > 0;
  }

  /** Says whether the cleaner has to keep within a budget: there is little space, or none. */
  boolean isTight() {
    return scarce || isLittle();
  }

  private boolean isLittle() {
    return hasReserve() && reserve.free() < LITTLE;
  }

  /** Writes full segments; notes whether there is space. */
  void flush() {
    boolean little = isTight();
    log.limitWaiting(little, little ? (int) (reserve.bytes() / 2 / FileLayout.SEGMENT_BYTES) : 0);
    try {
      log.flushSealed();
    } catch (DiskFullException e) {
      foundFull();
      throw e;
    }
  }

  /** Notes that a write found no space. */
  synchronized void foundFull() {
    if (hasReserve() && !scarce) {
      scarce = true;
      log.admitChanges(this::requireSpace);
    }
  }

  /** Called by whoever wants to put something, while space is scarce. */
  private void requireSpace() {
    if (hasReserve()) {
      flush(); // there may be space again
    } else {
      refit();
    }
    synchronized (this) {
      if (scarce && !hasReserve()) {
        throw new DiskFullException(
            log.path()
                + ": the disk is full, and what was kept for that is in use; free some space, or"
                + " remove entries, and make a checkpoint or more, then call again; nothing is"
                + " lost");
      }
      admit();
    }
  }

  private void admit() {
    scarce = false;
    mayClean = false; // what is free now is for what was refused
    log.admitChanges(() -> {});
    log.limitWaiting(false, 0);
  }

  /** Makes the reserve as large as it should be; if that works, space is not scarce any more. */
  synchronized void refit() {
    if (scarce && (hasReserve() || inUse)) {
      return; // no write has worked since, or the room is being used
    }
    long wanted = Reserve.wanted(segments.counts().log());
    boolean whole = scarce && knownRoom() < ENOUGH_BYTES; // space that others have given back
    reserve.fit(wanted, whole ? wanted : FileLayout.SEGMENT_BYTES);
    if (scarce && hasReserve()) {
      admit();
    }
  }

  /** Gives the reserve up, if it is worth it; says whether it did. */
  synchronized boolean giveUp() {
    foundFull();
    long bytes = reserve.bytes();
    if (!scarce || !isWorthwhile() || !reserve.giveUp()) {
      return false;
    }
    room = bytes;
    writtenBefore = log.writtenBytes();
    sharedTwice = 0;
    sharedOnce = 0;
    mayClean = true;
    inUse = true;
    return true;
  }

  /** Notes that blocks of the hash file were given back. */
  synchronized void gaveBack(long bytes) {
    if (snapshots) {
      sharedTwice += bytes;
    } else {
      room += bytes;
    }
  }

  /** Says whether a snapshot that the next checkpoints replace has blocks that were given back. */
  synchronized boolean isShared() {
    return sharedTwice + sharedOnce > 0;
  }

  /** Notes that a checkpoint has replaced a snapshot. */
  synchronized void madeCheckpoint() {
    room += sharedOnce;
    sharedOnce = sharedTwice;
    sharedTwice = 0;
    mayClean = true;
    inUse = false;
  }

  private boolean isWorthwhile() {
    long[] live = new long[1];
    long oldest = segments.oldestSequence();
    segments.forEachLog(segment -> live[0] += segment.liveBytes(oldest));
    long used = (long) segments.counts().log() * FileLayout.SEGMENT_BYTES;
    return used - live[0] > used / WORTHWHILE_SHARE;
  }

  /**
   * Returns how many bytes the cleaner may move before the next checkpoint, in tight space; -1 if
   * it must not work: it has since the last one, or would only use up the room of what is to be
   * removed.
   *
   * @param imageBytes what an image takes
   */
  synchronized long takeCleaningBudget(long imageBytes) {
    if (!mayClean || (scarce && hasReserve())) {
      return -1;
    }
    mayClean = false;
    return Math.max(0, (scarce ? knownRoom() - KEPT_BYTES : usableRoom() / 2) - imageBytes);
  }

  /** Not what the file system says: it knows of no quota, nor what it keeps for some users. */
  private long knownRoom() {
    return room - (log.writtenBytes() - writtenBefore);
  }

  /** Free segments of the file need no space, unless snapshots share them. */
  private long usableRoom() {
    int free = snapshots ? 0 : segments.counts().free();
    return reserve.free() + (long) free * FileLayout.SEGMENT_BYTES;
  }
}
