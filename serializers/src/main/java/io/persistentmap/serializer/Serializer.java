package io.persistentmap.serializer;

/**
 * The encoding of one type of key or value, supplied by the user of a map.
 *
 * <p>Several threads call one serializer at the same time. Reading must consume exactly the bytes
 * that writing produced, and must understand them in every later version of the program.
 *
 * @param <T> the type that is encoded
 */
public interface Serializer<T> {
  /**
   * Appends the encoding of a value.
   *
   * @param value what to encode, never null
   * @param out takes the bytes
   */
  void write(T value, ByteWriter out);

  /**
   * Decodes what {@link #write} appended.
   *
   * @param in stands at the first byte
   * @return the value, never null
   * @throws SerializationException if the bytes are not an encoding of this type
   */
  T read(ByteReader in);
}
