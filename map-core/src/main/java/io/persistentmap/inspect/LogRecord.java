package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A record of the log, intact. Its bytes are those of a buffer that is used again: valid only while
 * whoever gets it is being called.
 */
public final class LogRecord {
  private final byte[] bytes;
  private final int at;
  private final int length;
  private final long address;
  private final long lsn;

  LogRecord(byte[] bytes, int at, int length, long address, long lsn) {
    this.bytes = bytes;
    this.at = at;
    this.length = length;
    this.address = address;
    this.lsn = lsn;
  }

  /** Returns the kind, one of the constants of {@link RecordLayout}. */
  public int kind() {
    return RecordLayout.kind(bytes, at);
  }

  /** Returns the number of the map, 0 for the store itself. */
  public int map() {
    return RecordLayout.map(bytes, at);
  }

  /** Returns the flags. */
  public int flags() {
    return RecordLayout.flags(bytes, at);
  }

  /** Says whether equality decides about the key, and not its bytes. */
  public boolean isByEquality() {
    return (flags() & RecordLayout.BY_EQUALITY) != 0;
  }

  /** Returns the number of the map or class that the record describes, 0 if it has none. */
  int number() {
    return keyLength() < Integer.BYTES ? 0 : little(keyFrom()).getInt();
  }

  /** Returns the key, as a copy. */
  public byte[] key() {
    return Arrays.copyOfRange(bytes, keyFrom(), keyFrom() + keyLength());
  }

  /** Returns the value, as a copy. */
  public byte[] value() {
    return Arrays.copyOfRange(bytes, keyFrom() + keyLength(), at + length);
  }

  /** Returns the address. */
  long address() {
    return address;
  }

  /** Returns the place in the log's order. */
  long lsn() {
    return lsn;
  }

  /** Returns the LSN from which on a removal counts: its own, if the cleaner has not moved it. */
  long time() {
    boolean removal =
        kind() == RecordLayout.REMOVE
            || kind() == RecordLayout.CLEAR
            || kind() == RecordLayout.DROP;
    boolean moved = (flags() & RecordLayout.RELOCATED) != 0;
    return removal && moved && valueLength() >= Long.BYTES ? longOfValue(0) : lsn;
  }

  /** Returns the length in the log. */
  long paddedLength() {
    return FileLayout.align8(length);
  }

  long previous() {
    return RecordLayout.previous(bytes, at);
  }

  byte[] bytes() {
    return bytes;
  }

  int keyFrom() {
    return at + RecordLayout.HEADER_BYTES;
  }

  int keyLength() {
    return (int) RecordLayout.keyLength(bytes, at);
  }

  int valueLength() {
    return length - RecordLayout.HEADER_BYTES - keyLength();
  }

  /** Returns eight bytes of the value. */
  long longOfValue(int offset) {
    return little(keyFrom() + keyLength() + offset).getLong();
  }

  /** Returns four bytes of the value. */
  int intOfValue(int offset) {
    return little(keyFrom() + keyLength() + offset).getInt();
  }

  private ByteBuffer little(int from) {
    return ByteBuffer.wrap(bytes, from, bytes.length - from).order(ByteOrder.LITTLE_ENDIAN);
  }
}
