package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.KryoBufferUnderflowException;

/**
 * An input over a part of somebody else's array.
 *
 * <p>Kryo's own would, at the end of the bytes, move them to the front of the array and ask for
 * more.
 */
final class GraphInput extends Input {
  @Override
  protected int require(int required) {
    int remaining = limit - position;
    if (required > remaining) {
      throw new KryoBufferUnderflowException(
          required + " bytes wanted, but only " + remaining + " left");
    }
    return remaining;
  }

  @Override
  protected int optional(int wanted) {
    int remaining = limit - position;
    return remaining == 0 ? -1 : Math.min(remaining, wanted);
  }

  /** Reads bytes into a new array, which is not allocated if there are fewer. */
  @Override
  public byte[] readBytes(int length) {
    require(length);
    return super.readBytes(length);
  }

  /** Reads a string, for which no memory is allocated if it cannot fit the rest. */
  @Override
  public String readString() {
    int start = position;
    if (readVarIntFlag()) { // a length in characters follows, plus one
      require(readVarIntFlag(true) - 1);
    }
    position = start;
    return super.readString();
  }
}
