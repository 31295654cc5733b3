package io.persistentmap.jcstress;

import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Serializer;
import org.jspecify.annotations.Nullable;

/** A value that can be changed, and knows what was last written of it. Compared by its number. */
final class Cell {
  int number;

  /** What the last record of it has. */
  int written;

  Cell(int number) {
    this.number = number;
  }

  /** Says whether they are one object. */
  @SuppressWarnings("ReferenceEquality") // that is the question
  static boolean areOne(@Nullable Cell one, @Nullable Cell other) {
    return one != null && one == other;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cell cell && number == cell.number;
  }

  @Override
  public int hashCode() {
    return number;
  }

  /** Its encoding. */
  static final class Encoding implements Serializer<Cell> {
    @Override
    public void write(Cell value, ByteWriter out) {
      int number = value.number;
      out.writeInt(number);
      value.written = number;
    }

    @Override
    public Cell read(ByteReader in) {
      return new Cell(in.readInt());
    }
  }
}
