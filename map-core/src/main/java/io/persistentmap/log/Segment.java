package io.persistentmap.log;

import io.persistentmap.platform.Memory;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A segment of the hash file: where its bytes are to be read now, and how many of them are live.
 *
 * <p>There is one object per segment number for the life of the store. {@link #base} is what lock-
 * free readers hold on to: the tail buffer while the segment is open, the mapping afterwards. A
 * buffer is reused only after {@code base} has been replaced, so a reader that finds the same
 * {@code base} after reading has read this segment's bytes.
 */
public final class Segment {
  /** What a segment is used for. Only {@link SegmentTable} changes it, under its lock. */
  enum State {
    FREE,
    /** Free, while its blocks are being given back to the file system. */
    PUNCHING,
    /** Holds records. */
    LOG,
    /** Follows the first segment of a run. */
    RUN_PART,
    /** Holds a part of an index image. */
    IMAGE,
    /** The cleaner has moved all that was live. */
    CLEANED,
    /** Named as cleaned by a checkpoint that is not durable yet. */
    RELEASING,
    /** Cleaned as of a durable checkpoint, but replay still starts before it. */
    EMPTY
  }

  /** What becomes of a free segment's blocks in the file system. */
  enum Blocks {
    /** The log may use them again. */
    KEPT,
    /** They are to be given back, whatever the reserve. */
    UNWANTED,
    /** The file system has them back. */
    HOLE
  }

  private final int number;
  private volatile @Nullable Memory base;
  private volatile long sequence;
  private volatile int run = 1;
  private volatile long end;
  private volatile LiveBytes liveBytes = new LiveBytes();
  private final AtomicLong tombstoneBytes = new AtomicLong();
  private final AtomicLong tombstoneSince = new AtomicLong();

  /** Guarded by the lock of the table. */
  State state = State.FREE;

  /** Guarded by the lock of the table. */
  Blocks blocks = Blocks.KEPT;

  Segment(int number) {
    this.number = number;
  }

  /** Says whether it holds records. */
  boolean isOpen() {
    return state == State.LOG;
  }

  /** Returns the segment's number, which says where it is. */
  public int number() {
    return number;
  }

  /** Returns where its bytes are, or null if they can't be read as records. */
  public @Nullable Memory base() {
    return base;
  }

  /** Returns the sequence, which says when it was opened. */
  public long sequence() {
    return sequence;
  }

  /** Returns the number of adjacent segments that this one starts. */
  public int run() {
    return run;
  }

  /** Starts a new life. */
  void open(long newSequence, int newRun, @Nullable Memory newBase) {
    LiveBytes none = new LiveBytes();
    sequence = newSequence;
    run = newRun;
    end = 0;
    liveBytes = none;
    tombstoneBytes.set(0);
    tombstoneSince.set(0);
    base = newBase;
  }

  /** Returns the offset behind the last record, or 0 if it has not been looked up yet. */
  long end() {
    return end;
  }

  void end(long offset) {
    end = offset;
  }

  void setBase(@Nullable Memory newBase) {
    base = newBase;
  }

  /** Adds to the live bytes of a map; negative when a record dies. */
  public void addLive(int map, long bytes) {
    liveBytes.add(map, bytes);
  }

  /** Counts a tombstone, which must stay while a segment older than {@code since} exists. */
  public void addTombstone(long bytes, long since) {
    tombstoneBytes.addAndGet(bytes);
    long before = tombstoneSince.get();
    while (since > before && !tombstoneSince.compareAndSet(before, since)) {
      before = tombstoneSince.get();
    }
  }

  /** Takes all of a map's bytes as dead. */
  public void clearLive(int map) {
    liveBytes.clear(map);
  }

  /**
   * Returns the live bytes of all maps.
   *
   * @param oldestSequence tombstones since before it count as dead
   */
  public long liveBytes(long oldestSequence) {
    return Math.max(0, liveTombstoneBytes(oldestSequence) + liveBytes.sum());
  }

  /** Returns the bytes of tombstones, if one of them may still be needed. */
  public long liveTombstoneBytes(long oldestSequence) {
    return tombstoneSince.get() >= oldestSequence ? tombstoneBytes.get() : 0;
  }

  /** Returns the live bytes of maps that have some, by number. */
  public SortedMap<Integer, Long> liveByMap() {
    SortedMap<Integer, Long> live = new TreeMap<>();
    liveBytes.forEach(
        (map, bytes) -> {
          if (bytes != 0) {
            live.put(map, bytes);
          }
        });
    return live;
  }

  /** Returns the bytes of all tombstones. */
  public long tombstoneBytes() {
    return tombstoneBytes.get();
  }

  long tombstoneSince() {
    return tombstoneSince.get();
  }
}
