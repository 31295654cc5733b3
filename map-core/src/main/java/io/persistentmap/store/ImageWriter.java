package io.persistentmap.store;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.ImageBlock;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.IndexImage;
import io.persistentmap.index.Indexes;
import io.persistentmap.index.Shard;
import io.persistentmap.log.Log;
import io.persistentmap.log.Segment;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.serializer.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Writes an index image: what opening reads instead of the log before it.
 *
 * <p>All locks are taken for a moment, in which the place is noted where replay will start and the
 * live bytes of the segments are copied; they are exact for that place, and replay keeps them so.
 * Then each shard is copied under its own lock, with the LSN that it is exact for. The image counts
 * once a checkpoint names it.
 */
final class ImageWriter {
  private static final int FIRST_PAYLOAD = SegmentHeader.END;
  private static final int PAYLOAD_END = FileLayout.SEGMENT_BYTES - SegmentLink.BYTES;

  private final DataFile file;
  private final UUID store;
  private final Log log;
  private final Runnable beforeFirstWrite;
  private final Memory buffer;
  private final List<Segment> segments = new ArrayList<>();
  private final ByteWriter payload = new ByteWriter(1 << 16);
  private Segment current;
  private int offset = FIRST_PAYLOAD;
  private long blocks;

  private ImageWriter(DataFile file, UUID store, Log log, Runnable beforeFirstWrite) {
    this.file = file;
    this.store = store;
    this.log = log;
    this.buffer = log.buffers().take();
    this.beforeFirstWrite = beforeFirstWrite;
    this.current = nextSegment();
  }

  /**
   * Writes an image.
   *
   * @throws io.persistentmap.PersistentMapException if it can't; then its segments are free again
   */
  static Image write(
      DataFile file,
      UUID store,
      Log log,
      Catalog catalog,
      Indexes indexes,
      Runnable beforeFirstWrite) {
    ImageWriter writer = new ImageWriter(file, store, log, beforeFirstWrite);
    try {
      return writer.write(catalog, indexes);
    } catch (Throwable e) {
      log.segments().releaseImage(writer.numbers());
      throw e;
    } finally {
      log.buffers().give(writer.buffer);
    }
  }

  /**
   * What is exact for the place where replay will start.
   *
   * @param maps those of that moment: a map that is added or dropped afterwards is replayed
   */
  private record Begin(
      LogPosition replayStart, List<HashIndex> maps, ByteWriter catalog, ByteWriter dropped) {}

  private Image write(Catalog catalog, Indexes indexes) {
    Begin begin =
        indexes.stripes().stopped(() -> catalog.withoutAppends(() -> begin(catalog, indexes)));
    block(ImageBlock.SEGMENTS, 0, 0, 0);
    block(ImageBlock.CATALOG, begin.catalog);
    if (begin.dropped.position() > 0) {
      block(ImageBlock.DROPPED, begin.dropped);
    }
    payload.reset();
    catalog.writeClasses(payload);
    block(ImageBlock.CLASSES, 0, 0, 0);
    begin.maps.forEach(this::writeIndex);
    payload.reset();
    block(ImageBlock.END, blocks, 0, 0);
    finish();
    return new Image(
        segments.get(0).number(), segments.get(0).sequence(), begin.replayStart, numbers());
  }

  private Begin begin(Catalog catalog, Indexes indexes) {
    payload.reset();
    log.segments().writeTable(payload);
    ByteWriter maps = new ByteWriter(1 << 10);
    catalog.writeMaps(maps);
    ByteWriter dropped = new ByteWriter(1 << 6);
    catalog.writeDropped(dropped);
    return new Begin(log.position(), indexes.list(), maps, dropped);
  }

  /**
   * A shard that does not exist yet gets no block, and so is exact for LSN 0: nothing of it has
   * been appended since the file was opened, or else what has been is replayed.
   */
  private void writeIndex(HashIndex index) {
    for (int number = 0; number < HashIndex.ALL_SHARDS; number++) {
      Shard shard = index.existing(number);
      if (shard != null) {
        payload.reset();
        writeShard(index.map(), number, shard);
      }
    }
  }

  private void writeShard(int map, int number, Shard shard) {
    if (number < HashIndex.SHARDS) {
      long lsn = IndexImage.write(shard, payload, log::lsn);
      block(ImageBlock.SHARD, lsn, map, number);
    } else {
      IndexImage.writeAddresses(shard, payload);
      if (payload.position() > 0) {
        block(ImageBlock.ADDRESSES, 0, map, 0);
      }
    }
  }

  private void block(int kind, ByteWriter bytes) {
    payload.reset();
    payload.writeBytes(bytes.array(), 0, bytes.position());
    block(kind, 0, 0, 0);
  }

  private void block(int kind, long lsn, int map, int shard) {
    ImageBlock header = new ImageBlock(kind, payload.position(), lsn, map, shard);
    int mask = Checksum.mask(log.salt(), segments.get(0).sequence());
    byte[] bytes = header.encode(payload.array(), mask, blocks);
    append(bytes, bytes.length);
    append(payload.array(), payload.position());
    blocks++;
  }

  private void append(byte[] bytes, int length) {
    int from = 0;
    while (from < length) {
      if (offset == PAYLOAD_END) {
        Segment next = nextSegment();
        link(next.number(), next.sequence());
        flush();
        current = next;
        offset = FIRST_PAYLOAD;
      }
      int count = Math.min(length - from, PAYLOAD_END - offset);
      buffer.write(offset, bytes, from, count);
      offset += count;
      from += count;
    }
  }

  private Segment nextSegment() {
    Segment segment = log.segments().openImage(log.takeSequence());
    segments.add(segment);
    return segment;
  }

  private void link(int next, long nextSequence) {
    SegmentLink link = new SegmentLink(current.sequence(), offset, next, nextSequence);
    buffer.write(PAYLOAD_END, link.encode(log.salt()), 0, SegmentLink.BYTES);
    buffer.zero(offset, PAYLOAD_END - offset);
    byte[] header = new SegmentHeader(store, current.sequence(), SegmentHeader.IMAGE, 1).encode();
    buffer.write(SegmentHeader.OFFSET, header, 0, header.length);
  }

  /** Writes the used blocks of the buffer, and the last one, which has the link. */
  private void flush() {
    beforeFirstWrite.run();
    long used = FileLayout.alignToBlock(offset);
    long position = FileLayout.fileOffset(current.number());
    long linkBlock = FileLayout.SEGMENT_BYTES - FileLayout.BLOCK_BYTES;
    long start = SegmentHeader.OFFSET; // the gap before it is not the image's
    file.write(position + start, buffer, start, Math.min(used, linkBlock) - start);
    file.write(position + linkBlock, buffer, linkBlock, FileLayout.BLOCK_BYTES);
  }

  private void finish() {
    link(-1, 0);
    flush();
  }

  private List<Integer> numbers() {
    return segments.stream().map(Segment::number).toList();
  }
}
