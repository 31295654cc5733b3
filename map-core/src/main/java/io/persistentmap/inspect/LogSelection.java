package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.log.Segment;
import io.persistentmap.store.CheckpointRecord;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which segments of a damaged file's log count for a checkpoint: those that its record names as in
 * use, or if that can't be read those of the image and behind it, or if that is gone, too, all that
 * are old enough and not too old.
 */
final class LogSelection {
  /** A checkpoint, as its record in the log has it, and where that record ends. */
  record Found(CheckpointRecord record, LogPosition end) {}

  private final FileBytes file;
  private final ImageSketch image;
  private final DamageList damage;
  private final List<LogSegment> found;
  private final Map<Integer, LogSegment> byNumber = new HashMap<>();
  private final List<LogSegment> selected = new ArrayList<>();
  private boolean exact;
  private long gapLsn;

  /**
   * Looks at a file.
   *
   * @param superblock of the file, if it has one
   * @param damage is told of headers, of parts of the image, and of selected segments that are gone
   */
  LogSelection(FileBytes file, @Nullable Superblock superblock, DamageList damage) {
    this.file = file;
    this.damage = damage;
    SegmentSurvey survey =
        new SegmentSurvey(file, superblock == null ? null : superblock.store(), damage);
    this.image =
        superblock == null ? ImageSketch.none() : ImageSketch.read(file, superblock, damage::add);
    if (superblock != null) {
      survey.hint(superblock.tail());
      survey.hint(superblock.replayStart());
    }
    image.table().forEach(name -> survey.hint(name.number(), name.sequence()));
    this.found = survey.find(image.numbers());
    found.sort(Comparator.comparingLong(LogSegment::sequence));
    found.forEach(segment -> byNumber.put(segment.number(), segment));
  }

  /** Returns what is known of the index image. */
  ImageSketch image() {
    return image;
  }

  /** Says whether the file has nothing of a log. */
  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Returns the selected segments, by sequence. */
  List<LogSegment> segments() {
    return selected;
  }

  /** Says whether nothing but what is in use was selected. */
  boolean isExact() {
    return exact;
  }

  /**
   * Returns the LSN that all segments are below that may have been in use and are gone without a
   * trace; 0 if it is known that there are none.
   */
  long gapLsn() {
    return gapLsn;
  }

  // ---- the last checkpoint ---------------------------------------------------------------------

  /** Returns the last checkpoint that the log has a record of. */
  @Nullable Found lastCheckpoint() {
    for (int i = found.size() - 1; i >= 0; i--) {
      Found last = lastCheckpoint(file, found.get(i));
      if (last != null) {
        return last;
      }
    }
    return null;
  }

  /** Returns the last checkpoint that a segment has a record of. */
  static @Nullable Found lastCheckpoint(FileBytes file, LogSegment segment) {
    List<Found> all = new ArrayList<>();
    new SegmentScan(file)
        .scan(
            segment,
            new SegmentScan.Visitor() {
              @Override
              public void record(LogRecord record) {
                CheckpointRecord checkpoint =
                    record.kind() == RecordLayout.CHECKPOINT
                        ? CheckpointRecord.read(record.value())
                        : null;
                if (checkpoint != null) {
                  long end = FileLayout.offsetOf(record.address()) + record.paddedLength();
                  all.add(
                      new Found(
                          checkpoint, new LogPosition(segment.number(), segment.sequence(), end)));
                }
              }

              @Override
              public void damaged(Damage more) {
                // Told when the segment is read for its entries.
              }
            });
    return all.isEmpty() ? null : all.get(all.size() - 1);
  }

  /**
   * Looks for signs of a newer checkpoint than one whose record was found: records that are newer,
   * or a segment that the log went on in. A process that was killed leaves such, too, but nothing
   * tells whether it had got so far as to make a checkpoint of them.
   *
   * @return the damage behind, or null if there is no such sign
   */
  @Nullable List<Damage> behind(LogPosition end) {
    List<Damage> damaged = new ArrayList<>();
    boolean[] newer = new boolean[1];
    SegmentScan.Visitor looking =
        new SegmentScan.Visitor() {
          @Override
          public void record(LogRecord record) {
            newer[0] |= record.lsn() >= end.lsn();
          }

          @Override
          public void damaged(Damage more) {
            if (more.recordsBelow() > end.lsn()) {
              damaged.add(more);
            }
          }
        };
    SegmentScan scan = new SegmentScan(file);
    for (LogSegment segment : found) {
      if (segment.sequence() >= end.sequence()) {
        newer[0] |= segment.next() != null || segment.sequence() > end.sequence();
        scan.scan(segment, looking);
      }
    }
    return newer[0] ? damaged : null;
  }

  // ---- selecting -------------------------------------------------------------------------------

  /** Selects what counts for a superblock's checkpoint. */
  void select(Superblock superblock) {
    LogPosition end = superblock.tail();
    LogSegment last = byNumber.get(end.segment());
    Found checkpoint =
        last != null && last.sequence() == end.sequence()
            ? lastCheckpoint(file, last.endingAt(end.offset()))
            : null;
    if (checkpoint != null && checkpoint.end.equals(end)) {
      select(checkpoint);
    } else if (superblock.imageSegment() == Superblock.NO_IMAGE || image.isTableKnown()) {
      selectByImage(superblock);
    } else {
      selectBySequence(superblock.oldestSequence(), end);
    }
  }

  /** Selects what counts for a checkpoint whose record is known. */
  void select(Found checkpoint) {
    BitSet numbers = (BitSet) checkpoint.record.inUse().clone();
    numbers.set(checkpoint.end.segment());
    numbers.stream()
        .forEach(
            number -> {
              LogSegment segment = byNumber.get(number);
              boolean there =
                  segment != null
                      && segment.sequence() >= checkpoint.record.oldestSequence()
                      && segment.sequence() <= checkpoint.end.sequence();
              if (segment != null && there) {
                selected.add(segment);
              } else {
                gone(number, 0, checkpoint.end);
              }
            });
    exact = true;
    finish(checkpoint.end);
  }

  /** What the image lists, and what was opened since: perhaps some that have been emptied since. */
  private void selectByImage(Superblock superblock) {
    Set<LogSegment.Name> names = new HashSet<>(image.table());
    names.add(nameOf(superblock.replayStart()));
    names.add(nameOf(superblock.tail()));
    for (LogSegment segment : found) {
      boolean behind =
          segment.sequence() >= superblock.replayStart().sequence()
              && segment.sequence() <= superblock.tail().sequence();
      if (behind || names.contains(segment.name())) {
        selected.add(segment);
        LogSegment.Name next = segment.next();
        if (behind && next != null && segment.sequence() < superblock.tail().sequence()) {
          names.add(next);
        }
      }
    }
    selected.forEach(segment -> names.remove(segment.name()));
    names.forEach(name -> gone(name.number(), name.sequence(), superblock.tail()));
    finish(superblock.tail());
  }

  /** All from the oldest to the end: with free ones among them, and perhaps without some in use. */
  private void selectBySequence(long oldestSequence, LogPosition end) {
    for (LogSegment segment : found) {
      if (segment.sequence() >= oldestSequence && segment.sequence() <= end.sequence()) {
        selected.add(segment);
      }
    }
    finish(end);
    LogSegment before = null;
    for (LogSegment segment : selected) {
      boolean follows =
          before == null
              ? segment.sequence() == oldestSequence
              : segment.name().equals(before.next());
      if (!follows) {
        gapLsn = FileLayout.lsn(segment.sequence(), 0);
      }
      before = segment;
    }
    if (before == null || before.sequence() != end.sequence()) {
      gapLsn = Long.MAX_VALUE;
    }
  }

  /** Selects all there is, for want of any checkpoint. */
  void selectAll() {
    selected.addAll(found);
    gapLsn = Long.MAX_VALUE;
  }

  private static LogSegment.Name nameOf(LogPosition position) {
    return new LogSegment.Name(position.segment(), position.sequence());
  }

  /** The last segment ends where the checkpoint does. */
  private void finish(LogPosition end) {
    selected.replaceAll(
        segment -> segment.sequence() == end.sequence() ? segment.endingAt(end.offset()) : segment);
    selected.sort(Comparator.comparingLong(LogSegment::sequence));
  }

  private void gone(int number, long sequence, LogPosition end) {
    // Of a segment of unknown sequence, the records may be of any time up to the end.
    long below = sequence == 0 ? end.lsn() : FileLayout.lsn(sequence + 1, 0);
    damage.add(
        new Damage(
            file.path(),
            FileLayout.fileOffset(number),
            FileLayout.SEGMENT_BYTES,
            below,
            "segment "
                + number
                + (sequence == 0
                    ? ", which was in use, is gone"
                    : ", which may be in use, is gone")));
  }

  /** Returns a segment of the engine's table with the end of its records. */
  static LogSegment withEnd(FileBytes file, Superblock superblock, Segment segment) {
    LogSegment found =
        LogSegment.of(file, superblock.salt(), segment.number(), segment.run(), segment.sequence());
    return segment.sequence() == superblock.tail().sequence()
        ? found.endingAt(superblock.tail().offset())
        : found;
  }
}
