package io.persistentmap.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link RecordingDisk} has noted: the writes, flushes and marks, in order. The bytes stay
 * in the file.
 */
public final class DiskLog implements AutoCloseable {
  private static final int HEADER_BYTES = 16;
  private static final int MAX_MARK_BYTES = 4096;

  /** What was noted. */
  public enum Kind {
    WRITE,
    FLUSH,
    MARK
  }

  /**
   * One note.
   *
   * @param kind what happened
   * @param offset of a write, in the disk
   * @param length of a write, in bytes
   * @param position of its bytes in the log
   * @param text of a mark, else ""
   */
  public record Entry(Kind kind, long offset, int length, long position, String text) {}

  private final FileChannel channel;
  private final List<Entry> entries;

  private DiskLog(FileChannel channel, List<Entry> entries) {
    this.channel = channel;
    this.entries = entries;
  }

  /** Reads a complete log. */
  public static DiskLog read(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new DiskLog(channel, readEntries(channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static List<Entry> readEntries(FileChannel channel) throws IOException {
    List<Entry> entries = new ArrayList<>();
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.nativeOrder());
    long position = 0;
    while (position < channel.size()) {
      fill(channel, header.clear(), position);
      Kind kind = Kind.values()[header.getInt() - 1];
      int length = header.getInt();
      long offset = header.getLong();
      position += HEADER_BYTES;
      String text = kind == Kind.MARK ? text(channel, position, length) : "";
      entries.add(new Entry(kind, offset, length, position, text));
      position += length;
    }
    return List.copyOf(entries);
  }

  private static String text(FileChannel channel, long position, int length) throws IOException {
    if (length > MAX_MARK_BYTES) {
      throw new IOException("a mark of " + length + " bytes at " + position);
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    fill(channel, bytes, position);
    return StandardCharsets.UTF_8.decode(bytes).toString().strip();
  }

  private static void fill(FileChannel channel, ByteBuffer to, long position) throws IOException {
    while (to.hasRemaining()) {
      if (channel.read(to, position + to.position()) < 0) {
        throw new IOException("the log ends within a record");
      }
    }
    to.flip();
  }

  /** Returns the notes, in order. */
  public List<Entry> entries() {
    return entries;
  }

  /**
   * Does a part of a write again.
   *
   * @param from the first byte of it
   * @param length how many bytes
   */
  public void apply(Entry write, int from, int length, FileChannel image) throws IOException {
    long done = 0;
    image.position(write.offset() + from);
    while (done < length) {
      done += channel.transferTo(write.position() + from + done, length - done, image);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
