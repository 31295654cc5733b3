package io.persistentmap.platform;

import io.persistentmap.FileAccessException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files in memory, to be read only: one {@link PatchedBytes} by file name. Opening a store looks at
 * the real directory, too, so empty files of those names must be there.
 */
public final class MemoryFileSystem implements FileSystem {
  private static final int CHUNK_BYTES = 1 << 16;

  private final Map<String, PatchedBytes> files = new HashMap<>();

  /** Puts a file there, instead of the one of that name. */
  public void put(String name, PatchedBytes bytes) {
    files.put(name, bytes);
  }

  @Override
  public DataFile openForRead(Path path) {
    PatchedBytes bytes = files.get(String.valueOf(path.getFileName()));
    if (bytes == null) {
      throw new FileAccessException(path + ": does not exist");
    }
    return new File(path, bytes);
  }

  @Override
  public DataFile openForWrite(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DataFile create(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rename(Path from, Path to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void syncDirectory(Path directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileHold lock(Path path, boolean shared, boolean create) {
    return new FileHold() {
      @Override
      public @Nullable Object key() {
        return null;
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  private record File(Path path, PatchedBytes bytes) implements DataFile {
    @Override
    public void renamed(Path newPath) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long size() {
      return bytes.size();
    }

    @Override
    public int read(long position, byte[] to, int at, int length) {
      return bytes.read(position, to, at, length);
    }

    @Override
    public long read(long position, Memory to, long offset, long length) {
      long count = Math.max(0, Math.min(length, bytes.size() - position));
      byte[] chunk = new byte[(int) Math.min(count, CHUNK_BYTES)];
      for (long done = 0; done < count; done += chunk.length) {
        int part =
            bytes.read(position + done, chunk, 0, (int) Math.min(chunk.length, count - done));
        to.write(offset + done, chunk, 0, part);
      }
      return count;
    }

    @Override
    public void write(long position, Memory from, long offset, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void syncData() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sync() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void truncate(long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void punchHole(long position, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void makeReadOnly() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean cloneFrom(DataFile source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Memory map(long position, long length) {
      return new PatchedMemory(bytes, position, length);
    }

    @Override
    public boolean mapsBeyondEnd() {
      return false;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
