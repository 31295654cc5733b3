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
import org.jspecify.annotations.Nullable;

/**
 * Looks at the records that slots name: compares their keys, and copies and checks them. What it
 * answers without a lock counts only if the shard's version is then still the same. Thread-safe.
 */
final class RecordLookup {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What a look at one slot, or at a table, found. */
  enum Match {
    FOUND,
    ABSENT,
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

  /** Looks for the operation's key in a table, and copies its record if that is wanted. */
  Match probe(@Nullable SlotTable table, Operation operation, boolean copy) {
    if (table == null) {
      return Match.ABSENT;
    }
    long tag = Hashing.tag(operation.hash);
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

  /** Copies the record that a slot names, if it is intact. */
  Match copyRecord(long slot, Operation operation) {
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
            + " backup");
  }
}
