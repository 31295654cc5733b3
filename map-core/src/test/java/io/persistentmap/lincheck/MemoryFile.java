package io.persistentmap.lincheck;

import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A file that is blocks of memory; a mapping of it shows what is written at once, as Linux does.
 */
final class MemoryFile implements DataFile {
  private static final int BLOCK = FileLayout.BLOCK_BYTES;

  private final Path path = Path.of("memory.map");

  /** Guarded by this. */
  private final Map<Long, Memory> blocks = new HashMap<>();

  /** Guarded by this. */
  private long size;

  @Override
  public Path path() {
    return path;
  }

  @Override
  public synchronized long size() {
    return size;
  }

  private synchronized Memory block(long position) {
    return blocks.computeIfAbsent(position / BLOCK, number -> ArrayMemory.allocate(BLOCK));
  }

  @Override
  public int read(long position, byte[] to, int at, int length) {
    int done = 0;
    while (done < length) {
      long from = position + done;
      int count = (int) Math.min(length - done, BLOCK - from % BLOCK);
      block(from).read(from % BLOCK, to, at + done, count);
      done += count;
    }
    return length;
  }

  @Override
  public long read(long position, Memory to, long offset, long length) {
    byte[] bytes = new byte[(int) length];
    read(position, bytes, 0, bytes.length);
    to.write(offset, bytes, 0, bytes.length);
    return length;
  }

  @Override
  public void write(long position, Memory from, long offset, long length) {
    byte[] bytes = new byte[(int) length];
    from.read(offset, bytes, 0, bytes.length);
    int done = 0;
    while (done < length) {
      long to = position + done;
      int count = (int) Math.min(length - done, BLOCK - to % BLOCK);
      block(to).write(to % BLOCK, bytes, done, count);
      done += count;
    }
    synchronized (this) {
      size = Math.max(size, position + length);
    }
  }

  @Override
  public Memory map(long position, long length) {
    return new Mapping(position, length);
  }

  @Override
  public boolean mapsBeyondEnd() {
    return true;
  }

  @Override
  public void syncData() {}

  @Override
  public void sync() {}

  @Override
  public void close() {}

  @Override
  public void renamed(Path newPath) {
    throw unsupported();
  }

  @Override
  public void truncate(long length) {
    throw unsupported();
  }

  @Override
  public void punchHole(long position, long length) {
    throw unsupported();
  }

  @Override
  public void makeReadOnly() {
    throw unsupported();
  }

  @Override
  public boolean cloneFrom(DataFile source) {
    throw unsupported();
  }

  private static UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException("index and log don't do this to a file");
  }

  private final class Mapping implements Memory {
    private final long start;
    private final long length;

    Mapping(long start, long length) {
      this.start = start;
      this.length = length;
    }

    @Override
    public long size() {
      return length;
    }

    private Memory at(long offset, int count) {
      Memory.check(offset, count, length);
      return block(start + offset);
    }

    @Override
    public byte getByte(long offset) {
      return at(offset, Byte.BYTES).getByte((start + offset) % BLOCK);
    }

    @Override
    public int getInt(long offset) {
      return at(offset, Integer.BYTES).getInt((start + offset) % BLOCK);
    }

    @Override
    public long getLong(long offset) {
      return at(offset, Long.BYTES).getLong((start + offset) % BLOCK);
    }

    @Override
    public void read(long offset, byte[] to, int at, int count) {
      Memory.check(offset, count, length);
      MemoryFile.this.read(start + offset, to, at, count);
    }

    @Override
    public Memory slice(long offset, long count) {
      Memory.check(offset, count, length);
      return new Mapping(start + offset, count);
    }

    @Override
    public void putInt(long offset, int value) {
      throw readOnly();
    }

    @Override
    public void putLong(long offset, long value) {
      throw readOnly();
    }

    @Override
    public void write(long offset, byte[] from, int at, int count) {
      throw readOnly();
    }

    @Override
    public void zero(long offset, long count) {
      throw readOnly();
    }

    private UnsupportedOperationException readOnly() {
      return new UnsupportedOperationException("a mapping is for reading");
    }
  }
}
