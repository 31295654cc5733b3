package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import io.persistentmap.store.ClosedFile;
import io.persistentmap.store.StoreFile;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a checkpoint needs out of a hash file that may be written meanwhile.
 *
 * <p>A segment, once full, never changes until it is used again, and then its header is written
 * first. So a pass copies what the newest superblock needs, then looks at all headers again: if
 * none has changed, nothing was overwritten before it was copied. Otherwise the next pass takes the
 * superblock that is the newest by then, and copies only what it needs more: passes get short, and
 * one succeeds.
 */
final class LiveCopy {
  /** Passes, each with less to copy than the one before. */
  private static final int PASSES = 50;

  private final DataFile from;
  private final DataFile to;
  private final Progress progress;
  private final Memory buffer = OffHeapMemory.allocate(FileLayout.SEGMENT_BYTES);

  /** Full segments that the copy has: sequence by number. */
  private final Map<Integer, Long> copied = new HashMap<>();

  LiveCopy(DataFile from, DataFile to, Progress progress) {
    this.from = from;
    this.to = to;
    this.progress = progress;
  }

  /**
   * Makes the copy.
   *
   * @throws CorruptFileException if the file is damaged, or changes faster than it can be copied
   */
  void run() {
    for (int i = 0; i < PASSES; i++) {
      Superblock superblock = newest();
      Map<Integer, Long> needed = pass(superblock);
      if (needed.entrySet().stream().allMatch(this::isUnchanged)) {
        ClosedFile.writeSuperblocks(to, superblock);
        return;
      }
    }
    throw new CorruptFileException(
        from.path() + ": changes faster than it can be copied; try again when less is going on");
  }

  private Superblock newest() {
    StoreFile found = StoreFile.of(from.path(), from);
    PersistentMapException problem = found.problem();
    Superblock superblock = found.newest();
    if (superblock == null || problem != null) {
      throw new CorruptFileException(from.path() + ": its superblocks can't be read", problem);
    }
    return superblock;
  }

  private boolean isUnchanged(Map.Entry<Integer, Long> needed) {
    SegmentHeader header = header(needed.getKey());
    return header != null && header.sequence() == needed.getValue();
  }

  private @Nullable SegmentHeader header(int number) {
    byte[] bytes = new byte[SegmentHeader.BYTES];
    from.read(SegmentHeader.fileOffset(number), bytes, 0, bytes.length);
    return SegmentHeader.decode(bytes);
  }

  // ---- one pass --------------------------------------------------------------------------------

  /**
   * Copies what a superblock needs, and returns it: sequences by number. Sequence 0, which no
   * segment has, stands for what is not to be had any more.
   */
  private Map<Integer, Long> pass(Superblock superblock) {
    Map<Integer, Long> needed = new LinkedHashMap<>();
    if (superblock.checkpoint() > 0) {
      copyWay(superblock, needed);
      copyImage(superblock, needed);
      copyTable(superblock, needed);
    }
    return needed;
  }

  private void copyImage(Superblock superblock, Map<Integer, Long> needed) {
    int number = superblock.imageSegment();
    long sequence = superblock.imageSequence();
    while (number >= 0 && !needed.containsKey(number)) {
      needed.put(number, sequence);
      SegmentLink link = copySegment(superblock, number, 1, sequence);
      number = link == null ? -1 : link.next();
      sequence = link == null ? 0 : link.nextSequence();
    }
  }

  /** What the image lists is needed, unless it has been emptied since. */
  private void copyTable(Superblock superblock, Map<Integer, Long> needed) {
    FileBytes copy = FileBytes.of(to);
    BitSet inUse = inUse(copy, superblock);
    ImageSketch image = ImageSketch.read(copy, superblock, damage -> {});
    progress.begin("copying " + from.path().getFileName(), image.table().size());
    for (LogSegment.Name name : image.table()) {
      SegmentHeader header = header(name.number());
      if (header != null && header.sequence() == name.sequence()) {
        needed.put(name.number(), name.sequence());
        SegmentLink unused = copySegment(superblock, name.number(), header.run(), name.sequence());
      } else if (inUse.get(name.number())) {
        needed.put(name.number(), 0L);
      }
      progress.advance(1);
    }
  }

  private static BitSet inUse(FileBytes copy, Superblock superblock) {
    LogPosition end = superblock.tail();
    LogSegment last =
        LogSegment.of(copy, superblock.salt(), end.segment(), 1, end.sequence())
            .endingAt(end.offset());
    LogSelection.Found checkpoint = LogSelection.lastCheckpoint(copy, last);
    return checkpoint == null ? new BitSet() : checkpoint.record().inUse();
  }

  private void copyWay(Superblock superblock, Map<Integer, Long> needed) {
    int number = superblock.replayStart().segment();
    long sequence = superblock.replayStart().sequence();
    while (number >= 0 && sequence < superblock.tail().sequence()) {
      SegmentHeader header = header(number);
      needed.put(number, sequence);
      SegmentLink link =
          header == null ? null : copySegment(superblock, number, header.run(), header.sequence());
      number = link == null ? -1 : link.next();
      sequence = link == null || link.nextSequence() <= sequence ? 0 : link.nextSequence();
      number = sequence == 0 ? -1 : number;
    }
    needed.put(superblock.tail().segment(), superblock.tail().sequence());
    copySegmentBytes(superblock.tail().segment(), superblock.tail().offset());
  }

  /** Copies a full segment, unless the copy has it, and returns its link. */
  private @Nullable SegmentLink copySegment(
      Superblock superblock, int number, int run, long sequence) {
    long start = FileLayout.fileOffset(number);
    long length = (long) run * FileLayout.SEGMENT_BYTES;
    if (!Long.valueOf(sequence).equals(copied.get(number))) {
      copySegmentBytes(number, length);
    }
    byte[] bytes = new byte[SegmentLink.BYTES];
    to.read(start + length - SegmentLink.BYTES, bytes, 0, bytes.length);
    SegmentLink link = SegmentLink.decode(bytes, superblock.salt());
    if (link == null || link.sequence() != sequence) {
      return null; // used again meanwhile, which the headers tell, or damaged, which reading tells
    }
    copied.put(number, sequence);
    return link;
  }

  /** Not what is before the header: the superblocks come last. */
  private void copySegmentBytes(int number, long end) {
    copyBytes(SegmentHeader.fileOffset(number), end - SegmentHeader.OFFSET);
  }

  private void copyBytes(long start, long length) {
    long done = 0;
    while (done < length) {
      long wanted = Math.min(length - done, buffer.size());
      long count = from.read(start + done, buffer, 0, wanted);
      if (count == 0) {
        return;
      }
      to.write(start + done, buffer, 0, count);
      done += count;
    }
  }
}
