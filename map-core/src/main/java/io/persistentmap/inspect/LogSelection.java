package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.log.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a damaged file's log counts: the segments from the oldest in use to the end of a
 * checkpoint. That is the checkpoint of the superblock, or, if that is gone or may not be the
 * newest, the last one that the log has a record of.
 */
final class LogSelection {
  private final FileBytes file;
  private final UUID store;
  private final ImageSketch image;
  private final List<LogSegment> found;
  private final List<LogSegment> segments = new ArrayList<>();
  private final Set<LogSegment.Name> used = new HashSet<>();
  private final Map<Integer, Long> emptied = new HashMap<>();
  private boolean usedKnown;

  /**
   * Looks at a file.
   *
   * @param superblock of the file, if it has one
   * @param damage is told of headers and parts of the image that are damaged
   */
  LogSelection(FileBytes file, @Nullable Superblock superblock, DamageList damage) {
    this.file = file;
    SegmentSurvey survey =
        new SegmentSurvey(file, superblock == null ? null : superblock.store(), damage);
    this.store = survey.store();
    this.image =
        superblock == null ? ImageSketch.none() : ImageSketch.read(file, superblock, damage::add);
    if (superblock != null) {
      survey.hint(superblock.tail());
      survey.hint(superblock.replayStart());
    }
    image.table().forEach(entry -> survey.hint(entry.number(), entry.sequence()));
    this.found = survey.find(image.numbers());
  }

  /** Returns the UUID of the store. */
  UUID store() {
    return store;
  }

  /** Returns what is known of the index image. */
  ImageSketch image() {
    return image;
  }

  /** Says whether the file has anything of a log. */
  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Selects what counts for a superblock's checkpoint. */
  void select(Superblock superblock) {
    select(superblock.oldestSequence(), superblock.tail());
    usedKnown = superblock.imageSegment() == Superblock.NO_IMAGE || image.isTableKnown();
    image.table().forEach(entry -> used.add(new LogSegment.Name(entry.number(), entry.sequence())));
    used.add(nameOf(superblock.replayStart()));
    used.add(nameOf(superblock.tail()));
    for (LogSegment segment : segments) {
      if (segment.sequence() >= superblock.replayStart().sequence()) {
        used.add(segment.name());
        LogSegment.Name next = segment.next();
        if (next != null) {
          used.add(next);
        }
      }
    }
  }

  private static LogSegment.Name nameOf(LogPosition position) {
    return new LogSegment.Name(position.segment(), position.sequence());
  }

  /** Selects what counts for a checkpoint of which only the record in the log is known. */
  void select(CheckpointFound checkpoint) {
    select(checkpoint.oldestSequence(), checkpoint.end());
    usedKnown = false;
  }

  private void select(long oldestSequence, LogPosition end) {
    segments.clear();
    used.clear();
    for (LogSegment segment : found) {
      if (segment.sequence() == end.sequence()) {
        segments.add(segment.endingAt(end.offset()));
      } else if (segment.sequence() >= oldestSequence && segment.sequence() < end.sequence()) {
        segments.add(segment);
      }
    }
    segments.sort(Comparator.comparingLong(LogSegment::sequence));
  }

  /** Returns the selected segments, by sequence. */
  List<LogSegment> segments() {
    return segments;
  }

  // ---- the last checkpoint ---------------------------------------------------------------------

  /** A checkpoint, as its record in the log has it. */
  record CheckpointFound(
      long number, long timeMillis, long entries, long oldestSequence, LogPosition end) {
    static @Nullable CheckpointFound of(LogSegment segment, LogRecord record) {
      if (record.kind() != RecordLayout.CHECKPOINT || record.valueLength() < 4 * Long.BYTES) {
        return null;
      }
      long end = FileLayout.offsetOf(record.address()) + record.paddedLength();
      return new CheckpointFound(
          record.longOfValue(0),
          record.longOfValue(Long.BYTES),
          record.longOfValue(2 * Long.BYTES),
          record.longOfValue(3 * Long.BYTES),
          new LogPosition(segment.number(), segment.sequence(), end));
    }
  }

  /** Returns the last checkpoint that the log has a record of. */
  @Nullable CheckpointFound lastCheckpoint() {
    List<LogSegment> newestFirst = new ArrayList<>(found);
    newestFirst.sort(Comparator.comparingLong(LogSegment::sequence).reversed());
    SegmentScan scan = new SegmentScan(file);
    for (LogSegment segment : newestFirst) {
      List<CheckpointFound> last = new ArrayList<>();
      scan.scan(
          segment,
          new SegmentScan.Visitor() {
            @Override
            public void record(LogRecord record) {
              CheckpointFound checkpoint = CheckpointFound.of(segment, record);
              if (checkpoint != null) {
                last.add(checkpoint);
              }
            }

            @Override
            public void damaged(Damage damage) {
              // Told when the segment is read for its entries.
            }
          });
      if (!last.isEmpty()) {
        return last.get(last.size() - 1);
      }
    }
    return null;
  }

  // ---- what is in use --------------------------------------------------------------------------

  /** Notes the segments that a checkpoint's record names as emptied. */
  void noteEmptied(LogRecord record) {
    int from = 4 * Long.BYTES;
    int room = (record.valueLength() - from - Integer.BYTES) / Integer.BYTES;
    int count = room < 0 ? 0 : Math.min(room, record.intOfValue(from));
    for (int i = 1; i <= count; i++) {
      emptied.put(record.intOfValue(from + i * Integer.BYTES), record.lsn());
    }
  }

  /**
   * Says whether damage may be of a segment that is in use; once all records have been read. Damage
   * that is of none is no loss.
   */
  boolean mayCount(Damage damage) {
    if (damage.lsn() == 0 || damage.lsn() == Damage.NOWHERE) {
      return true;
    }
    int number = (int) ((damage.offset() - FileLayout.DATA_START) >>> FileLayout.SEGMENT_BITS);
    long sequence = damage.lsn() >>> FileLayout.SEGMENT_BITS;
    boolean listed = !usedKnown || used.contains(new LogSegment.Name(number, sequence));
    return listed && emptied.getOrDefault(number, 0L) >>> FileLayout.SEGMENT_BITS <= sequence;
  }

  /** Says whether it is known which segments are in use. */
  boolean isUseKnown() {
    return usedKnown;
  }

  /** Passes on the segments that the image has, and the file has not. */
  void forEachMissing(Consumer<Damage> action) {
    Set<LogSegment.Name> present = new HashSet<>();
    segments.forEach(segment -> present.add(segment.name()));
    for (LogSegment.Name name : used) {
      long end = emptied.getOrDefault(name.number(), 0L) >>> FileLayout.SEGMENT_BITS;
      if (!present.contains(name) && end <= name.sequence()) {
        action.accept(
            new Damage(
                file.path(),
                FileLayout.fileOffset(name.number()),
                FileLayout.SEGMENT_BYTES,
                FileLayout.lsn(name.sequence(), 0),
                "segment " + name.number() + " of sequence " + name.sequence() + " is gone"));
      }
    }
  }

  /** Returns a segment of the engine's table with the end of its records. */
  static LogSegment withEnd(FileBytes file, Superblock superblock, Segment segment) {
    LogSegment found = LogSegment.of(file, segment.number(), segment.run(), segment.sequence());
    return segment.sequence() == superblock.tail().sequence()
        ? found.endingAt(superblock.tail().offset())
        : found;
  }
}
