package io.persistentmap.store;

import io.persistentmap.index.HashIndex;
import io.persistentmap.index.KeyDecoder;
import io.persistentmap.index.KeyPlacement;
import java.util.List;

/**
 * Gives the keys of maps about which equality decides their places, once their classes are known.
 */
final class MapKeys {
  private MapKeys() {}

  /**
   * Reads the keys of a map, and places them. Nobody uses the map yet, and neither the cleaner nor
   * an image is at work meanwhile.
   *
   * @param acceptEqual whether keys that are equal now are told of, instead of refused
   * @return remarks about keys that can't be read, or are equal
   * @throws io.persistentmap.CorruptFileException if a record is damaged
   * @throws io.persistentmap.TypeMismatchException if two keys are equal now, and not accepted
   */
  static List<String> place(
      Store.Parts parts, HashIndex index, KeyDecoder keys, boolean acceptEqual) {
    KeyPlacement placement =
        new KeyPlacement(
            index,
            parts.segments,
            parts.file,
            keys,
            parts.superblock.salt(),
            parts.superblock.hashSeed());
    placement.run(acceptEqual);
    return placement.remarks();
  }
}
