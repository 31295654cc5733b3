package io.persistentmap.tool;

import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.io.OutputStream;

/**
 * Writes to a file of the engine's, front to back, so that a full disk is told as everywhere. The
 * file is closed by whoever opened it. Not thread-safe.
 */
final class FileStream extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final DataFile file;
  private final Memory buffer = OffHeapMemory.allocate(BUFFER_BYTES);
  private long position;

  FileStream(DataFile file) {
    this.file = file;
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, BUFFER_BYTES);
      buffer.write(0, bytes, from + done, count);
      file.write(position, buffer, 0, count);
      position += count;
      done += count;
    }
  }
}
