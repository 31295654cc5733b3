package io.persistentmap.inspect;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A map or a class of a store, as the newest record that speaks of it has it. */
final class CatalogItem {
  final int kind;
  final byte[] key;
  final byte[] value;

  /** Where the record is, and how many bytes it takes; 0 and 0 if it is known from an image. */
  final long address;

  final long bytes;

  CatalogItem(int kind, byte[] key, byte[] value, long address, long bytes) {
    this.kind = kind;
    this.key = key;
    this.value = value;
    this.address = address;
    this.bytes = bytes;
  }

  /** Returns the number of the map or class. */
  int number() {
    return key.length < Integer.BYTES
        ? 0
        : ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }
}
