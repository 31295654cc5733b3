package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.ReadState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** All entries of a file, as bytes, in the order in which the log has them. */
public final class EntryScan {
  private EntryScan() {}

  /**
   * Passes on the records of all entries. Reads the log once, front to back; each record is valid
   * while it is passed on.
   *
   * @param state of the file
   * @throws CorruptFileException if a record is damaged
   */
  public static void forEach(
      FileSystem files, Path path, ReadState state, Progress progress, Consumer<LogRecord> action) {
    RecordSet entries = new RecordSet();
    state.forEachAddress(entries::add);
    Superblock superblock = state.superblock();
    try (FileBytes file = FileBytes.open(files, path, EntryScan::refuse)) {
      List<LogSegment> segments = new ArrayList<>();
      state
          .segments()
          .forEachLog(segment -> segments.add(LogSelection.withEnd(file, superblock, segment)));
      segments.sort(Comparator.comparingLong(LogSegment::sequence));
      progress.begin(
          "reading " + path.getFileName(), segments.stream().mapToLong(LogSegment::bytes).sum());
      SegmentScan scan = new SegmentScan(file);
      for (LogSegment segment : segments) {
        scan.scan(segment, visitor(entries, action));
        progress.advance(segment.bytes());
      }
    }
    if (entries.count() > 0) {
      throw new CorruptFileException(
          path
              + ": the records of "
              + entries.count()
              + " entries are missing; run pmap verify, and save what is left with pmap salvage");
    }
  }

  private static SegmentScan.Visitor visitor(RecordSet entries, Consumer<LogRecord> action) {
    return new SegmentScan.Visitor() {
      @Override
      public void record(LogRecord record) {
        if (record.kind() == RecordLayout.PUT && entries.remove(record.address())) {
          action.accept(record);
        }
      }

      @Override
      public void damaged(Damage damage) {
        refuse(damage);
      }
    };
  }

  private static void refuse(Damage damage) {
    throw new CorruptFileException(
        damage.describe() + "; run pmap verify, and save what is left with pmap salvage");
  }
}
