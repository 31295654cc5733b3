package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.io.Input;

/** Lets Kryo read what it reads itself, class numbers and references, from a {@link ByteReader}. */
final class GraphInput extends Input {
  private static final ByteReader NOTHING = new ByteReader(new byte[0], 0, 0);

  private ByteReader bytes = NOTHING;

  void begin(ByteReader source) {
    bytes = source;
  }

  void forget() {
    bytes = NOTHING;
  }

  @Override
  public int readVarInt(boolean optimizePositive) {
    return bytes.readVarInt();
  }
}
