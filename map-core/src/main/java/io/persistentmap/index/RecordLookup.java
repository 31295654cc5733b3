package io.persistentmap.index;

import io.persistentmap.CorruptFileException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.Segment;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the records that slots name: compares their keys, and copies and checks them. What it
 * answers without a lock counts only if the shard's version is then still the same. Thread-safe.
 */
final class RecordLookup {
  private static final int OPTIMISTIC_ATTEMPTS = 64;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What a look at one slot, or at a table, found. */
  enum Match {
    FOUND,
    ABSENT,
    /** A record whose key must be asked whether it is equal; it was copied. */
    UNJUDGED,
    /** The base changed meanwhile. */
    AGAIN,
    /** Not what was ever written, unless it changed meanwhile. */
    DAMAGED
  }

  private final Log log;
  private final StoreHealth health;

  RecordLookup(Log log, StoreHealth health) {
    this.log = log;
    this.health = health;
  }

  /**
   * Looks for the operation's key in a shard without a lock, and copies its record if that is
   * wanted. Where equality decides, it asks the keys under the same tag, each by a copy that was
   * whole, and from a slot that was there, when the version was checked.
   *
   * @return {@code AGAIN} if writers were in the way
   */
  Match find(Shard shard, Operation operation, boolean copy) {
    for (int attempt = 0; attempt < OPTIMISTIC_ATTEMPTS; attempt++) {
      long version = shard.version();
      if ((version & 1) == 0) {
        Match match = findAt(version, shard, operation, copy);
        if (match != Match.AGAIN) {
          return match;
        }
      }
      Thread.onSpinWait();
    }
    return Match.AGAIN;
  }

  private Match findAt(long version, Shard shard, Operation operation, boolean copy) {
    SlotTable table = shard.table();
    Match match = probe(table, operation, copy);
    while (isStill(version, shard)) {
      if (match != Match.UNJUDGED) {
        return match;
      }
      if (operation.judge()) {
        return Match.FOUND;
      }
      match = nextUnjudged(Objects.requireNonNull(table), operation, operation.position + 1);
    }
    return Match.AGAIN;
  }

  /** Says whether no slot has the tag of a hash, or false if writers are in the way. */
  boolean isAbsent(Shard shard, long hash) {
    long version = shard.version();
    SlotTable table = shard.table();
    long tag = Hashing.tag(hash);
    long slot = table == null ? 0 : table.get(table.lowerBound(tag));
    boolean absent = slot == 0 || SlotTable.tag(slot) != tag;
    return absent && (version & 1) == 0 && isStill(version, shard);
  }

  private static boolean isStill(long version, Shard shard) {
    VarHandle.acquireFence(); // all that was read, before the version is read again
    return shard.version() == version;
  }

  /**
   * Looks for the operation's key under the shard's lock. The answer is {@code UNJUDGED} if it
   * needs user code: then the caller gives the lock back, asks, and tries again.
   */
  Match findLocked(Shard shard, Operation operation, boolean copy) {
    Match match;
    do {
      match = probe(shard.table(), operation, copy);
    } while (match == Match.AGAIN);
    return match;
  }

  /** Looks for the same bytes first; only then are there keys to be judged. */
  private Match probe(@Nullable SlotTable table, Operation operation, boolean copy) {
    if (table == null) {
      return Match.ABSENT;
    }
    long tag = Hashing.tag(operation.hash);
    int first = table.lowerBound(tag);
    int position = first;
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
    return operation.byEquality && position > first
        ? nextUnjudged(table, operation, first)
        : Match.ABSENT;
  }

  /** Copies the first record from a position on that has not been found unequal. */
  private Match nextUnjudged(SlotTable table, Operation operation, int from) {
    long tag = Hashing.tag(operation.hash);
    int position = from;
    long slot = table.get(position);
    while (slot != 0 && SlotTable.tag(slot) == tag) {
      long lsn = lsn(slot);
      if (!operation.unequal.contains(lsn)) {
        operation.position = position;
        operation.slot = slot;
        operation.candidate = lsn;
        Match match = copyRecord(slot, operation);
        return match == Match.FOUND ? Match.UNJUDGED : match;
      }
      slot = table.get(++position);
    }
    return Match.ABSENT;
  }

  private long lsn(long slot) {
    long address = SlotTable.address(slot);
    Segment segment = log.segments().get(FileLayout.segmentOf(address));
    return segment == null ? 0 : FileLayout.lsn(segment.sequence(), FileLayout.offsetOf(address));
  }

  /** Compares the key of the record that a slot names, and copies the record. */
  private Match look(long slot, Operation operation, boolean copy) {
    long address = SlotTable.address(slot);
    Segment segment = log.segments().get(FileLayout.segmentOf(address));
    Memory base = segment == null ? null : segment.base();
    if (segment == null || base == null) {
      return Match.DAMAGED;
    }
    operation.sequence = segment.sequence();
    int mask = log.mask(operation.sequence);
    Match match = look(base, FileLayout.offsetOf(address), mask, operation, copy);
    VarHandle.acquireFence();
    return segment.base() == base ? match : Match.AGAIN;
  }

  private static Match look(Memory base, long at, int mask, Operation operation, boolean copy) {
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
    if (!equal && operation.byEquality) {
      return Match.ABSENT;
    }
    operation.foundLength = length;
    // An unequal key under an equal tag is rare enough to be checked for damage.
    if ((copy || !equal) && !copy(base, at, length, mask, operation)) {
      return Match.DAMAGED;
    }
    return equal ? Match.FOUND : Match.ABSENT;
  }

  private static boolean copy(Memory base, long at, long length, int mask, Operation operation) {
    operation.ensureFound((int) length);
    operation.foundLength = length;
    base.read(at, operation.found, 0, (int) length);
    return operation.isFoundIntact(mask, at);
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

  /** Copies the record that a slot names, if it is intact. */
  Match copyRecord(long slot, Operation operation) {
    long address = SlotTable.address(slot);
    Segment segment = log.segments().get(FileLayout.segmentOf(address));
    Memory base = segment == null ? null : segment.base();
    if (segment == null || base == null) {
      return Match.DAMAGED;
    }
    long at = FileLayout.offsetOf(address);
    operation.sequence = segment.sequence();
    boolean intact =
        at + RecordLayout.HEADER_BYTES <= base.size()
            && copyIfWithin(base, at, log.mask(operation.sequence), operation);
    VarHandle.acquireFence();
    if (segment.base() != base) {
      return Match.AGAIN;
    }
    return intact ? Match.FOUND : Match.DAMAGED;
  }

  private static boolean copyIfWithin(Memory base, long at, int mask, Operation operation) {
    long length = Integer.toUnsignedLong(base.getInt(at + RecordLayout.LENGTH_OFFSET));
    return length >= RecordLayout.HEADER_BYTES
        && length <= Math.min(base.size() - at, Integer.MAX_VALUE - 8)
        && copy(base, at, length, mask, operation)
        && RecordLayout.keyLength(operation.found, 0) <= length - RecordLayout.HEADER_BYTES;
  }

  /** Returns the path of the file, for messages. */
  Path path() {
    return log.path();
  }

  /** Returns the exception for a slot whose record is damaged. */
  RuntimeException damaged(long slot) {
    health.check(); // the bases of a closed store are gone
    return damagedAt(SlotTable.address(slot), "a record with a matching crc32c and length");
  }

  /** Returns the exception for damage at an address. */
  CorruptFileException damagedAt(long address, String expected) {
    return new CorruptFileException(
        log.path()
            + ": record at 0x"
            + Long.toHexString(FileLayout.fileOffsetOf(address))
            + ": expected "
            + expected
            + ", found damaged bytes; the other entries can be read. Restore a snapshot or a"
            + " backup (pmap restore), or save what can be read (pmap salvage)");
  }
}
