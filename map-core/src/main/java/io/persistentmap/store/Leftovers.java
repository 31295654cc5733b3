package io.persistentmap.store;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.Superblock;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * What a crashed process wrote behind the checkpoint that was recovered: segments and records that
 * look like the log's, and belong to no checkpoint.
 *
 * <p>Replay never sees them, since it follows links. But whoever has to read a damaged file goes by
 * the sequences of segments, and once the log has gone on, nothing tells these from its own. So
 * they are made unrecognisable before the log goes on.
 */
final class Leftovers {
  /** Nothing is left over. */
  static final Leftovers NONE = new Leftovers(new LogPosition(0, 0, 0), List.of());

  private final LogPosition end;
  private final List<Integer> segments;

  private Leftovers(LogPosition end, List<Integer> segments) {
    this.end = end;
    this.segments = segments;
  }

  /**
   * Looks for what a crashed process left, before any segment is used again.
   *
   * @param recovered the checkpoint's superblock
   * @param table the segments as of that checkpoint
   */
  static Leftovers find(DataFile file, Superblock recovered, SegmentTable table) {
    List<Integer> found = new ArrayList<>();
    long size = file.size();
    byte[] bytes = new byte[SegmentHeader.BYTES];
    for (int number = 0;
        number < FileLayout.MAX_SEGMENTS && SegmentHeader.fileOffset(number) < size;
        number++) {
      if (table.isFree(number) && isYounger(file, number, bytes, recovered)) {
        found.add(number);
      }
    }
    return new Leftovers(recovered.tail(), found);
  }

  private static boolean isYounger(DataFile file, int number, byte[] bytes, Superblock recovered) {
    if (file.read(SegmentHeader.fileOffset(number), bytes, 0, bytes.length) < bytes.length) {
      return false;
    }
    SegmentHeader header = SegmentHeader.decode(bytes);
    return header != null
        && header.store().equals(recovered.store())
        && header.sequence() > recovered.tail().sequence();
  }

  /**
   * Overwrites it; not durable yet. Nothing may have been written since it was looked for, and the
   * checkpoint that was recovered must be durable: until it is, the one before counts, whose image
   * may be left over here.
   */
  void erase(DataFile file) {
    if (this == NONE) {
      return;
    }
    Memory zeros = OffHeapMemory.allocate(FileLayout.SEGMENT_BYTES);
    for (int number : segments) {
      file.write(SegmentHeader.fileOffset(number), zeros, 0, SegmentHeader.BYTES);
    }
    eraseBehind(file, zeros);
  }

  /** Zeros from the end of the log to the end of its segment, as far as the file has bytes. */
  private void eraseBehind(DataFile file, Memory zeros) {
    if (end.offset() == 0) {
      return;
    }
    long from = FileLayout.fileOffset(end.segment()) + end.offset();
    long to = Math.min(FileLayout.fileOffset(end.segment() + 1), file.size());
    if (from < to) {
      file.write(from, zeros, 0, to - from);
    }
  }
}
