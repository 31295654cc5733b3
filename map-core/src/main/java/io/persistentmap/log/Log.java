package io.persistentmap.log;

import io.persistentmap.StorageFailureException;
import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The log: records are appended to a tail in memory, and the tail is written to the file front to
 * back, when it is full and at a checkpoint.
 *
 * <p><b>Appending</b> claims bytes of the tail by compare-and-set and copies the record there.
 * Callers hold the lock that orders records of one key (the shard's, or the catalog's), and whoever
 * wants the log to stand still takes all of those locks: then nothing is claimed and not copied.
 * Appending never waits for I/O.
 *
 * <p><b>Writing</b> never touches a byte that is in the file already: a checkpoint ends on a block
 * boundary, and the next write starts there. So a torn block can't damage what a checkpoint covers,
 * and snapshots share all blocks with the file.
 *
 * <p>The idea of one append point for memory and disk is that of RAMCloud's log-structured memory
 * and of FASTER's hybrid log.
 */
public final class Log {
  /** Offset of the first record in a segment. */
  public static final int FIRST_RECORD = SegmentHeader.END;

  /** How far sequences jump after a crash, so that what it left can't pass for newer records. */
  public static final long SEQUENCES_SKIPPED_AFTER_CRASH = 1 << 16;

  /** Where the log of a new file starts, and ends. */
  public static final LogPosition START = new LogPosition(0, 1, FIRST_RECORD);

  /** The largest padded record that does not need a run of its own. */
  static final long LARGEST_IN_SEGMENT =
      FileLayout.SEGMENT_BYTES - FIRST_RECORD - SegmentLink.BYTES;

  /** Full segments that may wait for the file before writers wait, too: 64 MiB. */
  private static final int MAX_SEALED = 16;

  private final DataFile file;
  private final UUID store;
  private final int salt;
  private final SegmentTable segments;
  private final SegmentMapping mapping;
  private final StoreHealth health;
  private final BufferPool buffers;
  private final Runnable beforeFirstWrite;
  private final Runnable onSealed;

  /**
   * Protects the succession of tails: who is next, and the sequences. Its monitor does, which the
   * JVM gives back whatever is thrown.
   */
  private final Object succession = new Object();

  /** Protects the order of writes to the file. Taken before the succession, if both are. */
  private final BoundedLock flushLock;

  /**
   * The oldest tail that is not in the file, from which the others follow: all that have a follower
   * are full. Changes under the flush lock, once there is a tail.
   */
  private volatile Tail oldest = Tail.NONE;

  private final AtomicInteger sealedCount = new AtomicInteger();

  /** Guarded by the succession. */
  private long nextSequence = 1;

  /** Where the log of the file ends, if it has one; set before the log is used. */
  private volatile @Nullable LogPosition resumeAt;

  /** Guarded by the succession: whether appending goes on in a segment of its own. */
  private boolean resumeBehind;

  private volatile Tail tail = Tail.NONE;

  /** Changes under the flush lock. */
  private volatile long writtenBytes;

  private volatile long pauseNanos;
  private volatile int mostSealed = MAX_SEALED;
  private volatile int moreRemovals;
  private volatile Runnable admission = () -> {};

  /**
   * Opens a log.
   *
   * @param file the hash file
   * @param store its UUID
   * @param segments its segments
   * @param mapping of the file
   * @param health fails when the file can't be read or written
   * @param allocator of buffers for the tail, which may hold anything
   * @param beforeFirstWrite called each time before bytes are written to the file
   * @param onSealed called when a segment is full: somebody should call {@link #flushSealed}
   */
  public Log(
      DataFile file,
      UUID store,
      SegmentTable segments,
      SegmentMapping mapping,
      StoreHealth health,
      LongFunction<Memory> allocator,
      Runnable beforeFirstWrite,
      Runnable onSealed) {
    this.file = file;
    this.store = store;
    this.salt = Checksum.salt(store);
    this.segments = segments;
    this.mapping = mapping;
    this.health = health;
    this.flushLock = new BoundedLock(health);
    this.buffers = new BufferPool(allocator);
    this.beforeFirstWrite = beforeFirstWrite;
    this.onSealed = onSealed;
  }

  /**
   * Says where the log of the file ends. The tail is read when something is appended.
   *
   * @param position the end
   * @param firstSequence higher than any in use
   * @param behind whether what the file has behind the end is not to be trusted, so that appending
   *     goes on in another segment
   */
  public void resume(LogPosition position, long firstSequence, boolean behind) {
    synchronized (succession) {
      resumeAt = position;
      nextSequence = firstSequence;
      resumeBehind = behind;
    }
  }

  /** Returns the number of segments that a record of that padded length takes. */
  public static int runOf(long padded) {
    long bytes = padded + FIRST_RECORD + SegmentLink.BYTES;
    return (int) ((bytes + FileLayout.SEGMENT_BYTES - 1) >>> FileLayout.SEGMENT_BITS);
  }

  /** Returns the health of the store. */
  public StoreHealth health() {
    return health;
  }

  /** Returns the path of the hash file, for messages. */
  public Path path() {
    return file.path();
  }

  /** Returns the segments. */
  public SegmentTable segments() {
    return segments;
  }

  /** Returns the salt of the store's checks. */
  public int salt() {
    return salt;
  }

  /** Returns what the checks of a segment's records are masked with. */
  public int mask(long sequence) {
    return Checksum.mask(salt, sequence);
  }

  // ---- appending -------------------------------------------------------------------------------

  /**
   * Appends a finished record, and accounts for the one it replaces. Under the lock that orders the
   * record's key; takes no time but the copy's.
   *
   * <p>What is thrown before the record's bytes are claimed leaves all as it was; from there on
   * nothing is allocated, and an error, if it comes all the same, fails the store.
   *
   * @param previous as {@link RecordLayout#previous} makes it, or 0
   * @param flags of {@link RecordLayout}
   * @return the address
   */
  public long append(RecordBuffer record, long previous, int flags) {
    int crc = record.seal(previous, flags);
    long padded = record.paddedLength();
    Memory run = record.runMemory();
    return run == null
        ? copy(record, crc, padded, previous)
        : adopt(record, crc, padded, previous, run);
  }

  private long copy(RecordBuffer record, int crc, long padded, long previous) {
    while (true) {
      Tail current = tail;
      if (!current.hasRoom(padded)) {
        roll(current);
        continue;
      }
      try {
        long at = current.claim(padded);
        if (at < 0) {
          continue;
        }
        RecordLayout.writeCrc(record.array(), crc, current.mask, at);
        current.memory.write(at, record.array(), 0, (int) padded);
        current.wrote(padded);
        long address = FileLayout.address(current.segment.number(), at);
        account(record, address, padded, previous);
        return address;
      } catch (Throwable e) {
        health.broken = e;
        throw e;
      }
    }
  }

  /** Makes memory that has key and value already the next segments of the log. */
  private long adopt(RecordBuffer record, int crc, long padded, long previous, Memory memory) {
    long address;
    synchronized (succession) {
      Tail before = tail == Tail.NONE ? firstTail() : tail;
      Memory buffer = buffers.take(); // may fail, so before anything has changed
      Tail run = open(runOf(padded), memory);
      try {
        RecordLayout.writeCrc(record.array(), crc, run.mask, FIRST_RECORD);
        memory.write(FIRST_RECORD, record.array(), 0, RecordLayout.HEADER_BYTES);
        run.claim(padded);
        run.wrote(padded);
        Tail next = openAfter(run, buffer);
        seal(before, run);
        seal(run, next);
        tail = next;
        address = FileLayout.address(run.segment.number(), FIRST_RECORD);
        account(record, address, padded, previous);
      } catch (Throwable e) {
        if (run.segment.isOpen()) { // else it was given back
          health.broken = e;
        }
        throw e;
      }
    }
    onSealed.run();
    return address;
  }

  /** Opens what follows a run that is not linked yet, or gives the run back. */
  private Tail openAfter(Tail run, Memory buffer) {
    try {
      return open(1, buffer);
    } catch (Throwable e) {
      segments.giveBack(run.segment);
      throw e;
    }
  }

  private void account(RecordBuffer record, long address, long padded, long previous) {
    Segment segment = segments.require(FileLayout.segmentOf(address));
    switch (record.kind()) {
      case RecordLayout.PUT, RecordLayout.CATALOG, RecordLayout.CLASS ->
          segment.addLive(record.map(), padded);
      case RecordLayout.REMOVE, RecordLayout.CLEAR, RecordLayout.DROP ->
          segment.addTombstone(padded, record.since() == 0 ? segment.sequence() : record.since());
      default -> {}
    }
    accountPrevious(segments, record.map(), previous);
  }

  /** Takes the bytes of a replaced record as dead. */
  public static void accountPrevious(SegmentTable segments, int map, long previous) {
    if (previous != 0) {
      int number = FileLayout.segmentOf(RecordLayout.previousAddress(previous));
      Segment segment = segments.require(number);
      long bytes = RecordLayout.previousLength(previous);
      if (bytes >= 0) {
        segment.addLive(map, -bytes);
      } else {
        segment.clearLive(map); // only the one record of a run can be that long
      }
    }
  }

  private void roll(Tail full) {
    synchronized (succession) {
      if (tail != full) {
        return;
      }
      if (full == Tail.NONE) {
        tail = firstTail();
      } else {
        Tail next = open(1, buffers.take());
        follow(full, next);
        tail = next;
      }
    }
    onSealed.run();
  }

  private Tail firstTail() {
    LogPosition position = resumeAt;
    Tail first = position == null ? open(1, buffers.take()) : resume(position);
    Tail next = position != null && resumeBehind ? open(1, buffers.take()) : first;
    oldest = first;
    if (next != first) {
      follow(first, next);
    }
    return next;
  }

  private void follow(Tail full, Tail next) {
    try {
      seal(full, next);
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
  }

  private void seal(Tail full, Tail next) {
    full.close(next.segment.number(), next.sequence);
    sealedCount.incrementAndGet();
    full.follower = next;
  }

  /** Opens a tail; whatever is allocated for it, is before anything has changed. */
  private Tail open(int run, Memory memory) {
    long sequence = nextSequence;
    byte[] header = new SegmentHeader(store, sequence, SegmentHeader.LOG, run).encode();
    Tail opened = new Tail(sequence, mask(sequence), memory, FIRST_RECORD, 0);
    Segment segment = segments.openLog(sequence, run, memory);
    try {
      nextSequence = sequence + run;
      opened.segment = segment;
      opened.flushed = FileLayout.start(segment.number());
      // Readers must see the new base before any byte of the new life of this buffer.
      VarHandle.fullFence();
      memory.write(SegmentHeader.OFFSET, header, 0, header.length);
      return opened;
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
  }

  private Tail resume(LogPosition position) {
    Memory memory = buffers.take();
    try {
      file.read(FileLayout.fileOffset(position.segment()), memory, 0, position.offset());
    } catch (StorageFailureException e) {
      throw health.fail(e);
    }
    Segment segment = segments.require(position.segment());
    segment.setBase(memory);
    long sequence = position.sequence();
    long end = position.offset();
    Tail resumed = new Tail(sequence, mask(sequence), memory, end, end);
    resumed.segment = segment;
    return resumed;
  }

  /** Returns a sequence for an image segment. */
  public long takeSequence() {
    synchronized (succession) {
      return nextSequence++;
    }
  }

  /** Returns the buffers of a segment's size, for other uses, too. */
  public BufferPool buffers() {
    return buffers;
  }

  // ---- positions -------------------------------------------------------------------------------

  /** Returns where the next record goes: exact while the caller keeps appends out. */
  public LogPosition position() {
    Tail current = tail;
    if (current == Tail.NONE) {
      LogPosition position = resumeAt;
      return position != null ? position : START;
    }
    return new LogPosition(current.segment.number(), current.sequence, current.position());
  }

  /**
   * Returns an LSN that nothing appended later is below, and nothing that the caller's lock covers
   * reaches.
   */
  public long lsn() {
    while (true) {
      Tail current = tail;
      if (current == Tail.NONE) {
        return position().lsn();
      }
      long at = current.position();
      if (tail == current && at <= current.limit) {
        return FileLayout.lsn(current.sequence, at);
      }
      Thread.onSpinWait();
    }
  }

  /** Returns the sequence below which all segments are full and in the file. */
  public long firstUnwrittenSequence() {
    return oldest.sequence;
  }

  /**
   * Appends the record of a checkpoint, extended to the end of a block, and returns where the log
   * then ends. The caller keeps all appends out.
   */
  public LogPosition mark(RecordBuffer record) {
    long end;
    while (true) {
      Tail current = tail;
      long length = FileLayout.align8(record.writer().position());
      end = FileLayout.alignToBlock(current.position() + length);
      if (end <= current.limit || length > LARGEST_IN_SEGMENT - FileLayout.BLOCK_BYTES) {
        record.extendTo(end - current.position());
        break;
      }
      roll(current);
    }
    record.finish(RecordLayout.CHECKPOINT, 0);
    append(record, 0, 0);
    return position();
  }

  // ---- writing ---------------------------------------------------------------------------------

  /**
   * Waits, outside any lock, while too much is not in the file yet, so that a later append need
   * not; reads the tail, if nothing has been appended since opening.
   *
   * @throws io.persistentmap.DiskFullException if it can't be written for want of space
   */
  public void awaitRoom() {
    awaitRoom(mostSealed);
  }

  /** As {@link #awaitRoom}, for a record that will make room: some more may wait. */
  public void awaitRoomToRemove() {
    awaitRoom(mostSealed + moreRemovals);
  }

  private void awaitRoom(int most) {
    if (sealedCount.get() >= most) {
      flushSealed();
    }
    if (tail == Tail.NONE) {
      roll(Tail.NONE);
    }
  }

  /**
   * Says how many full segments may wait for the file.
   *
   * @param little whether it is one instead of {@value #MAX_SEALED}
   * @param moreRemovals how many more may wait if what is appended removes something
   */
  public void limitWaiting(boolean little, int moreRemovals) {
    this.moreRemovals = moreRemovals;
    mostSealed = little ? 1 : MAX_SEALED;
  }

  /** Says what is called before the application puts something, and throws if it must not. */
  public void admitChanges(Runnable admission) {
    this.admission = admission;
  }

  /** Throws if the application must not put anything now. */
  public void requireAdmission() {
    admission.run();
  }

  /**
   * Waits a little, outside any lock, if the cleaner can't keep up. For the application's changes
   * only: neither the cleaner, nor a checkpoint, without which nothing becomes free, may wait.
   */
  public void awaitCleaner() {
    long nanos = pauseNanos;
    if (nanos > 0) {
      boolean interrupted = Thread.interrupted(); // or it would not wait
      LockSupport.parkNanos(nanos);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Says how long each change is to wait, so that the file does not grow without bound. */
  public void pauseChanges(long nanos) {
    pauseNanos = nanos;
  }

  /** Writes all full segments. */
  public void flushSealed() {
    flushing(this::writeAllSealed);
  }

  private void writeAllSealed() {
    Tail full = oldest;
    Tail next = full.follower;
    while (next != null) {
      health.check(); // the file of a closed store is closed
      writeSealed(full, next);
      full = next;
      next = full.follower;
    }
  }

  /** Writes the log up to a position that {@link #mark} returned. */
  public void flush(LogPosition upTo) {
    flushing(() -> write(upTo));
  }

  private void write(LogPosition upTo) {
    writeAllSealed();
    Tail current = tail;
    if (current.sequence == upTo.sequence() && current.flushed < upTo.offset()) {
      write(current, upTo.offset()); // only this lock's holder gives its memory back
    } else {
      writeAllSealed(); // the tail has moved on, so the segment of the position is full
    }
  }

  /**
   * Runs what writes to the file. It can be repeated, whatever it throws: what is in the file is
   * noted by writing fields.
   */
  private void flushing(Runnable action) {
    flushLock.lock();
    boolean left = true;
    try {
      try {
        action.run();
      } finally {
        flushLock.unlock();
        left = false;
      }
    } catch (Throwable e) {
      if (left) {
        health.broken = e;
      }
      if (e instanceof StorageFailureException failure) {
        throw health.fail(failure);
      }
      throw e;
    }
  }

  /** Runs an action while nothing is being written; also if the flush lock was left by an error. */
  public void withoutWriters(Runnable action) {
    boolean locked = flushLock.lockUnlessLeft();
    try {
      try {
        action.run();
      } finally {
        if (locked) {
          flushLock.unlock();
          locked = false;
        }
      }
    } catch (Throwable e) {
      if (locked) {
        health.broken = e; // so that nobody waits for it
      }
      throw e;
    }
  }

  /** Returns the bytes of log written to the file since it was opened. */
  public long writtenBytes() {
    return writtenBytes;
  }

  /**
   * Returns the offset behind the last record of a segment that is full and in the file.
   *
   * @throws io.persistentmap.CorruptFileException if its link is damaged
   */
  public long endOf(Segment full) {
    if (full.end() == 0) {
      byte[] link = new byte[SegmentLink.BYTES];
      long size = (long) full.run() * FileLayout.SEGMENT_BYTES;
      long position = FileLayout.fileOffset(full.number()) + size - SegmentLink.BYTES;
      file.read(position, link, 0, link.length);
      full.end(SegmentLink.decode(file.path(), full.number(), link, salt, full.sequence()).end());
    }
    return full.end();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the flush lock
  private void write(Tail target, long end) {
    beforeFirstWrite.run();
    long from = target.flushed;
    if (from == 0) { // the gap, too: what is a whole huge page, the page cache takes as one
      target.memory.zero(0, SegmentHeader.OFFSET);
    }
    file.write(
        FileLayout.fileOffset(target.segment.number()) + from, target.memory, from, end - from);
    target.flushed = end;
    writtenBytes += end - from;
  }

  /**
   * Writes the rest of a full segment and its link, whole blocks each; then reads go to the file.
   */
  private void writeSealed(Tail full, Tail next) {
    full.awaitWritten(health);
    long size = full.memory.size();
    long end = FileLayout.alignToBlock(full.end());
    long linkBlock = size - FileLayout.BLOCK_BYTES;
    byte[] link = full.link().encode(salt);
    full.memory.zero(full.end(), Math.min(end, full.limit) - full.end());
    if (end < size) {
      full.memory.zero(linkBlock, FileLayout.BLOCK_BYTES);
    }
    full.memory.write(full.limit, link, 0, link.length);
    if (full.flushed < end) {
      write(full, end);
    }
    if (end < size) {
      beforeFirstWrite.run();
      long position = FileLayout.fileOffset(full.segment.number()) + linkBlock;
      file.write(position, full.memory, linkBlock, FileLayout.BLOCK_BYTES);
    }
    full.segment.setBase(mapping.slice(full.segment.number(), full.segment.run()));
    oldest = next; // from here on it is in the file, whatever is thrown
    sealedCount.decrementAndGet();
    if (!full.isRun()) {
      buffers.give(full.memory);
    }
  }
}
