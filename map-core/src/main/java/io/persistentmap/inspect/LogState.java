package io.persistentmap.inspect;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.Hashing;
import io.persistentmap.store.CheckpointRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of a store from its log alone, as {@code docs/file-format.md} defines it: of each key
 * the record with the highest LSN counts. Segments are read by sequence, so that records come in
 * that order, and only removals that the cleaner has moved are out of place; they say of when they
 * are.
 *
 * <p>Where an index image is given, it decides about what is older than it: a record that it does
 * not name was replaced or removed, even if what replaced it can't be read any more.
 */
final class LogState {
  private record CatalogName(int kind, int number) {}

  /** Bytes of a segment that count, as the cleaner counts them. */
  static final class Usage {
    final Map<Integer, Long> liveByMap = new HashMap<>();
    long tombstones;

    void add(int map, long bytes) {
      liveByMap.merge(map, bytes, Long::sum);
    }
  }

  private final FileBytes file;
  private final long hashSeed;
  private final ImageSketch image;
  private final boolean keepRepeated;
  private long[] sequences = new long[0];
  private final Map<Integer, KeyTable> keys = new HashMap<>();
  private final RecordSet live = new RecordSet();
  private final Map<Integer, Usage> usage = new HashMap<>();
  private final Map<CatalogName, CatalogItem> catalog = new LinkedHashMap<>();
  private final Set<Integer> dropped = new HashSet<>();
  private @Nullable CheckpointRecord lastCheckpoint;
  private long records;
  private byte[] otherKey = new byte[RecordLayout.HEADER_BYTES];

  /**
   * Starts with nothing.
   *
   * @param hashSeed that of the store, if an image is given
   * @param keepRepeated whether nothing is missing, so that a key that is put anew, although it is
   *     there, is there twice
   */
  LogState(FileBytes file, long hashSeed, ImageSketch image, boolean keepRepeated) {
    this.keepRepeated = keepRepeated;
    this.file = file;
    this.hashSeed = hashSeed;
    this.image = image;
  }

  /**
   * Reads segments; called once.
   *
   * @param visitor is told of each record after it has been applied, and of damage
   */
  void read(Collection<LogSegment> segments, Progress progress, SegmentScan.Visitor visitor) {
    List<LogSegment> inOrder = new ArrayList<>(segments);
    inOrder.sort(Comparator.comparingLong(LogSegment::sequence));
    progress.begin(
        "reading " + file.path().getFileName(),
        inOrder.stream().mapToLong(LogSegment::bytes).sum());
    sequences = new long[1 + inOrder.stream().mapToInt(LogSegment::number).max().orElse(0)];
    SegmentScan scan = new SegmentScan(file);
    SegmentScan.Visitor applying =
        new SegmentScan.Visitor() {
          @Override
          public void record(LogRecord record) {
            records++;
            apply(record);
            visitor.record(record);
          }

          @Override
          public void damaged(Damage damage) {
            visitor.damaged(damage);
          }

          @Override
          public void notZero(Damage damage) {
            visitor.notZero(damage);
          }
        };
    for (LogSegment segment : inOrder) {
      sequences[segment.number()] = segment.sequence();
      scan.scan(segment, applying);
      progress.advance(segment.bytes());
    }
  }

  // ---- what was found --------------------------------------------------------------------------

  /** Returns the addresses of the records of all entries. */
  RecordSet live() {
    return live;
  }

  /** Returns the number of intact records. */
  long records() {
    return records;
  }

  /** Returns the maps and classes. */
  Collection<CatalogItem> catalog() {
    return catalog.values();
  }

  /** Says whether a map was dropped; the catalog may have another with its number. */
  boolean isDropped(int map) {
    return dropped.contains(map);
  }

  /** Returns the last checkpoint's record. */
  @Nullable CheckpointRecord lastCheckpoint() {
    return lastCheckpoint;
  }

  /** Returns what counts in a segment. */
  Usage usage(int segment) {
    return usage.computeIfAbsent(segment, number -> new Usage());
  }

  /** Returns the LSN of a record that was read. */
  long lsn(long address) {
    return FileLayout.lsn(sequences[FileLayout.segmentOf(address)], FileLayout.offsetOf(address));
  }

  // ---- records, in order -----------------------------------------------------------------------

  private void apply(LogRecord record) {
    switch (record.kind()) {
      case RecordLayout.PUT -> put(record, hash(record));
      case RecordLayout.REMOVE -> remove(record, hash(record));
      case RecordLayout.CLEAR -> clear(record, record.map());
      case RecordLayout.DROP -> {
        clear(record, record.number());
        forgetMap(record);
      }
      case RecordLayout.CHECKPOINT -> lastCheckpoint = CheckpointRecord.read(record.value());
      default -> item(record);
    }
  }

  private long hash(LogRecord record) {
    return Hashing.hash(hashSeed, record.bytes(), record.keyFrom(), record.keyLength());
  }

  private void put(LogRecord record, long hash) {
    if (isOvertaken(record, hash)) {
      return;
    }
    KeyTable table = table(record.map());
    long present = find(table, record, hash);
    if (present != 0 && !isRepeated(record)) {
      drop(table, record.map(), hash, present);
    }
    table.add(hash, record.address());
    live.add(record.address());
    usage(FileLayout.segmentOf(record.address())).add(record.map(), record.paddedLength());
  }

  /** Says whether the image, which is younger, has another record of the key, or none. */
  private boolean isOvertaken(LogRecord record, long hash) {
    boolean byEquality = record.isByEquality();
    return record.lsn() < image.exactBelow(record.map(), hash, byEquality)
        && !image.names(record.map(), hash, byEquality, record.address());
  }

  /** A class whose hashCode changes can have a map take an equal key for a new one. */
  private boolean isRepeated(LogRecord record) {
    return keepRepeated && record.isByEquality() && record.previous() == 0;
  }

  private void remove(LogRecord record, long hash) {
    usage(FileLayout.segmentOf(record.address())).tombstones += record.paddedLength();
    KeyTable table = table(record.map());
    long present = find(table, record, hash);
    if (present != 0 && lsn(present) < record.time()) {
      drop(table, record.map(), hash, present);
    }
  }

  private void clear(LogRecord record, int map) {
    usage(FileLayout.segmentOf(record.address())).tombstones += record.paddedLength();
    long time = record.time();
    table(map)
        .removeIf(
            address -> {
              boolean older = lsn(address) < time;
              if (older) {
                live.remove(address);
                forget(map, address);
              }
              return older;
            });
  }

  /** The description of a map that was dropped, unless it is of another one with its number. */
  private void forgetMap(LogRecord record) {
    CatalogName name = new CatalogName(RecordLayout.CATALOG, record.number());
    CatalogItem item = catalog.get(name);
    if (item != null && lsn(item.address) < record.time()) {
      catalog.remove(name);
      usage(FileLayout.segmentOf(item.address)).add(record.map(), -item.bytes);
    }
    dropped.add(record.number());
  }

  private void item(LogRecord record) {
    CatalogItem item =
        new CatalogItem(
            record.kind(),
            record.number(),
            record.value(),
            record.address(),
            record.paddedLength());
    CatalogItem before = catalog.put(new CatalogName(item.kind, item.number), item);
    if (before != null) {
      usage(FileLayout.segmentOf(before.address)).add(record.map(), -before.bytes);
    }
    usage(FileLayout.segmentOf(item.address)).add(record.map(), item.bytes);
  }

  // ---- keys ------------------------------------------------------------------------------------

  private KeyTable table(int map) {
    return keys.computeIfAbsent(map, number -> new KeyTable());
  }

  private long find(KeyTable table, LogRecord record, long hash) {
    long previous = RecordLayout.previousAddress(record.previous());
    long replaced = previous == 0 ? 0 : table.find(hash, address -> address == previous);
    return replaced != 0 ? replaced : table.find(hash, address -> hasKey(address, record));
  }

  private boolean hasKey(long address, LogRecord record) {
    int length = RecordLayout.HEADER_BYTES + record.keyLength();
    if (otherKey.length < length) {
      otherKey = new byte[length];
    }
    file.read(FileLayout.fileOffsetOf(address), otherKey, 0, length);
    return RecordLayout.keyLength(otherKey, 0) == record.keyLength()
        && Arrays.equals(
            otherKey,
            RecordLayout.HEADER_BYTES,
            length,
            record.bytes(),
            record.keyFrom(),
            record.keyFrom() + record.keyLength());
  }

  private void drop(KeyTable table, int map, long hash, long address) {
    table.remove(hash, address);
    live.remove(address);
    forget(map, address);
  }

  private void forget(int map, long address) {
    byte[] header = file.read(FileLayout.fileOffsetOf(address), RecordLayout.HEADER_BYTES);
    long bytes = FileLayout.align8(RecordLayout.length(header, 0));
    usage(FileLayout.segmentOf(address)).add(map, -bytes);
  }
}
