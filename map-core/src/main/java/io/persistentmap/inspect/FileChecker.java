package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.Hashing;
import io.persistentmap.log.Segment;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.CheckpointRecord;
import io.persistentmap.store.ReadState;
import io.persistentmap.store.StoreFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Checks one file: superblocks, image, log, and that they tell the same.
 *
 * <p>The state is found twice, as the engine finds it (image, then replay), and from the log alone.
 * Each record of the log is read and checked. Then the entries of both must be the same records;
 * each must be where the hash of its key says; and counts, and the accounting of the segments, must
 * be those of the records.
 */
final class FileChecker {
  private final FileSystem files;
  private final Path path;
  private final Progress progress;
  private final DamageList damage = new DamageList();
  private long records;
  private long bytes;

  private FileChecker(FileSystem files, Path path, Progress progress) {
    this.files = files;
    this.path = path;
    this.progress = progress;
  }

  static FileCheck check(FileSystem files, Path path, Progress progress) {
    return new FileChecker(files, path, progress).check();
  }

  private FileCheck check() {
    StoreFile found = StoreFile.read(files, path);
    Superblock superblock = found.newest();
    if (found.exists()) {
      checkSuperblocks(found);
    }
    if (superblock != null && superblock.checkpoint() > 0) {
      checkState(superblock);
    }
    return new FileCheck(
        path,
        found.exists(),
        superblock == null ? -1 : superblock.checkpoint(),
        superblock == null ? 0 : superblock.entries(),
        records,
        bytes,
        damage.count(),
        damage.kept());
  }

  private void found(long offset, String what) {
    damage.add(Damage.of(path, offset, what));
  }

  private void checkSuperblocks(StoreFile found) {
    PersistentMapException problem = found.problem();
    if (problem != null) {
      found(0, withoutPath(problem));
    }
    try (FileBytes file = FileBytes.open(files, path, damage::add)) {
      for (int parity = 0; parity < 2; parity++) {
        long offset = (long) parity * FileLayout.BLOCK_BYTES;
        int copy = Superblock.damagedCopy(file.read(offset, FileLayout.BLOCK_BYTES));
        if (copy >= 0) {
          found(offset, "copy " + copy + " of the superblock is damaged; the other one is intact");
        }
      }
    }
  }

  private String withoutPath(PersistentMapException e) {
    String message = String.valueOf(e.getMessage());
    String prefix = path + ": ";
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }

  private void checkState(Superblock superblock) {
    ReadState state = null;
    try {
      state = ReadState.of(files, path, superblock);
    } catch (CorruptFileException | StorageFailureException e) {
      found(0, withoutPath(e));
    }
    try (FileBytes file = FileBytes.open(files, path, damage::add)) {
      if (state == null) {
        checkRecords(file, superblock);
      } else {
        checkEntries(file, state);
      }
    } finally {
      if (state != null) {
        state.close();
      }
    }
  }

  /** The engine can't read it: at least all that is damaged is told. */
  private void checkRecords(FileBytes file, Superblock superblock) {
    LogReading reading = LogReading.ofSuperblock(file, superblock, progress);
    reading.damage().kept().forEach(damage::add);
    records = reading.state().records();
    bytes = reading.selection().segments().stream().mapToLong(LogSegment::bytes).sum();
  }

  private void checkEntries(FileBytes file, ReadState state) {
    RecordSet indexed = new RecordSet();
    state.forEachAddress(
        address -> {
          if (!indexed.add(address)) {
            found(FileLayout.fileOffsetOf(address), "two slots of the index name this record");
          }
        });
    Superblock superblock = state.superblock();
    List<LogSegment> segments = segments(file, state);
    LogState log = new LogState(file, superblock.hashSeed(), ImageSketch.none(), true);
    log.read(
        segments,
        progress,
        new Counting(damage::add) {
          @Override
          public void record(LogRecord record) {
            super.record(record);
            if (record.kind() == RecordLayout.PUT
                && !record.isByEquality()
                && indexed.contains(record.address())) {
              checkPlace(state, record);
            }
          }
        });
    compare(indexed, log.live());
    compareCounts(superblock, indexed.count(), log);
    compareUsage(state, log);
  }

  /** Counts what is read. */
  private class Counting implements SegmentScan.Visitor {
    private final Consumer<Damage> onDamage;

    Counting(Consumer<Damage> onDamage) {
      this.onDamage = onDamage;
    }

    @Override
    public void record(LogRecord record) {
      records++;
      bytes += record.paddedLength();
    }

    @Override
    public void damaged(Damage found) {
      onDamage.accept(found);
    }

    @Override
    public void notZero(Damage found) {
      onDamage.accept(found);
    }
  }

  private List<LogSegment> segments(FileBytes file, ReadState state) {
    Superblock superblock = state.superblock();
    List<LogSegment> segments = new ArrayList<>();
    state
        .segments()
        .forEachLog(
            segment -> {
              if (segment.sequence() < superblock.oldestSequence()) {
                found(
                    FileLayout.fileOffset(segment.number()),
                    "segment "
                        + segment.number()
                        + ": its sequence "
                        + segment.sequence()
                        + " is below the oldest in use, "
                        + superblock.oldestSequence());
              }
              segments.add(LogSelection.withEnd(file, superblock, segment));
            });
    return segments;
  }

  private void checkPlace(ReadState state, LogRecord record) {
    long hash =
        Hashing.hash(
            state.superblock().hashSeed(), record.bytes(), record.keyFrom(), record.keyLength());
    if (!state.names(record.map(), hash, record.address())) {
      found(
          FileLayout.fileOffsetOf(record.address()),
          "the index names this record, but not where the hash of its key is looked for");
    }
  }

  private void compare(RecordSet indexed, RecordSet live) {
    tellMissing(indexed, live, "the index names this record, but the log has a newer one, or none");
    tellMissing(live, indexed, "this record is the newest of its key, but not in the index");
  }

  private void tellMissing(RecordSet those, RecordSet others, String what) {
    long address = those.firstNotIn(others, 0);
    while (address >= 0) {
      found(FileLayout.fileOffsetOf(address), what);
      address = those.firstNotIn(others, address + 1);
    }
  }

  private void compareCounts(Superblock superblock, long indexed, LogState log) {
    require(superblock.entries(), indexed, "entries in the index");
    CheckpointRecord last = log.lastCheckpoint();
    if (last == null) {
      found(0, "the log has no record of a checkpoint");
      return;
    }
    require(superblock.checkpoint(), last.number(), "number of the log's last checkpoint");
    require(superblock.entries(), last.entries(), "entries of the log's last checkpoint");
    require(superblock.timeMillis(), last.timeMillis(), "time of the log's last checkpoint");
    require(superblock.oldestSequence(), last.oldestSequence(), "oldest sequence in use");
  }

  private void require(long expected, long found, String what) {
    if (expected != found) {
      found(0, what + ": expected " + expected + " as in the superblock, found " + found);
    }
  }

  private void compareUsage(ReadState state, LogState log) {
    state.segments().forEachLog(segment -> compareUsage(segment, log.usage(segment.number())));
  }

  private void compareUsage(Segment segment, LogState.Usage usage) {
    Map<Integer, Long> live = segment.liveByMap();
    Map<Integer, Long> expected = new TreeMap<>(usage.liveByMap);
    expected.values().removeIf(bytes -> bytes == 0);
    if (!live.equals(expected) || segment.tombstoneBytes() != usage.tombstones) {
      found(
          FileLayout.fileOffset(segment.number()),
          "accounting of segment "
              + segment.number()
              + ": expected live bytes "
              + expected
              + ", tombstones "
              + usage.tombstones
              + ", found "
              + live
              + ", "
              + segment.tombstoneBytes());
    }
  }
}
