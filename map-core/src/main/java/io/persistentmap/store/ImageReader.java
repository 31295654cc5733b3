package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.ImageBlock;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Remedy;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.IndexReplay;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.SerializationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads an index image, front to back. */
final class ImageReader {
  private static final int PAYLOAD_BYTES = 1 << 20;

  private final DataFile file;
  private final Superblock superblock;
  private final SegmentTable segments;
  private final SegmentMapping mapping;
  private final Catalog catalog;
  private final ReplayedMaps entries;
  private final Memory buffer = OffHeapMemory.allocateUnzeroed(FileLayout.SEGMENT_BYTES);
  private final List<Integer> numbers = new ArrayList<>();

  private int next;
  private long nextSequence;
  private long offset;
  private long end;
  private long highestSequence;

  ImageReader(
      DataFile file,
      Superblock superblock,
      SegmentTable segments,
      SegmentMapping mapping,
      Catalog catalog,
      ReplayedMaps entries) {
    this.file = file;
    this.superblock = superblock;
    this.segments = segments;
    this.mapping = mapping;
    this.catalog = catalog;
    this.entries = entries;
    this.next = superblock.imageSegment();
    this.nextSequence = superblock.imageSequence();
  }

  /** Reads the image and returns the numbers of its segments. */
  List<Integer> run() {
    try (SecondCore second = new SecondCore(PAYLOAD_BYTES)) {
      return run(second);
    }
  }

  private List<Integer> run(SecondCore second) {
    long blocks = 0;
    while (true) {
      byte[] header = new byte[ImageBlock.BYTES];
      read(header, 0, header.length);
      ImageBlock block = ImageBlock.decode(header);
      if (block.length() < 0 || block.length() > Math.min(file.size(), Integer.MAX_VALUE - 8)) {
        throw damaged("a block of " + block.length() + " bytes");
      }
      byte[] payload = readPayload(second.takeBuffer(), (int) block.length());
      if (block.kind() == ImageBlock.SHARD || block.kind() == ImageBlock.ADDRESSES) {
        long number = blocks;
        second.run(
            () -> {
              requireIntact(header, payload, block, number);
              fill(block, payload);
              second.giveBuffer(payload);
            });
      } else {
        requireIntact(header, payload, block, blocks);
        if (block.kind() == ImageBlock.END) {
          second.await();
          if (block.lsn() != blocks) {
            throw damaged(blocks + " blocks instead of " + block.lsn());
          }
          return List.copyOf(numbers);
        }
        apply(block, new ByteReader(payload, 0, (int) block.length()));
        second.giveBuffer(payload);
      }
      blocks++;
    }
  }

  private void requireIntact(byte[] header, byte[] payload, ImageBlock block, long number) {
    int mask = Checksum.mask(superblock.salt(), superblock.imageSequence());
    if (!ImageBlock.isIntact(header, payload, (int) block.length(), mask, number)) {
      throw damaged("a block with a wrong crc32c");
    }
  }

  private void fill(ImageBlock block, byte[] payload) {
    int length = (int) block.length();
    IndexReplay index = entries.get(block.map());
    boolean filled =
        index != null
            && (block.kind() == ImageBlock.SHARD
                ? index.shard(block.shard(), block.lsn(), payload, length)
                : index.addresses(payload, length));
    if (!filled) {
      throw damaged("a shard that can't be");
    }
  }

  /**
   * Grows the array only as bytes are found, so that a damaged length can't exhaust the heap.
   *
   * @param array to begin with
   * @return an array with the bytes, from 0
   */
  private byte[] readPayload(byte[] array, int length) {
    byte[] payload = array;
    int done = 0;
    while (done < length) {
      if (done == payload.length) {
        payload = Arrays.copyOf(payload, (int) Math.min(length, payload.length * 2L));
      }
      int count = Math.min(length, payload.length) - done;
      read(payload, done, count);
      done += count;
    }
    return payload;
  }

  /** Returns the highest sequence of the image's segments. */
  long highestSequence() {
    return highestSequence;
  }

  private void apply(ImageBlock block, ByteReader payload) {
    try {
      applyTable(block, payload);
    } catch (SerializationException e) {
      throw damaged("a table that ends within an entry (" + e.getMessage() + ")");
    } catch (CorruptFileException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private void applyTable(ImageBlock block, ByteReader payload) {
    switch (block.kind()) {
      case ImageBlock.SEGMENTS -> segments.readTable(payload, mapping);
      case ImageBlock.CATALOG -> {
        catalog.read(RecordLayout.CATALOG, payload);
        catalog.maps().keySet().forEach(entries::add);
      }
      case ImageBlock.DROPPED -> catalog.readDropped(payload);
      case ImageBlock.CLASSES -> catalog.read(RecordLayout.CLASS, payload);
      default -> throw new CorruptFileException("a block of unknown kind " + block.kind());
    }
  }

  private void read(byte[] to, int at, int length) {
    int done = 0;
    while (done < length) {
      if (offset == end) {
        nextSegment();
      }
      int count = (int) Math.min(length - done, end - offset);
      buffer.read(offset, to, at + done, count);
      offset += count;
      done += count;
    }
  }

  private void nextSegment() {
    if (!SegmentTable.canBe(next, nextSequence) || numbers.contains(next)) {
      throw damaged("its end before the last block");
    }
    int segment = next;
    long read = file.read(FileLayout.fileOffset(segment), buffer, 0, FileLayout.SEGMENT_BYTES);
    if (read < FileLayout.SEGMENT_BYTES) { // the rest of the buffer is what was in memory before
      throw damaged("the end of the file in segment " + segment);
    }
    byte[] header = new byte[SegmentHeader.BYTES];
    buffer.read(SegmentHeader.OFFSET, header, 0, header.length);
    SegmentHeader.decode(
        file.path(), segment, header, superblock.store(), SegmentHeader.IMAGE, nextSequence);
    byte[] bytes = new byte[SegmentLink.BYTES];
    long linkOffset = FileLayout.SEGMENT_BYTES - SegmentLink.BYTES;
    buffer.read(linkOffset, bytes, 0, bytes.length);
    SegmentLink link =
        SegmentLink.decode(file.path(), segment, bytes, superblock.salt(), nextSequence);
    offset = SegmentHeader.END;
    end = link.end();
    if (end <= offset || end > linkOffset) {
      throw damaged("a segment with " + end + " bytes");
    }
    segments.restoreImage(segment, nextSequence);
    highestSequence = Math.max(highestSequence, nextSequence);
    numbers.add(segment);
    next = link.next();
    nextSequence = link.nextSequence();
  }

  private CorruptFileException damaged(String found) {
    return new CorruptFileException(
        file.path()
            + ": index image at 0x"
            + Long.toHexString(FileLayout.fileOffset(superblock.imageSegment()))
            + ": found "
            + found
            + Remedy.FOR_DAMAGE);
  }
}
