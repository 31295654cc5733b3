package io.persistentmap.inspect;

/** A map or a class of a store, as the newest record that speaks of it has it. */
final class CatalogItem {
  final int kind;
  final int number;
  final byte[] description;

  /** Where the record is, and how many bytes it takes; 0 and 0 if it is known from an image. */
  final long address;

  final long bytes;

  CatalogItem(int kind, int number, byte[] description, long address, long bytes) {
    this.kind = kind;
    this.number = number;
    this.description = description;
    this.address = address;
    this.bytes = bytes;
  }
}
