package io.persistentmap.store;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.ImageBlock;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.IndexImage;
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
      HashIndex index,
      Runnable beforeFirstWrite) {
    ImageWriter writer = new ImageWriter(file, store, log, beforeFirstWrite);
    try {
      return writer.write(catalog, index);
    } catch (Throwable e) {
      log.segments().releaseImage(writer.numbers());
      throw e;
    } finally {
      log.buffers().give(writer.buffer);
    }
  }

  private Image write(Catalog catalog, HashIndex index) {
    LogPosition replayStart = index.stopped(() -> catalog.withoutAppends(this::copySegments));
    block(ImageBlock.SEGMENTS, 0, 0, 0);
    payload.reset();
    catalog.writeMaps(payload);
    block(ImageBlock.CATALOG, 0, 0, 0);
    payload.reset();
    catalog.writeClasses(payload);
    block(ImageBlock.CLASSES, 0, 0, 0);
    for (int shard = 0; shard < HashIndex.SHARDS; shard++) {
      payload.reset();
      long lsn = IndexImage.write(index.shard(shard), payload, log::lsn);
      block(ImageBlock.SHARD, lsn, index.map(), shard);
    }
    for (int shard = HashIndex.SHARDS; shard < HashIndex.ALL_SHARDS; shard++) {
      payload.reset();
      IndexImage.writeAddresses(index.shard(shard), payload);
      if (payload.position() > 0) {
        block(ImageBlock.ADDRESSES, 0, index.map(), 0);
      }
    }
    payload.reset();
    block(ImageBlock.END, blocks, 0, 0);
    finish();
    return new Image(segments.get(0).number(), segments.get(0).sequence(), replayStart, numbers());
  }

  /** Returns where replay will start. */
  private LogPosition copySegments() {
    payload.reset();
    log.segments().writeTable(payload);
    return log.position();
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
