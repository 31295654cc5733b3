package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Remedy;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.Hashing;
import io.persistentmap.index.IndexReplay;
import io.persistentmap.index.Indexes;
import io.persistentmap.log.Log;
import io.persistentmap.log.Segment;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Reads the state that a superblock names: its index image, and then the log from where the image
 * leaves off to the checkpoint.
 *
 * <p>Replay is sequential: each record says which one it replaced, so no old record is read, and
 * the index and the accounting of the segments end exactly as they were. Records of a shard below
 * the LSN of its image are skipped. {@link IndexReplay} has the proof for the rest.
 */
final class Replay {
  private final DataFile file;
  private final Superblock superblock;
  private final SegmentTable segments;
  private final SegmentMapping mapping;
  private final Catalog catalog;
  private final ReplayedMaps entries;
  private final CRC32C crc = new CRC32C();
  private long highestSequence;
  private long bytes;
  private byte[] record = new byte[FileLayout.BLOCK_BYTES];
  private Memory buffer = OffHeapMemory.allocate(1);

  Replay(
      DataFile file,
      Superblock superblock,
      SegmentTable segments,
      SegmentMapping mapping,
      Catalog catalog,
      Indexes indexes) {
    this.file = file;
    this.superblock = superblock;
    this.segments = segments;
    this.mapping = mapping;
    this.catalog = catalog;
    this.entries = new ReplayedMaps(indexes, superblock.hashSeed());
  }

  /**
   * Reads everything, all but the keys about which equality decides: {@link MapKeys} does that.
   *
   * @return the image that was read
   * @throws CorruptFileException if anything is not as it was written
   */
  Image run() {
    Image image = readImage();
    if (superblock.checkpoint() > 0) {
      replayLog(image.replayStart());
      if (entries.count() != superblock.entries()) {
        throw new CorruptFileException(
            file.path()
                + ": expected "
                + superblock.entries()
                + " entries at checkpoint "
                + superblock.checkpoint()
                + ", found "
                + entries.count()
                + Remedy.FOR_DAMAGE);
      }
    }
    entries.finish();
    segments.restoreFree();
    return image;
  }

  /** Returns the bytes of log that were replayed. */
  long bytes() {
    return bytes;
  }

  /** Returns a sequence that nothing has had. */
  long nextSequence() {
    return highestSequence + 1;
  }

  private Image readImage() {
    if (superblock.imageSegment() == Superblock.NO_IMAGE) {
      return Image.none(superblock.replayStart());
    }
    ImageReader reader = new ImageReader(file, superblock, segments, mapping, catalog, entries);
    List<Integer> numbers = reader.run();
    highestSequence = reader.highestSequence();
    return new Image(
        superblock.imageSegment(), superblock.imageSequence(), superblock.replayStart(), numbers);
  }

  private void replayLog(LogPosition start) {
    LogPosition tail = superblock.tail();
    int segment = start.segment();
    long sequence = start.sequence();
    long from = start.offset();
    while (true) {
      int run = requireHeader(segment, sequence);
      if (run > 1 && FileLayout.fileOffset(segment + run) > file.size()) {
        throw damaged(segment, "a run of " + run + " segments reaches behind the end of the file");
      }
      Segment present = segments.get(segment);
      if (present == null || present.sequence() != sequence || from == Log.FIRST_RECORD) {
        segments.restoreLog(segment, sequence, run, mapping.slice(segment, run));
      }
      highestSequence = Math.max(highestSequence, sequence + run - 1);
      if (sequence == tail.sequence()) {
        replaySegment(segment, sequence, from, tail.offset());
        segments.restoreEnd(segment, tail.offset());
        return;
      }
      SegmentLink link = requireLink(segment, sequence, run);
      replaySegment(segment, sequence, from, link.end());
      if (link.nextSequence() <= sequence
          || link.nextSequence() > tail.sequence()
          || !SegmentTable.canBe(link.next(), link.nextSequence())) {
        throw damaged(
            segment, "its link leads to segment " + link.next() + ", which can't be next");
      }
      segment = link.next();
      sequence = link.nextSequence();
      from = Log.FIRST_RECORD;
    }
  }

  private int requireHeader(int segment, long sequence) {
    byte[] header = new byte[SegmentHeader.BYTES];
    file.read(SegmentHeader.fileOffset(segment), header, 0, header.length);
    return SegmentHeader.decode(
            file.path(), segment, header, superblock.store(), SegmentHeader.LOG, sequence)
        .run();
  }

  private SegmentLink requireLink(int segment, long sequence, int run) {
    byte[] link = new byte[SegmentLink.BYTES];
    long end = FileLayout.fileOffset(segment) + (long) run * FileLayout.SEGMENT_BYTES;
    file.read(end - SegmentLink.BYTES, link, 0, link.length);
    return SegmentLink.decode(file.path(), segment, link, superblock.salt(), sequence);
  }

  private void replaySegment(int segment, long sequence, long from, long end) {
    long length = end - from;
    long available = file.size() - FileLayout.fileOffset(segment) - from;
    if (length < 0 || length > available) {
      throw damaged(segment, "records end at offset " + end + ", behind the end of the file");
    }
    if (buffer.size() < length) {
      buffer = OffHeapMemory.allocateUnzeroed(Math.max(length, FileLayout.SEGMENT_BYTES));
    }
    file.read(FileLayout.fileOffset(segment) + from, buffer, 0, length);
    int mask = Checksum.mask(superblock.salt(), sequence);
    long at = 0;
    while (at < length) {
      at += replayRecord(segment, mask, from, at, length);
    }
    bytes += length;
  }

  /** Replays the record at {@code at} of the buffer, and returns its padded length. */
  private long replayRecord(int segment, int mask, long from, long at, long length) {
    long left = length - at;
    long recordLength =
        left < RecordLayout.HEADER_BYTES
            ? 0
            : Integer.toUnsignedLong(buffer.getInt(at + RecordLayout.LENGTH_OFFSET));
    long padded = FileLayout.align8(recordLength);
    if (recordLength < RecordLayout.HEADER_BYTES
        || padded > left
        || recordLength > Integer.MAX_VALUE - 8) {
      throw damaged(segment, "record at offset " + (from + at) + " has length " + recordLength);
    }
    if (record.length < recordLength) {
      record = new byte[(int) Math.max(recordLength, Math.min(record.length * 2L, 1 << 20))];
    }
    buffer.read(at, record, 0, (int) recordLength);
    int expected = RecordLayout.crc(record, 0, mask, from + at);
    int found = RecordLayout.checksum(crc, record, 0, (int) recordLength);
    if (expected != found) {
      throw damaged(
          segment,
          "record at offset "
              + (from + at)
              + ": crc32c expected "
              + Checksum.hex(expected)
              + ", found "
              + Checksum.hex(found));
    }
    if (RecordLayout.keyLength(record, 0) > recordLength - RecordLayout.HEADER_BYTES
        || !apply(segments.require(segment), from + at, (int) recordLength, padded)) {
      throw damaged(segment, "record at offset " + (from + at) + " can't be");
    }
    return padded;
  }

  /** Returns false if the record is none that was ever written, though its check is right. */
  private boolean apply(Segment segment, long offset, int length, long padded) {
    int map = RecordLayout.map(record, 0);
    long previous = RecordLayout.previous(record, 0);
    int replaced = FileLayout.segmentOf(RecordLayout.previousAddress(previous));
    if (previous != 0 && segments.get(replaced) == null) {
      return false;
    }
    switch (RecordLayout.kind(record, 0)) {
      case RecordLayout.PUT -> {
        IndexReplay index = entries.get(map);
        if (index == null) {
          return false;
        }
        segment.addLive(map, padded);
        replayEntry(index, segment, offset, previous, true);
      }
      case RecordLayout.REMOVE -> {
        segment.addTombstone(padded, Tombstone.since(record, length, segment.sequence()));
        IndexReplay index = entries.get(map);
        if (previous != 0) { // else it was moved, and its map may have been dropped
          if (index == null) {
            return false;
          }
          replayEntry(index, segment, offset, previous, false);
        }
      }
      case RecordLayout.CLEAR -> {
        segment.addTombstone(padded, Tombstone.since(record, length, segment.sequence()));
        if ((RecordLayout.flags(record, 0) & RecordLayout.RELOCATED) == 0) {
          IndexReplay index = entries.get(map);
          if (index == null) {
            return false;
          }
          replayClear(index, map, FileLayout.lsn(segment.sequence(), offset));
        }
      }
      case RecordLayout.DROP -> {
        int number = droppedMap();
        long since = Tombstone.since(record, length, segment.sequence());
        if (number == 0) {
          return false;
        }
        segment.addTombstone(padded, since);
        if ((RecordLayout.flags(record, 0) & RecordLayout.RELOCATED) == 0) {
          entries.drop(number);
          segments.forEachLog(present -> present.clearLive(number));
        }
        catalog.replayDrop(number, since);
      }
      case RecordLayout.CATALOG, RecordLayout.CLASS -> {
        if (RecordLayout.keyLength(record, 0) != Integer.BYTES) {
          return false;
        }
        segment.addLive(map, padded);
        return replayCatalog(previous, FileLayout.address(segment.number(), offset), length);
      }
      case RecordLayout.CHECKPOINT -> {
        if (!CheckpointRecord.emptied(record, length, segments::restoreEmpty)) {
          return false;
        }
      }
      default -> {
        return false;
      }
    }
    Log.accountPrevious(segments, map, previous);
    return true;
  }

  /** Returns 0 if there can't be such a map. */
  private int droppedMap() {
    if (RecordLayout.keyLength(record, 0) != Integer.BYTES) {
      return 0;
    }
    int number = RecordLayout.catalogNumber(record);
    return number > 0 && number <= RecordLayout.LAST_MAP ? number : 0;
  }

  private void replayEntry(
      IndexReplay index, Segment segment, long offset, long previous, boolean put) {
    long address = FileLayout.address(segment.number(), offset);
    if ((RecordLayout.flags(record, 0) & RecordLayout.BY_EQUALITY) != 0) {
      if (put) {
        index.putByEquality(address, previous);
      } else {
        index.removeByEquality(previous);
      }
      return;
    }
    int keyLength = (int) RecordLayout.keyLength(record, 0);
    long hash = Hashing.hash(superblock.hashSeed(), record, RecordLayout.HEADER_BYTES, keyLength);
    long lsn = FileLayout.lsn(segment.sequence(), offset);
    if (put) {
      index.put(hash, lsn, address, previous);
    } else {
      index.remove(hash, lsn, address, previous);
    }
  }

  private void replayClear(IndexReplay index, int map, long lsn) {
    index.clear(lsn);
    segments.forEachLog(segment -> segment.clearLive(map));
  }

  private boolean replayCatalog(long previous, long address, int length) {
    int keyEnd = RecordLayout.HEADER_BYTES + (int) RecordLayout.keyLength(record, 0);
    int number = RecordLayout.catalogNumber(record);
    String description = new String(record, keyEnd, length - keyEnd, StandardCharsets.UTF_8);
    int kind = RecordLayout.kind(record, 0);
    if (kind == RecordLayout.CATALOG) {
      if (number < 1 || number > RecordLayout.LAST_MAP) {
        return false;
      }
      entries.add(number);
    }
    catalog.replay(kind, number, description, address);
    Log.accountPrevious(segments, RecordLayout.map(record, 0), previous);
    return true;
  }

  private CorruptFileException damaged(int segment, String found) {
    return new CorruptFileException(
        file.path()
            + ": segment "
            + segment
            + " at 0x"
            + Long.toHexString(FileLayout.fileOffset(segment))
            + ": "
            + found
            + Remedy.FOR_DAMAGE);
  }
}
