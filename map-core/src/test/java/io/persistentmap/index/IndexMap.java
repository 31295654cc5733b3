package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.Segment;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.serializer.ByteReader;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A map of ints that is an index and a log and nothing else, for tests of how threads get along
 * there. Its keys are 0 to 4, all of one shard, where they are in each other's way.
 */
public final class IndexMap {
  /** Of the keys, so many are there from the beginning; one more makes the table grow. */
  public static final int FILLED = 4;

  /** The value that they have. */
  public static final int FIRST_VALUE = 1;

  /** The first two have the same tag, the next two are before them and push them on. */
  private static final int[] KEYS = {937216, 1851637, 1456, 4235, 3195};

  private static final long SEED = 0;
  private static final int MAP = 1;
  private static final int KEY_BYTES = Integer.BYTES;

  /** What is broken, so that a test can be seen to notice. */
  public enum Fault {
    NONE,
    /** The version of a shard does not change while slots move. */
    MOVES_WITHOUT_VERSION,
    /** Segments are free before the index names other places for what they hold. */
    FREED_BEFORE_MOVED
  }

  private final StoreHealth health;
  private final Log log;

  /** Of a buffer in which there is room for a few records. */
  public static final int SMALL_TAIL_BYTES = SegmentHeader.OFFSET + FileLayout.BLOCK_BYTES;

  private final HashIndex index;
  private final Relocation relocation;
  private final Fault fault;
  private final int fillerBytes;

  /**
   * Creates a map that has the first {@link #FILLED} keys.
   *
   * @param file where the log is written
   * @param tails allocator of tail buffers, of a size that may be less than was asked for
   * @param tables allocator of the index
   * @param fault what is broken
   * @param fillerBytes bytes to add to each value
   */
  public IndexMap(
      DataFile file,
      LongFunction<Memory> tails,
      LongFunction<Memory> tables,
      Fault fault,
      int fillerBytes) {
    this.health = new StoreHealth(file.path());
    this.log =
        new Log(
            file,
            new UUID(1, 2),
            new SegmentTable(file.path()),
            new SegmentMapping(file),
            health,
            tails,
            () -> {},
            () -> {});
    Stripes stripes = new Stripes(health, 1);
    Shard shard =
        fault == Fault.MOVES_WITHOUT_VERSION
            ? new WithoutVersion(stripes.of(0), tables)
            : new Shard(MAP, 0, stripes.of(0), tables);
    this.index = new HashIndex(MAP, log, stripes, new Shard[] {shard});
    this.relocation = new Relocation(Indexes.of(index), log, health);
    this.fault = fault;
    this.fillerBytes = fillerBytes;
    for (int key = 0; key < FILLED; key++) {
      put(key, FIRST_VALUE, HashIndex.When.ALWAYS);
    }
  }

  private static final class WithoutVersion extends Shard {
    WithoutVersion(Stripe stripe, LongFunction<Memory> tables) {
      super(MAP, 0, stripe, tables);
    }

    @Override
    void beginMove() {}

    @Override
    void endMove() {}
  }

  /** Returns the hash of a key. */
  static long hash(int key) {
    Operation operation = new Operation();
    begin(operation, key);
    return operation.hash();
  }

  private static void begin(Operation operation, int key) {
    operation.begin(key).writer().writeInt(KEYS[key]);
    operation.keyDone(SEED);
  }

  private Operation withValue(int key, int value) {
    Operation operation = new Operation();
    begin(operation, key);
    finish(operation, value);
    return operation;
  }

  private void finish(Operation operation, int value) {
    operation.record().writer().writeInt(value);
    operation.record().writer().writeBytes(new byte[fillerBytes], 0, fillerBytes);
    operation.record().finish(RecordLayout.PUT, MAP);
  }

  private static Operation tombstone(int key) {
    Operation operation = new Operation();
    begin(operation, key);
    finishTombstone(operation);
    return operation;
  }

  private static void finishTombstone(Operation operation) {
    operation.record().writer().writeLong(0);
    operation.record().finish(RecordLayout.REMOVE, MAP);
  }

  private static int value(Operation operation) {
    return operation.foundValue().readInt();
  }

  /** Names who is told of each change of a key. */
  public void onChange(Consumer<Object> listener) {
    index.onChange(listener);
  }

  // ---- operations ------------------------------------------------------------------------------

  public @Nullable Integer get(int key) {
    Operation operation = new Operation();
    begin(operation, key);
    return index.find(operation, true) ? value(operation) : null;
  }

  /** As {@link #get}, but also null if writers are in the way. */
  public @Nullable Integer tryGet(int key) {
    Operation operation = new Operation();
    begin(operation, key);
    return Boolean.TRUE.equals(index.tryFind(operation)) ? value(operation) : null;
  }

  public boolean contains(int key) {
    Operation operation = new Operation();
    begin(operation, key);
    return index.find(operation, false);
  }

  public @Nullable Integer put(int key, int value, HashIndex.When when) {
    Operation operation = withValue(key, value);
    return index.put(operation, true, when) ? value(operation) : null;
  }

  public @Nullable Integer remove(int key) {
    Operation operation = tombstone(key);
    return index.remove(operation, true) ? value(operation) : null;
  }

  /** Adds to what is there, or puts, or removes if the sum is 0; returns the sum. */
  public int add(int key, int summand) {
    Operation operation = new Operation();
    begin(operation, key);
    Hold hold = index.hold(operation);
    try {
      int found;
      do {
        found = index.find(operation, true) ? value(operation) : 0;
      } while (hold.beginsAgain());
      int sum = found + summand;
      operation.record().truncateToKey();
      if (sum == 0) {
        finishTombstone(operation);
        hold.remove();
      } else {
        finish(operation, sum);
        hold.put();
      }
      return sum;
    } finally {
      hold.release();
    }
  }

  /** Removes all, and meanwhile clears a cache. */
  public void clear(Runnable clearCache) {
    Operation operation = new Operation();
    RecordBuffer record = operation.begin(null);
    record.endKey();
    record.writer().writeLong(0);
    record.finish(RecordLayout.CLEAR, MAP);
    index.clear(operation, clearCache);
  }

  /** Returns how often an iteration comes to a key, of which it finds all at once. */
  public int countIterated(int key) {
    int count = 0;
    for (byte[] record : index.cursor().next()) {
      if (keyOf(record) == KEYS[key]) {
        count++;
      }
    }
    return count;
  }

  private static int keyOf(byte[] record) {
    int start = RecordLayout.HEADER_BYTES;
    return new ByteReader(record, start, start + KEY_BYTES).readInt();
  }

  /** Moves the record of a key to the end of the log, as the cleaner does. */
  public void relocate(int key) {
    Operation found = new Operation();
    begin(found, key);
    if (index.find(found, true)) {
      relocation.relocate(MAP, withValue(key, value(found)), SlotTable.address(found.slot));
    }
  }

  /** Stops all changes for a moment, and writes the log up to there, as a checkpoint does. */
  public void checkpoint() {
    LogPosition end = index.stripes().stopped(log::position);
    log.flush(end);
  }

  /** Writes full segments, whose buffers are then used for others. */
  public void flush() {
    log.flushSealed();
  }

  /** Takes buffers for good that the log would use again, so that it uses others sooner. */
  public void takeBuffers(int count) {
    for (int i = 0; i < count; i++) {
      Memory unused = log.buffers().take();
    }
  }

  /**
   * Writes full segments, and appends a record at once, maybe into the buffer of one of them. The
   * index does not name it, as if it were of another shard, so the version does not change.
   */
  public void flushAndAppend(int key, int value) {
    Operation operation = withValue(key, value);
    log.flushSealed();
    log.append(operation.record(), 0, 0);
  }

  /**
   * Moves all records out of the full segments, and frees these, as the cleaner and a checkpoint
   * do: the next ones take their place in the file. Beside reads only.
   */
  public void recycle() {
    log.flushSealed();
    long unwritten = log.firstUnwrittenSequence();
    List<Segment> full = new ArrayList<>();
    log.segments()
        .forEachLog(
            segment -> {
              if (segment.sequence() < unwritten) {
                full.add(segment);
              }
            });
    List<Runnable> moves = new ArrayList<>();
    for (int key = 0; key < KEYS.length; key++) {
      Operation found = new Operation();
      begin(found, key);
      if (index.find(found, true)) {
        Operation copy = withValue(key, value(found));
        moves.add(
            () -> {
              log.flushSealed();
              relocation.relocate(MAP, copy, SlotTable.address(found.slot));
            });
      }
    }
    if (fault == Fault.FREED_BEFORE_MOVED) {
      free(full);
      moves.forEach(Runnable::run);
    } else {
      moves.forEach(Runnable::run);
      free(full);
    }
  }

  private void free(List<Segment> full) {
    SegmentTable segments = log.segments();
    full.forEach(segments::cleaned);
    segments.beginRelease();
    segments.commitRelease(Long.MAX_VALUE);
  }
}
