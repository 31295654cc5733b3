package io.persistentmap.platform;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A file through {@link RandomAccessFile}, one transfer at a time. */
final class PortableDataFile implements DataFile {
  private static final int CHUNK_BYTES = 1 << 16;

  private volatile Path path;

  private final @Nullable Object key;
  private final String mode;

  /** Protects its own file position, which every transfer moves. */
  private final RandomAccessFile file;

  /** Not that of the descriptor, which may have to stay open: see {@link ProcessLocks}. */
  private final AtomicBoolean closed = new AtomicBoolean();

  private PortableDataFile(Path path, @Nullable Object key, String mode, RandomAccessFile file) {
    this.path = path;
    this.key = key;
    this.mode = mode;
    this.file = file;
  }

  /**
   * Opens a file.
   *
   * @param mode {@code r} or {@code rw}
   */
  static PortableDataFile open(Path path, String mode) throws IOException {
    Object key = FileIdentity.key(path);
    if (ProcessLocks.reuse(key, mode) instanceof RandomAccessFile kept) {
      return new PortableDataFile(path, key, mode, kept);
    }
    RandomAccessFile file = new RandomAccessFile(path.toFile(), mode);
    return new PortableDataFile(path, FileIdentity.key(path), mode, file);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void renamed(Path newPath) {
    path = newPath;
  }

  @Override
  public long size() {
    return PortableFileSystem.get("find the size", path, () -> file().length());
  }

  @Override
  public int read(long position, byte[] to, int at, int length) {
    return PortableFileSystem.get(
        "read at 0x" + Long.toHexString(position), path, () -> transfer(position, to, at, length));
  }

  private int transfer(long position, byte[] to, int at, int length) throws IOException {
    synchronized (file) {
      file().seek(position);
      int done = 0;
      while (done < length) {
        int count = file.read(to, at + done, length - done);
        if (count < 0) {
          break;
        }
        done += count;
      }
      return done;
    }
  }

  @Override
  public long read(long position, Memory to, long offset, long length) {
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, length)];
    long done = 0;
    while (done < length) {
      int count = read(position + done, chunk, 0, (int) Math.min(chunk.length, length - done));
      if (count == 0) {
        break;
      }
      to.write(offset + done, chunk, 0, count);
      done += count;
    }
    return done;
  }

  @Override
  public void write(long position, Memory from, long offset, long length) {
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, length)];
    for (long done = 0; done < length; done += chunk.length) {
      int count = (int) Math.min(chunk.length, length - done);
      from.read(offset + done, chunk, 0, count);
      write(position + done, chunk, count);
    }
  }

  private void write(long position, byte[] chunk, int count) {
    PortableFileSystem.run(
        "write at 0x" + Long.toHexString(position),
        path,
        () -> {
          synchronized (file) {
            file().seek(position);
            file.write(chunk, 0, count);
          }
        });
  }

  @Override
  public void syncData() {
    sync();
  }

  @Override
  public void sync() {
    PortableFileSystem.sync(path, () -> file().getFD().sync());
  }

  @Override
  public void truncate(long length) {
    PortableFileSystem.run(
        "set the length to " + length,
        path,
        () -> {
          file().setLength(length);
        });
  }

  @Override
  public void punchHole(long position, long length) {
    // java.nio has no way to give blocks back; the range stays allocated until it is reused.
  }

  @Override
  public void makeReadOnly() {
    PortableFileSystem.run("make read-only", path, () -> path.toFile().setReadOnly());
  }

  @Override
  public boolean cloneFrom(DataFile source) {
    return false;
  }

  @Override
  public Memory map(long position, long length) {
    return PortableFileSystem.get("map", path, () -> new BufferMemory(mapBytes(position, length)));
  }

  /**
   * By a thread of its own: an interrupt of the calling thread would close the channel, and with it
   * the file.
   */
  private MappedByteBuffer mapBytes(long position, long length) throws IOException {
    FileChannel channel = file().getChannel();
    FutureTask<MappedByteBuffer> mapping =
        new FutureTask<>(() -> channel.map(FileChannel.MapMode.READ_ONLY, position, length));
    Thread thread = new Thread(mapping, "persistentmap map");
    thread.setDaemon(true);
    thread.start();
    return await(mapping);
  }

  private static <T> T await(Future<T> task) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof Error error) {
        throw error;
      }
      throw cause instanceof IOException failure ? failure : new IOException(cause);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean mapsBeyondEnd() {
    return false;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      PortableFileSystem.run("close", path, () -> ProcessLocks.close(key, mode, file));
    }
  }

  private RandomAccessFile file() throws IOException {
    if (closed.get()) {
      throw new IOException("the file is closed");
    }
    return file;
  }
}
