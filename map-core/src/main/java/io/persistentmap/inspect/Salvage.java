package io.persistentmap.inspect;

import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.Hashing;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.serializer.Codec;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads all that can be read of a broken file into a new store.
 *
 * <p>It needs neither superblock nor image: the segments' sequences and the records' checksums
 * suffice. It takes the entries of one checkpoint, the file's last, each with the newest value that
 * can be read, and never what is known to have been replaced or removed. If a damaged record may
 * have been the newer one of an entry, the entry is saved, and counted as doubtful.
 */
public final class Salvage {
  private static final String OBJECT = Object.class.getName();

  /** The number of the map that a store with one map has. */
  private static final int FIRST_MAP = 1;

  private final FileSystem files;
  private final StoreFile source;
  private final FileBytes file;
  private final @Nullable Path classesFrom;
  private final Progress progress;
  private final List<String> remarks = new ArrayList<>();
  private final Set<Integer> classes = new HashSet<>();
  private final Set<Integer> described = new HashSet<>();
  private long saved;
  private long doubtful;
  private long unreadable;

  private Salvage(
      FileSystem files,
      StoreFile source,
      FileBytes file,
      @Nullable Path classesFrom,
      Progress progress) {
    this.classesFrom = classesFrom;
    this.files = files;
    this.source = source;
    this.file = file;
    this.progress = progress;
  }

  /**
   * Saves what can be saved. Reads the broken file twice, and changes nothing in it; needs 20 bytes
   * of memory an entry.
   *
   * @param source the broken file: a hash file or a snapshot
   * @param target the new store; there must be none
   * @param classesFrom another file of the same store, for descriptions of classes that the broken
   *     one has lost; or null
   * @return what was saved and what was not
   * @throws FileAccessException if the source can't be read, or there is a target already
   * @throws io.persistentmap.NotAHashFileException if nothing in the file is of a store
   * @throws io.persistentmap.UnsupportedFormatException if it is of another format version
   * @throws PersistentMapException if the new store can't be written
   */
  public static Salvaged run(
      FileSystem files, Path source, Path target, @Nullable Path classesFrom, Progress progress) {
    NewFile.requireNoStore(StoreFiles.of(target));
    StoreFile found = StoreFile.read(files, source);
    if (!found.exists()) {
      throw StoreFiles.missing(source);
    }
    // What the device can't read is zeros, and so no record, which is told.
    try (FileBytes file = FileBytes.open(files, source, unreadable -> {})) {
      return new Salvage(files, found, file, classesFrom, progress).run(target);
    }
  }

  private Salvaged run(Path target) {
    LogReading reading = read();
    try (NewStore store = NewStore.create(files, target)) {
      describe(reading, store);
      copy(reading, store);
      FileCheck unused = store.finish(progress);
    }
    if (reading.isPerhapsOvertaken()) {
      remarks.add(
          "the log went on after checkpoint "
              + reading.checkpoint()
              + ", and perhaps to a newer checkpoint, whose record is lost: all entries are as of"
              + " that checkpoint, and may have been replaced or removed since");
    }
    if (unreadable > 0) {
      remarks.add(
          unreadable
              + " entries are of classes whose descriptions are lost: they are kept, and can be read"
              + " once an older file of the same store gives the descriptions");
    }
    return new Salvaged(
        source.path(),
        target,
        reading.checkpoint(),
        reading.expected(),
        saved,
        doubtful,
        unreadable,
        reading.selection().isExact(),
        reading.damage().count(),
        reading.damage().kept(),
        remarks);
  }

  // ---- which checkpoint ------------------------------------------------------------------------

  private LogReading read() {
    Superblock superblock = source.newest();
    PersistentMapException problem = source.problem();
    if (problem == null) {
      return LogReading.ofSuperblock(file, source.superblock(), progress);
    }
    remarks.add(String.valueOf(problem.getMessage()));
    remarks.add(
        "no superblock tells the last checkpoint; what was taken is the last that was found");
    LogReading last = LogReading.ofLastCheckpoint(file, superblock, progress);
    if (superblock == null) {
      if (last == null) {
        throw problem;
      }
      if (last.checkpoint() == 0) {
        remarks.add("no checkpoint was found; what was saved may never have been covered by one");
      }
      return last;
    }
    return last != null && isWholeBehind(superblock, last)
        ? last
        : LogReading.ofOlderSuperblock(file, superblock, progress);
  }

  /** A checkpoint that was being made when it happened counts only if it is whole. */
  private boolean isWholeBehind(Superblock superblock, LogReading last) {
    boolean whole = last.damagedBelow() <= superblock.tail().lsn();
    remarks.add(
        whole
            ? "checkpoint " + last.checkpoint() + " was found in the log alone, and is newer"
            : "the log has a record of checkpoint "
                + last.checkpoint()
                + ", but not all that it covers; so the one before was taken");
    return whole;
  }

  // ---- copying ---------------------------------------------------------------------------------

  /** Maps and classes; what the log has lost may be in the image, or in another file. */
  private void describe(LogReading reading, NewStore store) {
    Set<Integer> maps = new HashSet<>();
    List<CatalogItem> items = new ArrayList<>(reading.state().catalog());
    items.addAll(reading.selection().image().catalog());
    items.addAll(otherClasses());
    items.removeIf(item -> isGone(item, reading));
    for (CatalogItem item : items) {
      boolean isMap = item.kind == RecordLayout.CATALOG;
      if (isMap ? maps.add(item.number) : classes.add(item.number)) {
        store.describe(item.kind, item.number, item.description);
      }
    }
    if (maps.isEmpty()) {
      maps.add(FIRST_MAP);
      store.describeMap(FIRST_MAP, OBJECT, OBJECT, "");
      remarks.add("the types of keys and values are lost; the new store takes any");
    }
    described.addAll(maps);
  }

  /** An image is older than the log that tells of a drop. */
  private static boolean isGone(CatalogItem item, LogReading reading) {
    return item.kind == RecordLayout.CATALOG
        && item.address == 0
        && reading.state().isDropped(item.number);
  }

  /** Entries may be left of a map whose description is lost. */
  private void requireMap(int map, NewStore store) {
    if (described.add(map)) {
      String name = "lost map " + map;
      store.describeMap(map, OBJECT, OBJECT, name);
      remarks.add(
          "name and types of map "
              + map
              + " are lost; it is called \""
              + name
              + "\", and takes any");
    }
  }

  private List<CatalogItem> otherClasses() {
    Path other = classesFrom;
    if (other == null) {
      return List.of();
    }
    StoreFile found = StoreFile.read(files, other);
    Superblock superblock = found.newest();
    PersistentMapException problem = found.problem();
    if (superblock == null) {
      throw problem != null ? problem : StoreFiles.missing(other);
    }
    Superblock own = source.newest();
    if (own != null && !own.store().equals(superblock.store())) {
      throw new RecoveryRefusedException(
          other + ": is of another store, so its classes have other numbers; choose another file");
    }
    // It may be broken, too, and descriptions are all that is wanted.
    try (FileBytes bytes = FileBytes.open(files, other, unreadable -> {})) {
      LogReading reading = LogReading.ofSuperblock(bytes, superblock, progress);
      List<CatalogItem> items = new ArrayList<>(reading.state().catalog());
      items.addAll(reading.selection().image().catalog());
      return items;
    }
  }

  private void copy(LogReading reading, NewStore store) {
    SegmentScan scan = new SegmentScan(file);
    List<LogSegment> segments = reading.selection().segments();
    progress.begin("copying the entries", segments.stream().mapToLong(LogSegment::bytes).sum());
    SegmentScan.Visitor copying =
        new SegmentScan.Visitor() {
          @Override
          public void record(LogRecord record) {
            if (reading.state().live().contains(record.address())) {
              copy(record, reading, store);
            }
          }

          @Override
          public void damaged(Damage damage) {
            // Known from the first reading.
          }
        };
    for (LogSegment segment : segments) {
      scan.scan(segment, copying);
      progress.advance(segment.bytes());
    }
  }

  private void copy(LogRecord record, LogReading reading, NewStore store) {
    requireMap(record.map(), store);
    store.add(
        record.map(),
        record.isByEquality(),
        record.bytes(),
        record.keyFrom(),
        record.keyLength(),
        record.valueLength());
    saved++;
    if (isOfLostClass(record, 0) || isOfLostClass(record, record.keyLength())) {
      unreadable++;
    }
    if (isDoubtful(record, reading)) {
      doubtful++;
    }
  }

  private boolean isOfLostClass(LogRecord record, int offset) {
    int from = record.keyFrom() + offset;
    int number =
        Codec.classNumberOf(
            record.bytes(), from, record.keyFrom() + record.keyLength() + record.valueLength());
    return number > 0 && !classes.contains(number);
  }

  /** The image vouches for its entries up to where it ends. */
  private boolean isDoubtful(LogRecord record, LogReading reading) {
    Superblock superblock = source.newest();
    long certainUpTo = record.lsn();
    if (superblock != null) {
      long hash =
          Hashing.hash(superblock.hashSeed(), record.bytes(), record.keyFrom(), record.keyLength());
      certainUpTo =
          Math.max(
              certainUpTo,
              reading.selection().image().exactBelow(record.map(), hash, record.isByEquality()));
    }
    return reading.doubtLsn() > certainUpTo;
  }
}
