package io.persistentmap.index;

/** Makes objects of stored keys again, for those that equality decides about. Thread-safe. */
@FunctionalInterface
public interface KeyDecoder {
  /**
   * Decodes the key of a record that has been checked.
   *
   * @param record holds the encoded key
   * @param from where it begins
   * @param to where it ends
   * @throws io.persistentmap.UnstorableException if it can't be read: its class is missing, or has
   *     changed too much
   */
  Object decode(byte[] record, int from, int to);
}
