package io.persistentmap.index;

import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.serializer.ByteReader;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A map of ints that is an index and a log and nothing else, for tests of how threads get along
 * there. Its keys are few, and all of one shard.
 */
public final class IndexMap {
  private static final int[] KEYS = {937216, 1851637, 1456, 4235};
  private static final int SHARD = 0;
  private static final long SEED = 0;
  private static final int MAP = 1;
  private static final int KEY_BYTES = Integer.BYTES;

  /** What is broken, so that a test can be seen to notice. */
  public enum Fault {
    NONE,
    /** The version of a shard does not change while slots move. */
    MOVES_WITHOUT_VERSION
  }

  private final StoreHealth health;
  private final Log log;
  private final HashIndex index;
  private final Relocation relocation;
  private final int fillerBytes;

  /**
   * Creates an empty map.
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
            new SegmentTable(),
            new SegmentMapping(file),
            health,
            tails,
            () -> {},
            () -> {});
    this.index = new HashIndex(MAP, log, health, new Shards(tables, fault));
    this.relocation = new Relocation(index, log, health);
    this.fillerBytes = fillerBytes;
  }

  /** Makes the one shard that is used, and others that cost nothing to lock. */
  public static final class Shards implements Supplier<Shard> {
    private final LongFunction<Memory> tables;
    private final Fault fault;
    private final Shard unused;
    private int made;

    Shards(LongFunction<Memory> tables, Fault fault) {
      this.tables = tables;
      this.fault = fault;
      this.unused = new Unused(tables);
    }

    @Override
    public Shard get() {
      if (made++ != SHARD) {
        return unused;
      }
      return fault == Fault.NONE ? new Shard(tables) : new WithoutVersion(tables);
    }
  }

  private static final class Unused extends Shard {
    Unused(LongFunction<Memory> tables) {
      super(tables);
    }

    @Override
    public void lock() {}

    @Override
    public void unlock() {}

    @Override
    void clear() {}
  }

  private static final class WithoutVersion extends Shard {
    WithoutVersion(LongFunction<Memory> tables) {
      super(tables);
    }

    @Override
    void beginMove() {}

    @Override
    void endMove() {}
  }

  /**
   * Returns the hash of the key of a number: 0 and 1 have the same tag, 2 and 3 the home before.
   */
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
      int sum = (index.find(operation, true) ? value(operation) : 0) + summand;
      operation.record().truncateToKey();
      if (sum == 0) {
        finishTombstone(operation);
        hold.remove(operation);
      } else {
        finish(operation, sum);
        hold.put(operation);
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

  /** Returns how often an iteration comes to a key. */
  public int countIterated(int key) {
    int count = 0;
    Cursor cursor = index.cursor();
    List<byte[]> records = cursor.next();
    while (!records.isEmpty()) {
      for (byte[] record : records) {
        if (keyOf(record) == KEYS[key]) {
          count++;
        }
      }
      records = cursor.next();
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
      relocation.relocate(withValue(key, value(found)), SlotTable.address(found.slot));
    }
  }

  /**
   * Stops all changes for a moment, and writes the log up to there, as a checkpoint does; of the
   * shards that it locks, only one is used here.
   */
  public void checkpoint() {
    Shard shard = index.shard(SHARD);
    LogPosition end;
    shard.lock();
    try {
      end = log.position();
    } finally {
      shard.unlock();
    }
    log.flush(end);
  }

  /** Writes full segments, whose buffers are then used for others. */
  public void flush() {
    log.flushSealed();
  }
}
