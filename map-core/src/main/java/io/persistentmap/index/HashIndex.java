package io.persistentmap.index;

import io.persistentmap.CorruptFileException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.Segment;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The index of one map, and so the map in bytes: keys and values are what an {@link Operation}
 * holds.
 *
 * <p>Reads take no lock: they probe the shard's table, compare the key in the log, copy the record,
 * and then check that neither the shard's version nor the segment's base has changed; only then are
 * the bytes looked at. Changes take the lock of one shard for one append. All of it is linearizable
 * per key.
 *
 * <p>Every record that is read is checked against its CRC, so that damage on the device is an
 * exception and never a wrong or a missing value.
 */
public final class HashIndex {
  /** Shards of a map. */
  public static final int SHARDS = 256;

  private static final int SHARD_SHIFT = 56;
  private static final int TAG_SHIFT = 32;
  private static final int OPTIMISTIC_ATTEMPTS = 64;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What a look at one slot, or at a table, found. */
  private enum Match {
    FOUND,
    ABSENT,
    /** The base changed meanwhile. */
    AGAIN,
    /** Not what was ever written, unless it changed meanwhile. */
    DAMAGED
  }

  private final int map;
  private final Log log;
  private final StoreHealth health;
  private final Shard[] shards = new Shard[SHARDS];
  private volatile @Nullable Consumer<Object> onChange;

  /**
   * Creates an empty index.
   *
   * @param map number of the map
   * @param log where the records are
   * @param health of the store
   */
  public HashIndex(int map, Log log, StoreHealth health) {
    this.map = map;
    this.log = log;
    this.health = health;
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new Shard(OffHeapMemory::allocate);
    }
  }

  /** Returns the number of the map. */
  public int map() {
    return map;
  }

  /**
   * Names who is told the key of each change, under the shard's lock, after the change can be seen:
   * a cache that drops the key then can't keep a stale value.
   */
  public void onChange(Consumer<Object> listener) {
    onChange = listener;
  }

  /** Returns the number of entries. */
  public long count() {
    long sum = 0;
    for (Shard shard : shards) {
      sum += shard.count();
    }
    return sum;
  }

  /** Returns a shard. */
  public Shard shard(int number) {
    return shards[number];
  }

  private Shard shardOf(long hash) {
    return shards[(int) (hash >>> SHARD_SHIFT)];
  }

  private static long tagOf(long hash) {
    return (hash >>> TAG_SHIFT) & (SlotTable.TAGS - 1);
  }

  // ---- reading ---------------------------------------------------------------------------------

  /**
   * Looks the key up without a lock.
   *
   * @param copy whether the record is wanted, rather than only whether there is one
   * @return whether there is one
   */
  public boolean find(Operation operation, boolean copy) {
    health.check();
    try {
      Shard shard = shardOf(operation.hash);
      Match match = findOptimistically(shard, operation, copy);
      if (match != Match.AGAIN) {
        return result(match, operation);
      }
      shard.lock();
      try {
        return findLocked(shard, operation, copy);
      } finally {
        shard.unlock();
      }
    } catch (InternalError e) {
      throw health.fail(e);
    }
  }

  /**
   * Looks the key up like {@link #find}, but never waits for a lock: for loaders of a cache, which
   * a writer that holds the lock may be waiting for.
   *
   * @return whether there is an entry, or null if writers were in the way
   */
  public @Nullable Boolean tryFind(Operation operation) {
    health.check();
    try {
      Match match = findOptimistically(shardOf(operation.hash), operation, true);
      return match == Match.AGAIN ? null : Boolean.valueOf(result(match, operation));
    } catch (InternalError e) {
      throw health.fail(e);
    }
  }

  private Match findOptimistically(Shard shard, Operation operation, boolean copy) {
    for (int attempt = 0; attempt < OPTIMISTIC_ATTEMPTS; attempt++) {
      long version = shard.version();
      if ((version & 1) == 0) {
        Match match = probe(shard.table(), operation, copy);
        VarHandle.acquireFence(); // all that was read, before the version is read again
        if (shard.version() == version && match != Match.AGAIN) {
          return match;
        }
      }
      Thread.onSpinWait();
    }
    return Match.AGAIN;
  }

  private boolean findLocked(Shard shard, Operation operation, boolean copy) {
    Match match;
    do {
      match = probe(shard.table(), operation, copy);
    } while (match == Match.AGAIN);
    return result(match, operation);
  }

  private boolean result(Match match, Operation operation) {
    if (match == Match.DAMAGED) {
      throw damaged(operation.slot);
    }
    if (match == Match.ABSENT) {
      health.check(); // a closed map has no tables
    }
    return match == Match.FOUND;
  }

  private Match probe(@Nullable SlotTable table, Operation operation, boolean copy) {
    if (table == null) {
      return Match.ABSENT;
    }
    long tag = tagOf(operation.hash);
    int position = table.lowerBound(tag);
    long slot = table.get(position);
    while (slot != 0 && SlotTable.tag(slot) == tag) {
      Match match = look(slot, operation, copy);
      if (match != Match.ABSENT) {
        operation.position = position;
        operation.slot = slot;
        return match;
      }
      slot = table.get(++position);
    }
    return Match.ABSENT;
  }

  /** Compares the key of the record that a slot names, and copies the record. */
  private Match look(long slot, Operation operation, boolean copy) {
    long address = SlotTable.address(slot);
    Segment segment = log.segments().get(FileLayout.segmentOf(address));
    Memory base = segment == null ? null : segment.base();
    if (segment == null || base == null) {
      return Match.DAMAGED;
    }
    long sequence = segment.sequence();
    Match match = look(base, FileLayout.offsetOf(address), sequence, operation, copy);
    VarHandle.acquireFence();
    return segment.base() == base ? match : Match.AGAIN;
  }

  private static Match look(
      Memory base, long at, long sequence, Operation operation, boolean copy) {
    if (at + RecordLayout.HEADER_BYTES > base.size()) {
      return Match.DAMAGED;
    }
    long length = Integer.toUnsignedLong(base.getInt(at + RecordLayout.LENGTH_OFFSET));
    long keyLength = Integer.toUnsignedLong(base.getInt(at + RecordLayout.KEY_LENGTH_OFFSET));
    long longest = Math.min(base.size() - at, Integer.MAX_VALUE - 8);
    if (length > longest || RecordLayout.HEADER_BYTES + keyLength > length) {
      return Match.DAMAGED;
    }
    boolean equal = isKey(base, at + RecordLayout.HEADER_BYTES, keyLength, operation);
    operation.foundLength = length;
    // An unequal key under an equal tag is rare enough to be checked for damage.
    if ((copy || !equal) && !copy(base, at, length, sequence, operation)) {
      return Match.DAMAGED;
    }
    return equal ? Match.FOUND : Match.ABSENT;
  }

  private static boolean copy(
      Memory base, long at, long length, long sequence, Operation operation) {
    operation.ensureFound((int) length);
    operation.foundLength = length;
    base.read(at, operation.found, 0, (int) length);
    return operation.isFoundIntact(sequence);
  }

  private static boolean isKey(Memory base, long at, long keyLength, Operation operation) {
    if (keyLength != operation.record().keyLength()) {
      return false;
    }
    byte[] key = operation.record().array();
    int from = RecordLayout.HEADER_BYTES;
    int length = (int) keyLength;
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      if (base.getLong(at + i) != (long) LONG.get(key, from + i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (base.getByte(at + i) != key[from + i]) {
        return false;
      }
    }
    return true;
  }

  private RuntimeException damaged(long slot) {
    health.check(); // the bases of a closed store are gone
    return damagedAt(SlotTable.address(slot), "a record with a matching crc32c and length");
  }

  private CorruptFileException damagedAt(long address, String expected) {
    return new CorruptFileException(
        log.path()
            + ": record at 0x"
            + Long.toHexString(FileLayout.fileOffsetOf(address))
            + ": expected "
            + expected
            + ", found damaged bytes; the other entries can be read. Restore a snapshot or a"
            + " backup");
  }

  /** Returns an iteration over all entries, weakly consistent. */
  public Cursor cursor() {
    return new Cursor();
  }

  /**
   * An iteration over the records of all entries, in order of hash. It sees each entry that is
   * there all the time exactly once, and others once or not at all, as {@code ConcurrentHashMap}
   * does; its place is a tag, which tables of any size share. Not thread-safe.
   */
  public final class Cursor {
    private static final int BATCH = 32;
    private static final long BATCH_BYTES = 1 << 16;

    private final Operation operation = new Operation();
    private final List<byte[]> batch = new ArrayList<>();
    private int shard;
    private long tag;
    private long nextTag;

    private Cursor() {}

    /** Returns the next records, or an empty list at the end; valid until the next call. */
    public List<byte[]> next() {
      health.check();
      batch.clear();
      try {
        while (batch.isEmpty() && shard < SHARDS) {
          fill();
        }
        if (batch.isEmpty()) {
          health.check(); // a map that was closed meanwhile has no tables
        }
      } catch (InternalError e) {
        throw health.fail(e);
      }
      return batch;
    }

    private void fill() {
      Shard current = shards[shard];
      for (int attempt = 0; attempt < OPTIMISTIC_ATTEMPTS; attempt++) {
        long version = current.version();
        if ((version & 1) == 0) {
          Match match = collect(current.table());
          VarHandle.acquireFence();
          if (current.version() == version && match != Match.AGAIN) {
            advance(match);
            return;
          }
        }
        Thread.onSpinWait();
      }
      current.lock();
      try {
        Match match;
        do {
          match = collect(current.table());
        } while (match == Match.AGAIN);
        advance(match);
      } finally {
        current.unlock();
      }
    }

    /** Copies records from the present tag on, those of one tag together. */
    private Match collect(@Nullable SlotTable table) {
      batch.clear();
      nextTag = SlotTable.TAGS;
      if (table == null) {
        return Match.ABSENT;
      }
      long bytes = 0;
      int position = table.lowerBound(tag);
      while (position < table.slots()) {
        long slot = table.get(position++);
        long slotTag = SlotTable.tag(slot);
        if (slot != 0 && slotTag >= tag) {
          if ((batch.size() >= BATCH || bytes >= BATCH_BYTES) && slotTag != nextTag - 1) {
            return Match.FOUND;
          }
          Match match = copy(slot);
          if (match != Match.FOUND) {
            return match;
          }
          bytes += operation.foundLength;
          nextTag = slotTag + 1;
        }
      }
      nextTag = SlotTable.TAGS;
      return Match.FOUND;
    }

    private Match copy(long slot) {
      operation.slot = slot;
      Match match = copyRecord(slot, operation);
      if (match == Match.FOUND) {
        batch.add(Arrays.copyOf(operation.found, (int) operation.foundLength));
      }
      return match;
    }

    private void advance(Match match) {
      if (match == Match.DAMAGED) {
        throw damaged(operation.slot);
      }
      tag = nextTag;
      if (tag == SlotTable.TAGS) {
        tag = 0;
        shard++;
      }
    }
  }

  private Match copyRecord(long slot, Operation operation) {
    long address = SlotTable.address(slot);
    Segment segment = log.segments().get(FileLayout.segmentOf(address));
    Memory base = segment == null ? null : segment.base();
    if (segment == null || base == null) {
      return Match.DAMAGED;
    }
    long at = FileLayout.offsetOf(address);
    boolean intact =
        at + RecordLayout.HEADER_BYTES <= base.size()
            && copyIfWithin(base, at, segment.sequence(), operation);
    VarHandle.acquireFence();
    if (segment.base() != base) {
      return Match.AGAIN;
    }
    return intact ? Match.FOUND : Match.DAMAGED;
  }

  private static boolean copyIfWithin(Memory base, long at, long sequence, Operation operation) {
    long length = Integer.toUnsignedLong(base.getInt(at + RecordLayout.LENGTH_OFFSET));
    return length >= RecordLayout.HEADER_BYTES
        && length <= Math.min(base.size() - at, Integer.MAX_VALUE - 8)
        && copy(base, at, length, sequence, operation)
        && RecordLayout.keyLength(operation.found, 0) <= length - RecordLayout.HEADER_BYTES;
  }

  // ---- changing --------------------------------------------------------------------------------

  /** When {@link #put} puts. */
  public enum When {
    ALWAYS,
    IF_ABSENT,
    IF_PRESENT
  }

  /**
   * Puts the finished record.
   *
   * @param wantOld whether the record that is replaced is wanted
   * @param when whether it depends on there being an entry
   * @return whether there was an entry
   */
  public boolean put(Operation operation, boolean wantOld, When when) {
    log.awaitRoom();
    Shard shard = lockFor(operation);
    try {
      boolean found = findLocked(shard, operation, wantOld);
      if (when == When.ALWAYS || found == (when == When.IF_PRESENT)) {
        write(shard, operation, found);
      }
      return found;
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      shard.unlock();
    }
  }

  /**
   * Removes the key's entry. The operation's record is a finished tombstone.
   *
   * @return whether there was an entry; then it was copied
   */
  public boolean remove(Operation operation, boolean wantOld) {
    log.awaitRoom();
    Shard shard = lockFor(operation);
    try {
      boolean found = findLocked(shard, operation, wantOld);
      if (found) {
        erase(shard, operation);
      }
      return found;
    } catch (InternalError e) {
      throw health.fail(e);
    } finally {
      shard.unlock();
    }
  }

  private Shard lockFor(Operation operation) {
    Shard shard = shardOf(operation.hash);
    shard.lock();
    try {
      shard.awaitKey(
          operation.hash,
          operation.record().array(),
          RecordLayout.HEADER_BYTES,
          operation.record().keyLength());
      health.checkWritable();
      return shard;
    } catch (Throwable e) {
      shard.unlock();
      throw e;
    }
  }

  private void write(Shard shard, Operation operation, boolean found) {
    if (!found) {
      shard.reserve();
    }
    long previous = found ? operation.previous() : 0;
    long address = log.append(operation.record(), previous, 0);
    try {
      long slot = SlotTable.slot(tagOf(operation.hash), address);
      if (found) {
        shard.replace(operation.position, slot);
      } else {
        shard.insert(slot);
      }
      changed(operation);
    } catch (Throwable e) {
      throw health.failInconsistent(e);
    }
  }

  private void erase(Shard shard, Operation operation) {
    log.append(operation.record(), operation.previous(), 0);
    try {
      shard.remove(operation.position);
      changed(operation);
    } catch (Throwable e) {
      throw health.failInconsistent(e);
    }
  }

  private void changed(Operation operation) {
    Consumer<Object> listener = onChange;
    if (listener != null && operation.key != null) {
      VarHandle.fullFence(); // the change can be seen before the cache is looked at
      listener.accept(operation.key);
    }
  }

  // ---- changing a key that user code decides about ---------------------------------------------

  /** A key that the current thread holds while it runs user code. */
  public final class Hold {
    private final Shard shard;
    private final KeyLock keyLock;
    private boolean released;

    private Hold(Shard shard, KeyLock keyLock) {
      this.shard = shard;
      this.keyLock = keyLock;
    }

    /** Puts the finished record of the operation that took the hold, and gives the key back. */
    public void put(Operation operation) {
      change(operation, true);
    }

    /** Removes the key of the operation that took the hold, and gives the key back. */
    public void remove(Operation operation) {
      change(operation, false);
    }

    private void change(Operation operation, boolean put) {
      log.awaitRoom();
      shard.lock();
      try {
        health.checkWritable();
        boolean found = findLocked(shard, operation, false);
        if (keyLock.isOverrun()) {
          // The map was cleared meanwhile: this change came just before, and is gone with the rest.
        } else if (put) {
          write(shard, operation, found);
        } else if (found) {
          erase(shard, operation);
        }
        shard.releaseKey(keyLock);
        released = true;
      } catch (InternalError e) {
        throw health.fail(e);
      } finally {
        shard.unlock();
      }
    }

    /** Gives the key back, if it has not been yet. */
    public void release() {
      if (!released) {
        released = true;
        shard.lock();
        try {
          shard.releaseKey(keyLock);
        } finally {
          shard.unlock();
        }
      }
    }
  }

  /** Takes the key for the current thread; {@link #find} tells what is there. */
  public Hold hold(Operation operation) {
    Shard shard = lockFor(operation);
    try {
      KeyLock taken =
          shard.takeKey(
              operation.hash,
              operation.record().array(),
              RecordLayout.HEADER_BYTES,
              operation.record().keyLength());
      return new Hold(shard, taken);
    } finally {
      shard.unlock();
    }
  }

  // ---- all entries at once ---------------------------------------------------------------------

  /** Takes all shard locks: nothing changes until {@link #unlockAll}. */
  public void lockAll() {
    for (Shard shard : shards) {
      shard.lock();
    }
  }

  /** Gives all shard locks back. */
  public void unlockAll() {
    for (Shard shard : shards) {
      shard.unlock();
    }
  }

  /** Drops all tables: the store is closed, or the map was cleared. Under all shard locks. */
  public void dropAll() {
    for (Shard shard : shards) {
      shard.clear();
    }
  }

  /** Removes all entries, at once. The operation's record is a finished {@code CLEAR}. */
  public void clear(Operation operation, Runnable clearCache) {
    log.awaitRoom();
    lockAll();
    try {
      health.checkWritable();
      log.append(operation.record(), 0, 0);
      for (Shard shard : shards) {
        shard.overrunKeys();
      }
      dropAll();
      log.segments().forEachLog(segment -> segment.clearLive(map));
      clearCache.run();
    } finally {
      unlockAll();
    }
  }

  // ---- cleaner ---------------------------------------------------------------------------------

  /**
   * Reads where a hash's slot would be, so that it is in the processor's cache; returns anything.
   */
  public long touch(long hash) {
    SlotTable table = shardOf(hash).table();
    return table == null ? 0 : table.get(table.home(tagOf(hash)));
  }

  /**
   * Says, without a lock, whether the index may name that record. False is certain: slots that move
   * meanwhile could hide the one that is looked for, so then the answer is true.
   */
  public boolean mayName(long hash, long address) {
    Shard shard = shardOf(hash);
    long version = shard.version();
    SlotTable table = shard.table();
    boolean named = table != null && positionOf(table, hash, address) >= 0;
    VarHandle.acquireFence();
    return named || (version & 1) != 0 || shard.version() != version;
  }

  /**
   * Appends the operation's finished record, which is a copy of the one at {@code address}, and
   * names it instead, if the index still names that one.
   *
   * @return whether it did
   */
  public boolean relocate(Operation operation, long address) {
    Shard shard = shardOf(operation.hash);
    shard.lock();
    try {
      health.checkWritable();
      SlotTable table = shard.table();
      int position = table == null ? -1 : positionOf(table, operation.hash, address);
      if (position < 0) {
        return false;
      }
      long previous = RecordLayout.previous(address, operation.record().paddedLength());
      long moved = log.append(operation.record(), previous, RecordLayout.RELOCATED);
      shard.replace(position, SlotTable.slot(tagOf(operation.hash), moved));
      return true;
    } finally {
      shard.unlock();
    }
  }

  private static int positionOf(SlotTable table, long hash, long address) {
    long wanted = SlotTable.slot(tagOf(hash), address);
    int position = table.lowerBound(tagOf(hash));
    long slot = table.get(position);
    while (slot != 0 && SlotTable.tag(slot) == tagOf(hash)) {
      if (slot == wanted) {
        return position;
      }
      slot = table.get(++position);
    }
    return -1;
  }

  // ---- recovery: one thread, before anybody else can see the index
  // -------------------------------

  /** Replays a put of the log. */
  public void replayPut(long hash, long address, long previous) {
    Shard shard = shardOf(hash);
    long slot = SlotTable.slot(tagOf(hash), address);
    if (previous == 0) {
      shard.reserve();
      shard.insert(slot);
    } else {
      shard.replace(requirePosition(shard, hash, address, previous), slot);
    }
  }

  /** Replays a removal of the log. */
  public void replayRemove(long hash, long address, long previous) {
    Shard shard = shardOf(hash);
    shard.remove(requirePosition(shard, hash, address, previous));
  }

  /** Replays that all entries of a shard were removed. */
  public void replayClear(int shard) {
    shards[shard].clear();
  }

  private int requirePosition(Shard shard, long hash, long address, long previous) {
    SlotTable table = shard.table();
    long replaced = RecordLayout.previousAddress(previous);
    int position = table == null ? -1 : positionOf(table, hash, replaced);
    if (position < 0) {
      throw damagedAt(
          address,
          "to replace the record at 0x" + Long.toHexString(FileLayout.fileOffsetOf(replaced)));
    }
    return position;
  }

  /** Returns the number of the shard of a hash. */
  public static int shardNumber(long hash) {
    return (int) (hash >>> SHARD_SHIFT);
  }
}
