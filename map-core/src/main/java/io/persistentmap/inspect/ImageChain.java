package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.format.Superblock;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The payloads of the segments of an index image, one after the other. */
final class ImageChain {
  /** The image can't be read beyond here. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }

  private final FileBytes file;
  private final Superblock superblock;
  private final List<Integer> numbers;
  private final Set<Integer> seen = new HashSet<>();
  private int segment;
  private int next;
  private long nextSequence;
  private int offset;
  private int end;

  /**
   * Starts with the segment that a superblock names.
   *
   * @param numbers takes the numbers of the segments as they are read
   */
  ImageChain(FileBytes file, Superblock superblock, List<Integer> numbers) {
    this.file = file;
    this.superblock = superblock;
    this.numbers = numbers;
    this.next = superblock.imageSegment();
    this.nextSequence = superblock.imageSequence();
  }

  /** Returns the number of the segment that is being read. */
  int segment() {
    return segment;
  }

  /** Reads bytes; a damaged length can't exhaust the heap. */
  byte[] read(int length) throws Broken {
    byte[] bytes = new byte[Math.min(length, FileLayout.SEGMENT_BYTES)];
    int done = 0;
    while (done < length) {
      if (offset == end) {
        open();
      }
      if (done == bytes.length) { // grows only as bytes are found
        bytes = Arrays.copyOf(bytes, (int) Math.min(length, bytes.length * 2L));
      }
      int count = Math.min(bytes.length - done, end - offset);
      file.read(FileLayout.fileOffset(segment) + offset, bytes, done, count);
      offset += count;
      done += count;
    }
    return bytes;
  }

  private void open() throws Broken {
    if (next < 0 || next >= file.segments() || !seen.add(next)) {
      throw new Broken("it ends before its last block");
    }
    segment = next;
    byte[] bytes = file.read(SegmentHeader.fileOffset(segment), SegmentHeader.BYTES);
    SegmentHeader header = SegmentHeader.decode(bytes);
    SegmentLink link = LogSegment.linkOf(file, superblock.salt(), segment, 1);
    if (header == null
        || !header.store().equals(superblock.store())
        || header.kind() != SegmentHeader.IMAGE
        || header.sequence() != nextSequence) {
      throw new Broken(
          "segment " + segment + ": expected sequence " + nextSequence + ", found " + header);
    }
    if (link == null
        || link.sequence() != nextSequence
        || link.end() <= SegmentHeader.END
        || link.end() > FileLayout.SEGMENT_BYTES - SegmentLink.BYTES) {
      throw new Broken("segment " + segment + ": its link is damaged");
    }
    numbers.add(segment);
    offset = SegmentHeader.END;
    end = (int) link.end();
    next = link.next();
    nextSequence = link.nextSequence();
  }
}
