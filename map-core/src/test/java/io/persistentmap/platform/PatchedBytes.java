package io.persistentmap.platform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a file, and changes to it, kept apart: so a changed file costs no copy of the whole.
 */
public final class PatchedBytes {
  private final byte[] base;
  private final List<Patch> patches = new ArrayList<>();
  private int size;

  /** Bytes that are in the place of others. */
  private static final class Patch {
    private final int at;
    private final byte[] bytes;

    Patch(int at, byte[] bytes) {
      this.at = at;
      this.bytes = bytes;
    }
  }

  /** Begins without changes. */
  public PatchedBytes(byte[] base) {
    this.base = base;
    this.size = base.length;
  }

  /** Returns the length. */
  public int size() {
    return size;
  }

  /** Cuts the file, or extends it by zeros. */
  public void resize(int newSize) {
    size = newSize;
  }

  /** Replaces bytes. */
  public void write(int at, byte[] bytes) {
    patches.add(new Patch(at, bytes.clone()));
  }

  /** Returns bytes; beyond the end they are zeros. */
  public byte[] read(int at, int length) {
    byte[] bytes = new byte[length];
    read(at, bytes, 0, length);
    return bytes;
  }

  /** Reads up to the end, and returns how many bytes there were. */
  int read(long position, byte[] to, int at, int length) {
    int count = (int) Math.max(0, Math.min(length, size - position));
    if (count == 0) {
      return 0;
    }
    int from = (int) position;
    int based = Math.max(0, Math.min(count, base.length - from));
    System.arraycopy(base, Math.min(from, base.length), to, at, based);
    Arrays.fill(to, at + based, at + count, (byte) 0);
    for (Patch patch : patches) {
      int start = Math.max(from, patch.at);
      int end = Math.min(from + count, patch.at + patch.bytes.length);
      if (start < end) {
        System.arraycopy(patch.bytes, start - patch.at, to, at + start - from, end - start);
      }
    }
    return count;
  }
}
