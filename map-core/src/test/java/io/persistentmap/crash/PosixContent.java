package io.persistentmap.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The bytes of a file: blocks that are replaced, never changed, so that copies share them. */
final class PosixContent {
  static final int BLOCK_BYTES = 4096;
  private static final int SECTOR_BYTES = 512;

  private final Map<Long, byte[]> blocks;
  private long size;

  /** Nothing. */
  PosixContent() {
    this(Map.of(), 0);
  }

  private PosixContent(Map<Long, byte[]> blocks, long size) {
    this.blocks = new TreeMap<>(blocks);
    this.size = size;
  }

  /** A change of a file's bytes. */
  interface Change {
    /**
     * Does it, or what of it reached the device.
     *
     * @param survives asked for each part that a device writes whole or not at all
     */
    void apply(PosixContent to, BooleanSupplier survives);

    /** Does what is left if none of the bytes reached the device: perhaps the length did. */
    default void loseBytes(PosixContent to) {}
  }

  /** Bytes are written. */
  static final class Write implements Change {
    private final long position;
    private final byte[] bytes;

    Write(long position, byte[] bytes) {
      this.position = position;
      this.bytes = bytes;
    }

    @Override
    public void apply(PosixContent to, BooleanSupplier survives) {
      for (int from = 0; from < bytes.length; ) {
        int within = (int) ((position + from) % SECTOR_BYTES);
        int length = Math.min(SECTOR_BYTES - within, bytes.length - from);
        if (survives.getAsBoolean()) {
          to.write(position + from, bytes, from, length);
        }
        from += length;
      }
    }

    @Override
    public void loseBytes(PosixContent to) {
      to.size = Math.max(to.size, position + bytes.length);
    }
  }

  /** A range becomes a hole. */
  record Punch(long position, long length) implements Change {
    @Override
    public void apply(PosixContent to, BooleanSupplier survives) {
      long end = Math.min(position + length, to.size);
      for (long from = position; from < end; ) {
        int within = (int) (from % BLOCK_BYTES);
        int count = (int) Math.min(BLOCK_BYTES - within, end - from);
        if (count == BLOCK_BYTES) {
          to.blocks.remove(from / BLOCK_BYTES);
        } else {
          to.write(from, new byte[count], 0, count);
        }
        from += count;
      }
    }
  }

  /** The length is set. */
  record Truncate(long length) implements Change {
    @Override
    public void apply(PosixContent to, BooleanSupplier survives) {
      new Punch(length, Math.max(0, to.size - length)).apply(to, survives);
      to.size = length;
    }
  }

  /** An empty file gets the bytes of another. */
  record Clone(PosixContent source) implements Change {
    @Override
    public void apply(PosixContent to, BooleanSupplier survives) {
      source.blocks.forEach(
          (number, block) -> {
            if (survives.getAsBoolean()) {
              to.blocks.put(number, block);
            }
          });
      to.size = source.size;
    }
  }

  private void write(long position, byte[] bytes, int from, int length) {
    int done = 0;
    while (done < length) {
      long number = (position + done) / BLOCK_BYTES;
      int within = (int) ((position + done) % BLOCK_BYTES);
      int count = Math.min(BLOCK_BYTES - within, length - done);
      byte[] before = blocks.get(number);
      byte[] block = before == null ? new byte[BLOCK_BYTES] : Arrays.copyOf(before, BLOCK_BYTES);
      System.arraycopy(bytes, from + done, block, within, count);
      blocks.put(number, block);
      done += count;
    }
    size = Math.max(size, position + length);
  }

  /** Returns a copy of its own. */
  PosixContent copy() {
    return new PosixContent(blocks, size);
  }

  /** Writes it to a new file. */
  void save(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
      for (Map.Entry<Long, byte[]> block : blocks.entrySet()) {
        long position = block.getKey() * BLOCK_BYTES;
        int length = (int) Math.max(0, Math.min(BLOCK_BYTES, size - position));
        ByteBuffer bytes = ByteBuffer.wrap(block.getValue(), 0, length);
        while (bytes.hasRemaining()) {
          channel.write(bytes, position + bytes.position());
        }
      }
      if (channel.size() < size) {
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
    }
  }
}
