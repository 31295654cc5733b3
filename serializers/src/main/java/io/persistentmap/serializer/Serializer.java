package io.persistentmap.serializer;

/**
 * The encoding of one class of keys or values, supplied by the user of a map.
 *
 * <p>It is used for objects of exactly the class that it is registered for, wherever they are: as
 * keys and values, and in fields, collections and arrays of others. Subclasses are not concerned:
 * they are stored by their fields, or by a serializer of their own. An object that several others
 * refer to is written once. What it writes is for itself to understand: it can't hand objects back
 * to the codec, so it should be used for values without references to others.
 *
 * <p>The file keeps the length of what was written, and that a serializer wrote it. So without the
 * serializer such objects are refused with a message that says so, and objects that were stored
 * before it was registered are still read by their fields. Keys of such a class are found by {@code
 * equals}, never by their bytes. The first object of the class is read back and compared.
 *
 * <p>Several threads call one serializer at the same time. Reading must consume exactly the bytes
 * that writing produced, must understand them in every later version of the program (a first byte
 * with a version costs little), and must not allocate memory for lengths that can't be true: {@link
 * ByteReader#readLength} refuses those.
 *
 * @param <T> the type that is encoded
 */
public interface Serializer<T> {
  /**
   * Appends the encoding of a value.
   *
   * @param value what to encode, never null
   * @param out takes the bytes; what is before its position is not to be touched
   * @throws RuntimeException if the value can't be stored; it is refused with this message, and the
   *     path to it
   */
  void write(T value, ByteWriter out);

  /**
   * Decodes what {@link #write} appended.
   *
   * @param in stands at the first byte, and ends behind the last
   * @return the value, never null
   * @throws SerializationException if the bytes are not an encoding of this type
   */
  T read(ByteReader in);
}
