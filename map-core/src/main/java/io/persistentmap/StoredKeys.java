package io.persistentmap;

import io.persistentmap.index.KeyDecoder;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.SerializationException;
import java.nio.file.Path;

/** Decodes the keys of a file, about which equality decides. */
final class StoredKeys implements KeyDecoder {
  private final Codec codec;
  private final Path path;

  StoredKeys(Codec codec, Path path) {
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
