package io.persistentmap.index;

import io.persistentmap.UnstorableException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.platform.Memory;
import io.persistentmap.serializer.ByteReader;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The scratch space of one operation: the key it is about, the record it may append, and the record
 * that it found. Not thread-safe; from {@link OperationPool}.
 */
public final class Operation {
  private static final int INITIAL_BYTES = 512;

  private final RecordBuffer record = new RecordBuffer();
  private final CRC32C crc = new CRC32C();
  private final ByteReader reader = new ByteReader(new byte[0], 0, 0);

  /** Hash of the key. */
  long hash;

  /** Whether equality decides about the key, and not its bytes. */
  boolean byEquality;

  /** Where the record to be judged, or found, is in the log; only if equality decides. */
  long candidate;

  /** Records that {@link #judge} has found to have other keys. */
  final LsnSet unequal = new LsnSet();

  private long seed;
  private @Nullable KeyDecoder decoder;

  /** The key's own bytes, while the record has those of the stored key. */
  private byte @Nullable [] ownKey;

  /**
   * How many locks and keys the operation has taken and not given back: who catches an error has
   * only to look here to know whether one was left. Plain reads and writes, since a call could
   * throw again.
   */
  public int owes;

  /** Whether there was an entry, for a change under the shard's lock. */
  boolean exists;

  /** The key as an object, for whoever caches values by it. */
  @Nullable Object key;

  /** Place and slot of the record that was found, and the sequence of its segment then. */
  int position;

  long slot;
  long sequence;

  /** The record that was found: its length, and, if it was asked for, its bytes. */
  long foundLength;

  byte[] found = new byte[INITIAL_BYTES];

  /** Creates empty scratch space. */
  public Operation() {}

  /** Starts an operation about a key; the caller writes it and calls {@link #keyDone}. */
  public RecordBuffer begin(@Nullable Object keyObject) {
    key = keyObject;
    byEquality = false;
    decoder = null;
    ownKey = null;
    unequal.clear();
    record.begin();
    return record;
  }

  /** Ends a key that is found by its bytes. */
  public void keyDone(long hashSeed) {
    record.endKey();
    hash = Hashing.hash(hashSeed, record.array(), RecordLayout.HEADER_BYTES, record.keyLength());
  }

  /**
   * Ends a key about which equality decides. If it can't be written, it is left empty: such a key
   * can be looked up and removed, but not put.
   *
   * @param hashCode of the key
   * @param stored decodes the keys that it is compared with
   */
  public void keyDone(long hashSeed, int hashCode, KeyDecoder stored) {
    record.endKey();
    byEquality(Hashing.ofHashCode(hashSeed, hashCode));
    seed = hashSeed;
    decoder = stored;
  }

  /** Ends the key of a record about which equality decides, and which only moves. */
  public void keyMoves(long placedHash) {
    record.endKey();
    byEquality(placedHash);
  }

  private void byEquality(long keyHash) {
    record.byEquality();
    byEquality = true;
    hash = keyHash;
  }

  /** Says whether equality decides about the key. */
  public boolean isByEquality() {
    return byEquality;
  }

  /** Says whether {@link HashIndex#lockAndFind} has found an entry. */
  public boolean exists() {
    return exists;
  }

  /** Returns the record to append. */
  public RecordBuffer record() {
    return record;
  }

  /** Returns a reader of the value that was found. */
  public ByteReader foundValue() {
    int keyLength = (int) RecordLayout.keyLength(found, 0);
    reader.reset(found, RecordLayout.HEADER_BYTES + keyLength, (int) foundLength);
    return reader;
  }

  /** Returns the length of the value that was found. */
  public int foundValueLength() {
    return (int) (foundLength - RecordLayout.HEADER_BYTES - RecordLayout.keyLength(found, 0));
  }

  /** Returns "previous" for the record that replaces or removes what was found. */
  long previous() {
    return RecordLayout.previous(SlotTable.address(slot), FileLayout.align8(foundLength));
  }

  // ---- keys that equality decides about --------------------------------------------------------

  /**
   * Asks the key whether it equals that of the record that was copied, and remembers if it does
   * not. Calls user code, so never under a lock; the copy is known to be whole.
   */
  boolean judge() {
    Object stored = decodeFoundKey();
    if (stored != null && Objects.requireNonNull(key).equals(stored)) {
      return true;
    }
    unequal.add(candidate);
    return false;
  }

  /** Returns null for a key that can't be read, and so was placed by its bytes. */
  private @Nullable Object decodeFoundKey() {
    int length = (int) RecordLayout.keyLength(found, 0);
    int from = RecordLayout.HEADER_BYTES;
    try {
      return Objects.requireNonNull(decoder).decode(found, from, from + length);
    } catch (UnstorableException e) {
      if (Hashing.isSamePlace(Hashing.hash(seed, found, from, length), hash)) {
        return null; // no key of this process equals one of a class that it does not have
      }
      throw e;
    }
  }

  /**
   * Gives the record the bytes of the key that was found, in place of the equal ones of its own: a
   * key stays the object that was put first, and all records of an entry have the same key.
   */
  public void adoptFoundKey() {
    if (ownKey == null) {
      byte[] array = record.array();
      int from = RecordLayout.HEADER_BYTES;
      ownKey = Arrays.copyOfRange(array, from, from + record.keyLength());
    }
    record.replaceKey(found, RecordLayout.HEADER_BYTES, (int) RecordLayout.keyLength(found, 0));
  }

  /** Says whether {@link #adoptFoundKey} took the place of bytes that the key has itself. */
  boolean hasAdopted() {
    return ownKey != null && ownKey.length > 0;
  }

  /** Takes {@link #adoptFoundKey} back. */
  void restoreOwnKey() {
    byte[] own = Objects.requireNonNull(ownKey);
    ownKey = null;
    record.replaceKey(own, 0, own.length);
  }

  void ensureFound(int length) {
    if (found.length < length) {
      found = new byte[Math.max(length, Math.min(found.length * 2, 1 << 20))];
    }
  }

  /** Says whether the copied record's CRC is right for that offset of a segment with that mask. */
  boolean isFoundIntact(int mask, long at) {
    int stored = RecordLayout.crc(found, 0, mask, at);
    return stored == RecordLayout.checksum(crc, found, 0, (int) foundLength);
  }

  /** Returns the hash of the key. */
  public long hash() {
    return hash;
  }

  /**
   * Copies the record at an offset of a segment.
   *
   * @param mask of the segment, which the record's check depends on
   * @return its length, or -1 if it is damaged
   */
  public int load(Memory base, long at, long end, int mask) {
    if (at + RecordLayout.HEADER_BYTES > end) {
      return -1;
    }
    long length = Integer.toUnsignedLong(base.getInt(at + RecordLayout.LENGTH_OFFSET));
    if (length < RecordLayout.HEADER_BYTES || at + length > end) {
      return -1;
    }
    ensureFound((int) length);
    foundLength = length;
    base.read(at, found, 0, (int) length);
    return isFoundIntact(mask, at) ? (int) length : -1;
  }

  /** Returns the bytes of the record that was found, or that {@link #load} copied. */
  public byte[] found() {
    return found;
  }

  /** Returns the length of that record. */
  public int foundLength() {
    return (int) foundLength;
  }

  /** Returns the bytes that this operation keeps from being collected. */
  int retainedBytes() {
    return found.length + record.array().length;
  }

  /** Lets go of what need not be kept between operations. */
  void forget() {
    key = null;
    decoder = null;
    ownKey = null;
  }
}
