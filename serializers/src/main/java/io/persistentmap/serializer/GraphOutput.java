package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.io.Output;

/** Lets Kryo write what it writes itself, class numbers and references, to a {@link ByteWriter}. */
final class GraphOutput extends Output {
  private static final ByteWriter NOTHING = new ByteWriter(0);

  private ByteWriter bytes = NOTHING;

  void begin(ByteWriter target) {
    bytes = target;
  }

  void forget() {
    bytes = NOTHING;
  }

  @Override
  public void writeByte(byte value) {
    bytes.writeByte(value);
  }

  @Override
  public int writeVarInt(int value, boolean optimizePositive) {
    int start = bytes.position();
    bytes.writeVarInt(value);
    return bytes.position() - start;
  }
}
