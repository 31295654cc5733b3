package io.persistentmap.value;

import io.persistentmap.UnstorableException;
import io.persistentmap.index.KeyDecoder;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.SerializationException;
import java.nio.file.Path;

/** Decodes the keys of a file, about which equality decides. */
public final class StoredKeys implements KeyDecoder {
  private final Codec codec;
  private final Path path;

  /**
   * Creates a decoder.
   *
   * @param path of the file, for messages
   */
  public StoredKeys(Codec codec, Path path) {
    this.codec = codec;
    this.path = path;
  }

  @Override
  public Object decode(byte[] record, int from, int to) {
    try {
      return codec.read(new ByteReader(record, from, to));
    } catch (SerializationException e) {
      throw new UnstorableException(path + ": can't read a key back: " + e.getMessage(), e);
    }
  }
}
