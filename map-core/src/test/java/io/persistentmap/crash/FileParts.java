package io.persistentmap.crash;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.ImageBlock;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.platform.PatchedBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;

/** The checked parts of a hash file, and how their checks are made right after a change. */
final class FileParts {
  private static final int COPY_BYTES = 512;
  private static final int SECOND_COPY = 2048;
  private static final int SUPERBLOCK_CRC = 12;
  private static final int HEADER_CRC = 4;
  private static final int RUN_OFFSET = 36;

  private FileParts() {}

  /** What a part is. */
  enum Kind {
    SUPERBLOCK,
    HEADER,
    LINK,
    RECORD,
    IMAGE_BLOCK
  }

  /**
   * A part.
   *
   * @param at its place in the file
   * @param mask of its check; for a link, of the store alone
   */
  record Part(Kind kind, int at, int length, int mask) {}

  /** Finds the parts of a file that is whole. */
  static List<Part> of(byte[] file) {
    List<Part> parts = new ArrayList<>();
    for (int block = 0; block < 2; block++) {
      for (int copy = 0; copy <= SECOND_COPY; copy += SECOND_COPY) {
        parts.add(new Part(Kind.SUPERBLOCK, block * FileLayout.BLOCK_BYTES + copy, COPY_BYTES, 0));
      }
    }
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int segment = 0;
    while (FileLayout.fileOffset(segment) + SegmentHeader.END < file.length) {
      int start = (int) FileLayout.fileOffset(segment);
      int run = Math.max(1, bytes.getInt(start + SegmentHeader.OFFSET + RUN_OFFSET));
      addSegment(
          parts, bytes, start, Math.min(run * FileLayout.SEGMENT_BYTES, file.length - start));
      segment += run;
    }
    return parts;
  }

  private static void addSegment(List<Part> parts, ByteBuffer bytes, int start, int length) {
    int header = start + SegmentHeader.OFFSET;
    parts.add(new Part(Kind.HEADER, header, SegmentHeader.BYTES, 0));
    byte[] headerBytes = new byte[SegmentHeader.BYTES];
    bytes.get(header, headerBytes);
    SegmentHeader read = Objects.requireNonNull(SegmentHeader.decode(headerBytes));
    int salt = Checksum.salt(read.store());
    int mask = Checksum.mask(salt, read.sequence());
    if (length % FileLayout.SEGMENT_BYTES == 0) {
      int link = start + length - SegmentLink.BYTES;
      parts.add(new Part(Kind.LINK, link, SegmentLink.BYTES, salt));
    }
    int at = start + SegmentHeader.END;
    int end = start + length;
    if (read.kind() == SegmentHeader.LOG) {
      while (at + RecordLayout.HEADER_BYTES <= end) {
        int record = bytes.getInt(at + RecordLayout.LENGTH_OFFSET);
        if (record < RecordLayout.HEADER_BYTES || record > end - at) {
          break;
        }
        int place = Checksum.place((at - start) >>> 3);
        parts.add(new Part(Kind.RECORD, at, record, mask ^ place));
        at += (int) FileLayout.align8(record);
      }
    } else {
      int number = 0;
      while (at + ImageBlock.BYTES <= end && bytes.getInt(at + Integer.BYTES) != 0) {
        int block = ImageBlock.BYTES + (int) bytes.getLong(at + Long.BYTES);
        parts.add(new Part(Kind.IMAGE_BLOCK, at, block, mask ^ Checksum.place(number)));
        number++;
        at += block;
      }
    }
  }

  /** Makes the check of a part right. */
  static void repair(PatchedBytes file, Part part) {
    byte[] bytes = file.read(part.at, part.length);
    switch (part.kind) {
      case SUPERBLOCK -> {
        write(file, part.at + SUPERBLOCK_CRC, new byte[Integer.BYTES]);
        bytes = file.read(part.at, part.length);
        put(file, part.at + SUPERBLOCK_CRC, crc(bytes, 0));
      }
      case HEADER -> put(file, part.at + HEADER_CRC, crc(bytes, 2 * Integer.BYTES));
      case LINK -> put(file, part.at, SegmentLink.saltOf(bytes) ^ part.mask ^ stored(bytes));
      case IMAGE_BLOCK -> put(file, part.at, crc(bytes, Integer.BYTES) ^ part.mask);
      case RECORD -> repairRecord(file, part, bytes);
    }
  }

  /** The length may be what was changed; then the check is that of the new length, if it fits. */
  private static void repairRecord(PatchedBytes file, Part part, byte[] bytes) {
    long length = RecordLayout.length(bytes, 0);
    if (length >= RecordLayout.HEADER_BYTES && part.at + length <= file.size()) {
      byte[] record = file.read(part.at, (int) length);
      int crc = RecordLayout.checksum(new CRC32C(), record, 0, record.length);
      put(file, part.at, crc ^ part.mask);
    }
  }

  private static int stored(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private static int crc(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }

  private static void put(PatchedBytes file, int at, int value) {
    write(
        file,
        at,
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private static void write(PatchedBytes file, int at, byte[] bytes) {
    file.write(at, bytes);
  }
}
