package io.persistentmap.log;

import io.persistentmap.CorruptFileException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.platform.Memory;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All segments, and the rule of reuse: a segment is free again when the cleaner has emptied it, a
 * checkpoint that says so is durable, and no replay from the newest committed image would read it.
 *
 * <p>Thread-safe. {@link #get} takes no lock.
 */
public final class SegmentTable {
  private static final int INITIAL_SEGMENTS = 16;

  /** Segments that several threads may be taking at the same time. */
  private static final int MOST_TAKEN_AT_ONCE = 64;

  /** A run holds one record, and lengths of records are ints. */
  private static final int LONGEST_RUN = Log.runOf(FileLayout.align8(Integer.MAX_VALUE));

  /** Numbers of maps have 16 bits. */

  /** Of the live bytes of a map, with its number. */
  private static final int LIVE_BYTES = Integer.BYTES + Long.BYTES;

  /** Cleaned segments that one checkpoint names, so that its record fits a segment. */
  private static final int MAX_RELEASED = 1 << 17;

  private final Path path;

  /** Grows under the table's lock; elements never change once set. */
  private volatile Segment[] segments = new Segment[0];

  /** Guarded by this. */
  private final BitSet free = new BitSet();

  /** Guarded by this: one more than the highest segment in use. */
  private int inUse;

  /**
   * Creates an empty table.
   *
   * @param path of the hash file, for messages
   */
  public SegmentTable(Path path) {
    this.path = path;
  }

  /** Returns a segment, or null if there is none of that number (yet). */
  public @Nullable Segment get(int number) {
    Segment[] all = segments;
    return number < all.length ? all[number] : null;
  }

  /** Returns a segment that must exist. */
  public Segment require(int number) {
    Segment segment = get(number);
    if (segment == null) {
      throw new StorageFailureException(path + ": segment " + number + " does not exist");
    }
    return segment;
  }

  /**
   * Takes {@code run} adjacent free segments for the log and makes {@code base} their bytes.
   *
   * @throws ResourceExhaustedException if the file can't become larger; then nothing has changed
   */
  synchronized Segment openLog(long sequence, int run, Memory base) {
    return take(sequence, run, base, Segment.State.LOG);
  }

  /**
   * Takes a free segment for an index image.
   *
   * @throws ResourceExhaustedException if the file can't become larger; then nothing has changed
   */
  public synchronized Segment openImage(long sequence) {
    return take(sequence, 1, null, Segment.State.IMAGE);
  }

  /**
   * An error on the way leaves the segments free, though perhaps not for use before the next
   * opening: what they are is the last thing to be written.
   */
  private Segment take(long sequence, int run, @Nullable Memory base, Segment.State state) {
    int first = findFree(run);
    if (first + run > FileLayout.MAX_SEGMENTS) {
      throw new ResourceExhaustedException(
          path
              + ": the hash file has reached its limit of 8 TiB, and "
              + (run == 1 ? "a segment" : run + " segments")
              + " more can't be had; remove entries and make checkpoints, so that segments become"
              + " free, or put other entries into another store; nothing is lost");
    }
    ensure(first + run);
    Segment segment = segments[first];
    segment.open(sequence, run, base);
    free.clear(first, first + run);
    inUse = Math.max(inUse, first + run);
    for (int i = first; i < first + run; i++) {
      segments[i].blocks = Segment.Blocks.KEPT;
      segments[i].state = i == first ? Segment.State.FREE : Segment.State.RUN_PART;
    }
    segment.state = state;
    return segment;
  }

  /** Frees a segment or run of the log that nothing refers to yet. */
  synchronized void giveBack(Segment first) {
    for (int i = first.number(); i < first.number() + first.run(); i++) {
      release(segments[i]);
    }
  }

  /** Lowest numbers first, so that the end of the file becomes free and can be cut off. */
  private int findFree(int run) {
    int first = free.nextSetBit(0);
    while (first >= 0) {
      int end = free.nextClearBit(first);
      if (end - first >= run || end == inUse) {
        return first;
      }
      first = free.nextSetBit(end);
    }
    return inUse;
  }

  private void ensure(int count) {
    Segment[] all = segments;
    if (count > all.length) {
      Segment[] grown = Arrays.copyOf(all, Math.max(count, all.length * 2 + INITIAL_SEGMENTS));
      for (int i = all.length; i < grown.length; i++) {
        grown[i] = new Segment(i);
      }
      segments = grown;
    }
  }

  /** Restores a segment of the log from an image or the replay. */
  public synchronized Segment restoreLog(
      int number, long sequence, int run, @Nullable Memory base) {
    Segment first = restore(number, run, Segment.State.LOG);
    for (int i = 1; i < run; i++) {
      restore(number + i, 1, Segment.State.RUN_PART);
    }
    first.open(sequence, run, base);
    return first;
  }

  /** Ends the bytes of the segment where the log ends: what is behind is no record, or no file. */
  public void restoreEnd(int number, long end) {
    Segment segment = require(number);
    Memory base = segment.base();
    if (base != null) {
      segment.setBase(base.slice(0, Math.min(end, base.size())));
    }
  }

  /** Restores a segment of the image that was read. */
  public synchronized void restoreImage(int number, long sequence) {
    restore(number, 1, Segment.State.IMAGE).open(sequence, 1, null);
  }

  private Segment restore(int number, int run, Segment.State state) {
    ensure(number + run);
    inUse = Math.max(inUse, number + run);
    Segment segment = segments[number];
    segment.state = state;
    return segment;
  }

  /** Notes, in replay, that a checkpoint found a segment emptied. */
  public synchronized void restoreEmpty(int number) {
    Segment segment = get(number);
    if (segment != null && segment.state == Segment.State.LOG) {
      long sequence = segment.sequence();
      int run = segment.run();
      for (int part = number; part < number + run; part++) {
        // Each part by itself: the log may have opened some of them again, but not others.
        restore(part, 1, Segment.State.EMPTY).open(sequence, 1, null);
      }
    }
  }

  /** Ends recovery: every segment that nothing has claimed is free. */
  public synchronized void restoreFree() {
    ensure(inUse);
    for (int i = 0; i < inUse; i++) {
      free.set(i, segments[i].state == Segment.State.FREE);
    }
  }

  /** Says whether no state that can be recovered needs a segment. */
  public synchronized boolean isFree(int number) {
    Segment segment = get(number);
    return segment == null || segment.state == Segment.State.FREE;
  }

  /** Notes that the cleaner has moved all that was live in a segment. */
  public synchronized void cleaned(Segment segment) {
    segment.state = Segment.State.CLEANED;
  }

  /**
   * Returns the numbers of cleaned segments, for the record of the checkpoint that begins. What an
   * earlier one could not take back, is among them: its record may not have named it.
   */
  public synchronized int[] beginRelease() {
    abandonRelease();
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < inUse && numbers.size() < MAX_RELEASED; i++) {
      if (segments[i].state == Segment.State.CLEANED) {
        segments[i].state = Segment.State.RELEASING;
        numbers.add(i);
      }
    }
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Takes {@link #beginRelease} back, since the checkpoint failed. */
  public synchronized void abandonRelease() {
    move(Segment.State.RELEASING, Segment.State.CLEANED);
  }

  /**
   * Frees what the checkpoint that is now durable made free.
   *
   * @param replaySequence sequence of the segment at which replay of that checkpoint starts
   * @return the segments freed
   */
  public synchronized int[] commitRelease(long replaySequence) {
    move(Segment.State.RELEASING, Segment.State.EMPTY);
    List<Integer> freed = new ArrayList<>();
    for (int i = 0; i < inUse; i++) {
      Segment segment = segments[i];
      if (segment.state == Segment.State.EMPTY && segment.sequence() < replaySequence) {
        for (int part = i; part < i + segment.run(); part++) {
          release(segments[part]);
          freed.add(part);
        }
      }
    }
    return freed.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Frees segments of an image that no checkpoint needs. */
  public synchronized void releaseImage(List<Integer> numbers) {
    for (int number : numbers) {
      release(segments[number]);
    }
  }

  /**
   * Frees segments of an image that no checkpoint has named, and wants their blocks to be given
   * back. An image is written in part and from the middle of a huge page, which the page cache then
   * has in small pages for as long as there are blocks; and while nobody makes a checkpoint, the
   * log, which comes next, writes whole huge pages.
   */
  public synchronized void releaseUnnamedImage(List<Integer> numbers) {
    releaseImage(numbers);
    numbers.forEach(number -> segments[number].blocks = Segment.Blocks.UNWANTED);
  }

  private void release(Segment segment) {
    segment.state = Segment.State.FREE;
    segment.setBase(null);
    free.set(segment.number());
  }

  private void move(Segment.State from, Segment.State to) {
    for (int i = 0; i < inUse; i++) {
      if (segments[i].state == from) {
        segments[i].state = to;
      }
    }
  }

  /** Writes what an image must know of the segments of the log. The caller keeps appends out. */
  public synchronized void writeTable(ByteWriter out) {
    for (int i = 0; i < inUse; i++) {
      Segment segment = segments[i];
      switch (segment.state) {
        case LOG -> { // whatever the cleaner has emptied, a state from here on does not need
          out.writeInt(segment.number());
          out.writeInt(segment.run());
          out.writeLong(segment.sequence());
          out.writeLong(segment.tombstoneBytes());
          out.writeLong(segment.tombstoneSince());
          Map<Integer, Long> live = segment.liveByMap();
          out.writeInt(live.size());
          live.forEach(
              (map, bytes) -> {
                out.writeInt(map);
                out.writeLong(bytes);
              });
        }
        default -> {}
      }
    }
  }

  /**
   * Says whether a segment of that number can have that sequence: the lowest free number is taken
   * first, and each taking counts, so no number exceeds the sequence, but for those being taken at
   * the same time. So a damaged number can't make the table larger than memory.
   */
  public static boolean canBe(int number, long sequence) {
    return number >= 0
        && number < FileLayout.MAX_SEGMENTS
        && number - MOST_TAKEN_AT_ONCE < sequence;
  }

  /**
   * Reads what {@link #writeTable} wrote. A run that was emptied since may reach behind the end of
   * the file: closing cuts it off.
   */
  public void readTable(ByteReader in, SegmentMapping mapping) {
    while (in.remaining() > 0) {
      int number = in.readInt();
      int run = in.readInt();
      long sequence = in.readLong();
      long tombstoneBytes = in.readLong();
      long tombstoneSince = in.readLong();
      int maps = in.readInt();
      if (!canBe(number, sequence)
          || run < 1
          || run > LONGEST_RUN
          || run > FileLayout.MAX_SEGMENTS - number
          || maps < 0
          || maps > in.remaining() / LIVE_BYTES) {
        throw new CorruptFileException("segment " + number + ", which can't be");
      }
      Segment segment = restoreLog(number, sequence, run, mapping.slice(number, run));
      segment.addTombstone(tombstoneBytes, tombstoneSince);
      for (int i = 0; i < maps; i++) {
        int map = in.readInt();
        if (map < 0 || map > RecordLayout.LAST_MAP) {
          throw new CorruptFileException("map " + map + ", which can't be");
        }
        segment.addLive(map, in.readLong());
      }
    }
  }

  /** Runs an action on every segment that holds records and is not cleaned, in order of number. */
  public synchronized void forEachLog(Consumer<Segment> action) {
    for (int i = 0; i < inUse; i++) {
      if (segments[i].state == Segment.State.LOG) {
        action.accept(segments[i]);
      }
    }
  }

  /** Returns the sequence of the oldest segment that may hold records of the past. */
  public long oldestSequence() {
    return oldestSequenceBut(null);
  }

  /** Returns the same, as if one segment did not exist. */
  public synchronized long oldestSequenceBut(@Nullable Segment excluded) {
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < inUse; i++) {
      if (segments[i] == excluded) {
        continue;
      }
      switch (segments[i].state) {
        case LOG, CLEANED, RELEASING, EMPTY -> oldest = Math.min(oldest, segments[i].sequence());
        default -> {}
      }
    }
    return oldest;
  }

  /**
   * The segments of the log but those that the checkpoint being made names as emptied, or an
   * earlier one has: all that its state needs, and what replay takes for the log. What the cleaner
   * has emptied since {@link #beginRelease} is among them, until the next checkpoint.
   *
   * @param numbers of the segments, and of the first of each run
   * @param oldestSequence the lowest of their sequences. A tombstone since then has not been
   *     dropped: that takes a time when all other segments are younger
   */
  public record InUse(BitSet numbers, long oldestSequence) {}

  /** Returns the segments in use; exact while the caller keeps appends out. */
  public synchronized InUse inUse() {
    BitSet numbers = new BitSet(inUse);
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < inUse; i++) {
      if (segments[i].state == Segment.State.LOG || segments[i].state == Segment.State.CLEANED) {
        numbers.set(i);
        oldest = Math.min(oldest, segments[i].sequence());
      }
    }
    return new InUse(numbers, oldest);
  }

  /** Drops the bytes of all segments, so that they can be released: the store is closed. */
  public synchronized void close() {
    for (Segment segment : segments) {
      segment.setBase(null);
    }
  }

  /** Returns the counts of segments: log, waiting to be free, image, free. */
  public synchronized Counts counts() {
    int log = 0;
    int waiting = 0;
    int image = 0;
    for (int i = 0; i < inUse; i++) {
      switch (segments[i].state) {
        case LOG, RUN_PART -> log++;
        case CLEANED, RELEASING, EMPTY -> waiting++;
        case IMAGE -> image++;
        case FREE, PUNCHING -> {}
      }
    }
    return new Counts(log, waiting, image, free.cardinality());
  }

  /**
   * Takes a free segment whose blocks are unwanted, or the highest that still has blocks, if there
   * are more than a reserve.
   */
  public synchronized @Nullable Segment takeToPunch(int reserve) {
    int kept = 0;
    Segment highest = null;
    for (int i = free.nextSetBit(0); i >= 0; i = free.nextSetBit(i + 1)) {
      switch (segments[i].blocks) {
        case UNWANTED -> {
          return toPunch(segments[i]);
        }
        case KEPT -> {
          kept++;
          highest = segments[i];
        }
        case HOLE -> {}
      }
    }
    return highest == null || kept <= reserve ? null : toPunch(highest);
  }

  private Segment toPunch(Segment segment) {
    segment.state = Segment.State.PUNCHING;
    free.clear(segment.number());
    return segment;
  }

  /** Makes a segment free again whose blocks the file system has back. */
  public synchronized void punched(Segment segment) {
    segment.blocks = Segment.Blocks.HOLE;
    release(segment);
  }

  /** Gives free segments at the end back, and returns how many segments the file still needs. */
  public synchronized int trimFreeEnd() {
    int end = inUse;
    while (end > 0 && free.get(end - 1)) {
      end--;
    }
    free.clear(end, inUse);
    inUse = end;
    return end;
  }

  /**
   * How many segments there are of each use.
   *
   * @param log holding records
   * @param waiting cleaned, and free after a checkpoint or an image
   * @param image holding an index image
   * @param free free
   */
  public record Counts(int log, int waiting, int image, int free) {}
}
