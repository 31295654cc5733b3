package io.persistentmap.index;

import io.persistentmap.UnstorableException;
import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Segment;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gives the keys about which equality decides their places in an index, when the file has been
 * read: each record is read once, its key decoded, and its {@code hashCode} of this process asked.
 * On several cores, if there are many.
 *
 * <p>A key that can't be decoded, or whose {@code hashCode} fails, is placed by its bytes: nothing
 * can look it up, but its entry is there, counted, and kept by whatever happens to the map.
 */
public final class KeyPlacement {
  /** Keys that are worth more than one thread. */
  private static final long MANY_KEYS = 10_000;

  /** Records in a segment that make it worth reading at once, rather than page by page. */
  private static final int MANY_IN_SEGMENT = 64;

  private final HashIndex index;
  private final SegmentTable segments;
  private final DataFile file;
  private final KeyDecoder keys;
  private final int salt;
  private final long seed;
  private final ConcurrentLinkedQueue<Memory> buffers = new ConcurrentLinkedQueue<>();
  private final AtomicLong unreadable = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> firstReason = new AtomicReference<>();

  /** Places keys in an index that nobody else can see yet. */
  public KeyPlacement(
      HashIndex index, SegmentTable segments, DataFile file, KeyDecoder keys, int salt, long seed) {
    this.index = index;
    this.segments = segments;
    this.file = file;
    this.keys = keys;
    this.salt = salt;
    this.seed = seed;
  }

  /**
   * Places all keys that a replay has found.
   *
   * @throws io.persistentmap.CorruptFileException if a record is damaged
   */
  public void run(IndexReplay replay) {
    AddressSet addresses = replay.addresses();
    IntStream parts = IntStream.range(0, AddressSet.PARTS);
    if (addresses.count() >= MANY_KEYS) {
      parts = parts.parallel();
    }
    parts.forEach(part -> place(addresses.take(part)));
  }

  /** Returns what a careful person would want to know, or null. */
  public @Nullable String remark() {
    Throwable reason = firstReason.get();
    return reason == null
        ? null
        : unreadable + " keys can't be read, and are kept as they are; one of them: " + reason;
  }

  /** Places the records of some segments, which ascend. */
  private void place(long[] addresses) {
    Operation operation = new Operation();
    int from = 0;
    while (from < addresses.length) {
      int number = FileLayout.segmentOf(addresses[from]);
      int to = from + 1;
      while (to < addresses.length && FileLayout.segmentOf(addresses[to]) == number) {
        to++;
      }
      Segment segment = segments.get(number);
      Memory base = segment == null ? null : segment.base();
      if (segment == null || base == null) {
        throw noPut(addresses[from]);
      }
      if (to - from >= MANY_IN_SEGMENT) {
        placeAtOnce(operation, segment, base, addresses, from, to);
      } else {
        place(operation, segment, base, base.size(), addresses, from, to);
      }
      from = to;
    }
  }

  private void placeAtOnce(
      Operation operation, Segment segment, Memory base, long[] addresses, int from, int to) {
    Memory pooled = buffers.poll();
    Memory buffer = pooled != null ? pooled : OffHeapMemory.allocate(FileLayout.SEGMENT_BYTES);
    long length = Math.min(base.size(), FileLayout.SEGMENT_BYTES);
    long read = file.read(FileLayout.fileOffset(segment.number()), buffer, 0, length);
    place(operation, segment, buffer, read, addresses, from, to);
    buffers.add(buffer);
  }

  private void place(
      Operation operation,
      Segment segment,
      Memory bytes,
      long end,
      long[] addresses,
      int from,
      int to) {
    int mask = Checksum.mask(salt, segment.sequence());
    for (int i = from; i < to; i++) {
      long address = addresses[i];
      int length = operation.load(bytes, FileLayout.offsetOf(address), end, mask);
      if (length < 0 || !isPutByEquality(operation.found(), length)) {
        throw noPut(address);
      }
      insert(hash(operation.found()), address);
    }
  }

  private boolean isPutByEquality(byte[] record, int length) {
    return RecordLayout.kind(record, 0) == RecordLayout.PUT
        && RecordLayout.map(record, 0) == index.map()
        && (RecordLayout.flags(record, 0) & RecordLayout.BY_EQUALITY) != 0
        && RecordLayout.keyLength(record, 0) <= length - RecordLayout.HEADER_BYTES;
  }

  private long hash(byte[] record) {
    int length = (int) RecordLayout.keyLength(record, 0);
    int from = RecordLayout.HEADER_BYTES;
    try {
      return Hashing.ofHashCode(seed, keys.decode(record, from, from + length).hashCode());
    } catch (UnstorableException e) {
      note(e);
    } catch (RuntimeException | LinkageError | StackOverflowError e) { // of hashCode
      note(e);
    }
    return Hashing.hash(seed, record, from, length);
  }

  private void note(Throwable reason) {
    unreadable.incrementAndGet();
    firstReason.compareAndSet(null, reason);
  }

  private void insert(long hash, long address) {
    Shard shard = index.shardOf(true, hash);
    shard.lock();
    try {
      shard.reserve();
      shard.insert(SlotTable.slot(Hashing.tag(hash), address));
    } finally {
      shard.unlock();
    }
  }

  private RuntimeException noPut(long address) {
    return index.lookup().damagedAt(address, "the put of a key about which equality decides");
  }
}
