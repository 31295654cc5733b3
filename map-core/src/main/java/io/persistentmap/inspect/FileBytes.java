package io.persistentmap.inspect;

import io.persistentmap.StorageFailureException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The bytes of a file, for readers that go on when the device can't read some of them: those are
 * zeros, which no checksum accepts, and are told of. Not thread-safe.
 */
final class FileBytes implements AutoCloseable {
  private final DataFile file;
  private final long size;
  private final Consumer<Damage> onUnreadable;
  private Memory buffer = OffHeapMemory.allocate(FileLayout.BLOCK_BYTES);

  private FileBytes(DataFile file, Consumer<Damage> onUnreadable) {
    this.file = file;
    this.size = file.size();
    this.onUnreadable = onUnreadable;
  }

  /**
   * Opens a file.
   *
   * @param onUnreadable is told of each range that the device can't read, each time
   */
  static FileBytes open(FileSystem files, Path path, Consumer<Damage> onUnreadable) {
    return new FileBytes(files.openForRead(path), onUnreadable);
  }

  /** Reads from a file that somebody else closes; what can't be read is nobody's concern. */
  static FileBytes of(DataFile file) {
    return new FileBytes(file, damage -> {});
  }

  /** Returns the length of a file. */
  static long size(FileSystem files, Path path) {
    try (DataFile file = files.openForRead(path)) {
      return file.size();
    }
  }

  Path path() {
    return file.path();
  }

  /** Returns the length of the file when it was opened. */
  long size() {
    return size;
  }

  /** Returns how many segments the file has, the last of them perhaps in part. */
  int segments() {
    long bytes = Math.max(0, size - SegmentHeader.OFFSET);
    long count = (bytes + FileLayout.SEGMENT_BYTES - 1) >>> FileLayout.SEGMENT_BITS;
    return (int) Math.min(count, FileLayout.MAX_SEGMENTS);
  }

  /** Reads up to {@code length} bytes and returns how many there are before the file's end. */
  int read(long position, byte[] to, int at, int length) {
    if (buffer.size() < length) {
      buffer = OffHeapMemory.allocate(Math.max(length, FileLayout.SEGMENT_BYTES));
    }
    try {
      int count = (int) file.read(position, buffer, 0, length);
      buffer.read(0, to, at, count);
      return count;
    } catch (StorageFailureException e) {
      return length <= FileLayout.BLOCK_BYTES
          ? unreadable(position, to, at, length, e)
          : readInHalves(position, to, at, length);
    }
  }

  /** Reads bytes; what is behind the file's end is zeros. */
  byte[] read(long position, int length) {
    byte[] bytes = new byte[length];
    read(position, bytes, 0, length);
    return bytes;
  }

  private int readInHalves(long position, byte[] to, int at, int length) {
    int half = (int) FileLayout.alignToBlock(length / 2);
    int count = read(position, to, at, half);
    return count < half ? count : half + read(position + half, to, at + half, length - half);
  }

  private int unreadable(
      long position, byte[] to, int at, int length, StorageFailureException reason) {
    int count = (int) Math.max(0, Math.min(length, size - position));
    Arrays.fill(to, at, at + count, (byte) 0);
    onUnreadable.accept(
        new Damage(path(), position, count, 0, String.valueOf(reason.getMessage())));
    return count;
  }

  @Override
  public void close() {
    file.close();
  }
}
