package io.persistentmap.serializer;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The elements of primitive arrays, each in its full width, little-endian. */
final class PrimitiveArrays {
  private PrimitiveArrays() {}

  /** Refuses a count of elements for which there are not enough bytes. */
  static void requireRoom(char letter, int count, ByteReader in) {
    if (count < 0 || (long) count * width(letter) > in.remaining()) {
      throw new SerializationException(
          "an array of "
              + Integer.toUnsignedString(count)
              + " elements, but only "
              + in.remaining()
              + " bytes left");
    }
  }

  private static int width(char letter) {
    return switch (letter) {
      case 'Z', 'B' -> 1;
      case 'S', 'C' -> 2;
      case 'I', 'F' -> 4;
      default -> 8;
    };
  }

  /** Appends all elements. */
  static void write(char letter, Object array, ByteWriter out) {
    int length = Array.getLength(array);
    int start = out.position();
    out.position((int) Math.min((long) start + (long) length * width(letter), Integer.MAX_VALUE));
    ByteBuffer bytes =
        ByteBuffer.wrap(out.array(), start, out.position() - start).order(ByteOrder.LITTLE_ENDIAN);
    switch (letter) {
      case 'Z' -> writeFlags((boolean[]) array, bytes);
      case 'B' -> bytes.put((byte[]) array);
      case 'S' -> bytes.asShortBuffer().put((short[]) array);
      case 'C' -> bytes.asCharBuffer().put((char[]) array);
      case 'I' -> bytes.asIntBuffer().put((int[]) array);
      case 'J' -> bytes.asLongBuffer().put((long[]) array);
      case 'F' -> bytes.asFloatBuffer().put((float[]) array);
      default -> bytes.asDoubleBuffer().put((double[]) array);
    }
  }

  private static void writeFlags(boolean[] flags, ByteBuffer bytes) {
    for (boolean flag : flags) {
      bytes.put((byte) (flag ? 1 : 0));
    }
  }

  /** Reads all elements of an array for which there is room. */
  static void read(char letter, Object array, ByteReader in) {
    int length = Array.getLength(array) * width(letter);
    ByteBuffer bytes =
        ByteBuffer.wrap(in.array(), in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    switch (letter) {
      case 'Z' -> readFlags((boolean[]) array, bytes);
      case 'B' -> bytes.get((byte[]) array);
      case 'S' -> bytes.asShortBuffer().get((short[]) array);
      case 'C' -> bytes.asCharBuffer().get((char[]) array);
      case 'I' -> bytes.asIntBuffer().get((int[]) array);
      case 'J' -> bytes.asLongBuffer().get((long[]) array);
      case 'F' -> bytes.asFloatBuffer().get((float[]) array);
      default -> bytes.asDoubleBuffer().get((double[]) array);
    }
    in.skip(length);
  }

  /** Passes over elements. */
  static void skip(char letter, int count, ByteReader in) {
    requireRoom(letter, count, in);
    in.skip(count * width(letter));
  }

  private static void readFlags(boolean[] flags, ByteBuffer bytes) {
    for (int i = 0; i < flags.length; i++) {
      flags[i] = bytes.get() != 0;
    }
  }
}
