package io.persistentmap.serializer;

import org.jspecify.annotations.Nullable;

/** Objects that a serializer of the user's encodes: length, then whatever it writes. */
final class CustomForm extends Form {
  private static final int LENGTH_BYTES = 4;

  private final Class<?> type;
  private final Serializer<Object> serializer;

  @SuppressWarnings("unchecked") // it was registered for this class
  CustomForm(Class<?> type, Serializer<?> serializer) {
    this.type = type;
    this.serializer = (Serializer<Object>) serializer;
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    ByteWriter bytes = out.bytes();
    int start = bytes.position();
    bytes.writeInt(0);
    serializer.write(object, bytes);
    int end = bytes.position();
    if (end < start + LENGTH_BYTES) {
      throw new SerializationException(serializer + " moved back before its first byte");
    }
    bytes.position(start);
    bytes.writeInt(end - start - LENGTH_BYTES);
    bytes.position(end);
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    ByteReader bytes = in.bytes();
    int length = bytes.readFixedLength();
    ByteReader own = new ByteReader(bytes.array(), bytes.position(), bytes.position() + length);
    Object object = serializer.read(own);
    if (own.remaining() != 0) {
      throw new SerializationException(
          serializer + " left " + own.remaining() + " of its " + length + " bytes unread");
    }
    if (!type.isInstance(object) || object.getClass() != type) {
      throw new SerializationException(serializer + " returned " + object + ", not a " + type);
    }
    bytes.skip(length);
    return object;
  }
}
