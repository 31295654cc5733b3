package io.persistentmap.log;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.platform.Memory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A segment (or run) that is being appended to, or is full but not in the file yet. */
final class Tail {
  private static final long CLOSED = Long.MAX_VALUE / 2;

  /** Before the first append: has room for nothing. */
  static final Tail NONE = new Tail(0, 0, Memory.empty(), CLOSED, 0);

  /** Where it is; set before others see the tail. */
  Segment segment = new Segment(-1);

  final long sequence;

  /** What the checks of its records are masked with. */
  final int mask;

  final Memory memory;
  final long limit;

  private final AtomicLong claimed;
  private final AtomicLong written;

  /** Offset up to which the file has the bytes; guarded by the flush lock. */
  long flushed;

  /** Offset behind the last record, once closed. */
  private volatile long end = CLOSED;

  /** What follows, once closed. */
  private volatile int next;

  private volatile long nextSequence;

  /** The tail after this one, once closed. A field, so that closing allocates nothing. */
  volatile @Nullable Tail follower;

  Tail(long sequence, int mask, Memory memory, long claimed, long flushed) {
    this.sequence = sequence;
    this.mask = mask;
    this.memory = memory;
    this.limit = memory.size() - SegmentLink.BYTES;
    this.claimed = new AtomicLong(claimed);
    this.written = new AtomicLong(claimed);
    this.flushed = flushed;
  }

  /** Says whether so many bytes could be claimed. */
  boolean hasRoom(long bytes) {
    return claimed.get() + bytes <= limit;
  }

  /** Claims bytes and returns their offset, or -1 if they don't fit or the tail is closed. */
  long claim(long bytes) {
    while (true) {
      long at = claimed.get();
      if (at + bytes > limit) {
        return -1;
      }
      if (claimed.compareAndSet(at, at + bytes)) {
        return at;
      }
    }
  }

  /** Notes that claimed bytes are in place. */
  void wrote(long bytes) {
    written.addAndGet(bytes);
  }

  /** Returns the offset behind the last claim. */
  long position() {
    return claimed.get();
  }

  /** Ends the tail: no claim succeeds afterwards. */
  void close(int nextNumber, long nextSegmentSequence) {
    next = nextNumber;
    nextSequence = nextSegmentSequence;
    end = claimed.getAndSet(CLOSED);
  }

  /**
   * Waits until every claim is in place: writers claim and copy without blocking in between.
   *
   * @throws io.persistentmap.PersistentMapException if one of them could not copy: the store has
   *     failed
   */
  void awaitWritten(StoreHealth health) {
    while (written.get() < end) {
      if (health.broken != null) {
        throw health.brokenException();
      }
      Thread.onSpinWait();
    }
  }

  long end() {
    return end;
  }

  SegmentLink link() {
    return new SegmentLink(sequence, end, next, nextSequence);
  }

  boolean isRun() {
    return memory.size() > FileLayout.SEGMENT_BYTES;
  }
}
