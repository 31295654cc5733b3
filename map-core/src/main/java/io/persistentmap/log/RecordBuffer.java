package io.persistentmap.log;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import io.persistentmap.serializer.ByteWriter;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A record while it is being built: {@link #begin}, write the key, {@link #endKey}, write the
 * value, {@link #finish}; then {@link Log#append} adds what is known only there.
 *
 * <p>The expensive parts (serialising, the CRC of key and value, and for a record with a run of its
 * own the copy off the heap) are done by {@code finish}, before any lock is taken. Not thread-safe;
 * reused from a pool.
 */
public final class RecordBuffer {
  private static final int INITIAL_BYTES = 512;
  private static final byte[] NOTHING = {};
  private static final byte[] ZEROS = new byte[FileLayout.BLOCK_BYTES];

  private final ByteWriter writer = new ByteWriter(INITIAL_BYTES);
  private final CRC32C crc = new CRC32C();

  /** 0 until the record is finished. */
  private int kind;

  private int flags;
  private int map;
  private int keyLength;
  private int length;
  private long since;
  private @Nullable Memory runMemory;

  /** Starts a new record. */
  public void begin() {
    writer.position(RecordLayout.HEADER_BYTES);
    kind = 0;
    flags = 0;
    keyLength = 0;
    since = 0;
    runMemory = null;
  }

  /** Returns where key and value are written. */
  public ByteWriter writer() {
    return writer;
  }

  /** Ends the key; what follows is the value. */
  public void endKey() {
    keyLength = writer.position() - RecordLayout.HEADER_BYTES;
  }

  /** Says that equality decides about the key. */
  public void byEquality() {
    flags = RecordLayout.BY_EQUALITY;
  }

  /** Replaces the key; the value of a finished record stays. */
  public void replaceKey(byte[] from, int at, int newLength) {
    int valueStart = RecordLayout.HEADER_BYTES + keyLength;
    byte[] value = kind == 0 ? NOTHING : Arrays.copyOfRange(writer.array(), valueStart, length);
    writer.position(RecordLayout.HEADER_BYTES);
    writer.writeBytes(from, at, newLength);
    endKey();
    if (kind != 0) {
      writer.writeBytes(value, 0, value.length);
      finish(kind, map);
    }
  }

  /** Goes back to the end of the key, to write another value. */
  public void truncateToKey() {
    kind = 0;
    writer.position(RecordLayout.HEADER_BYTES + keyLength);
    runMemory = null;
  }

  /** Ends the value. */
  public void finish(int recordKind, int recordMap) {
    kind = recordKind;
    map = recordMap;
    length = writer.position();
    long padded = FileLayout.align8(length);
    extendTo(padded);
    crc.reset();
    crc.update(writer.array(), RecordLayout.HEADER_BYTES, length - RecordLayout.HEADER_BYTES);
    if (padded > Log.LARGEST_IN_SEGMENT) {
      runMemory = copyToRun(padded);
    }
  }

  private Memory copyToRun(long padded) {
    Memory memory = OffHeapMemory.allocate((long) Log.runOf(padded) * FileLayout.SEGMENT_BYTES);
    memory.write(Log.FIRST_RECORD, writer.array(), 0, (int) padded);
    return memory;
  }

  /** Writes zeros until the finished record will have {@code bytes} bytes. */
  void extendTo(long bytes) {
    while (writer.position() < bytes) {
      writer.writeBytes(ZEROS, 0, (int) Math.min(ZEROS.length, bytes - writer.position()));
    }
  }

  /** Completes the header; called once per finished record. Returns the CRC, not yet masked. */
  int seal(long previous, int moreFlags) {
    byte[] record = writer.array();
    RecordLayout.writeHeader(record, length, previous, kind, flags | moreFlags, map, keyLength);
    crc.update(
        record, RecordLayout.LENGTH_OFFSET, RecordLayout.HEADER_BYTES - RecordLayout.LENGTH_OFFSET);
    return (int) crc.getValue();
  }

  /** Returns the bytes of the record, from 0. */
  public byte[] array() {
    return writer.array();
  }

  /** Returns the length of the key. */
  public int keyLength() {
    return keyLength;
  }

  /** Returns the length of the finished record's value. */
  public int valueLength() {
    return length - RecordLayout.HEADER_BYTES - keyLength;
  }

  /** Says that this is a tombstone moved, of a removal when that sequence was the tail. */
  public void since(long sequence) {
    since = sequence;
  }

  /** Returns the sequence at the removal of a moved tombstone, 0 for any other record. */
  long since() {
    return since;
  }

  /** Returns the number of the map. */
  int map() {
    return map;
  }

  /** Returns the kind of the record. */
  int kind() {
    return kind;
  }

  /** Returns the length with the zeros at its end. */
  public long paddedLength() {
    return FileLayout.align8(length);
  }

  /** Returns the memory of the record's own run, or null if it fits a segment. */
  @Nullable Memory runMemory() {
    return runMemory;
  }
}
