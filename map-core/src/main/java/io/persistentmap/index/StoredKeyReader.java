package io.persistentmap.index;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Segment;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of keys about which equality decides, checks them, and copies the keys' bytes.
 * It knows nothing of what they mean: so it may run in a thread of ours. Not thread-safe.
 */
final class StoredKeyReader {
  /** Records in a segment that make it worth reading at once, rather than page by page. */
  private static final int MANY_IN_SEGMENT = 64;

  private static final int INITIAL_KEY_BYTES = 32;

  private final HashIndex index;
  private final SegmentTable segments;
  private final DataFile file;
  private final int salt;
  private final Operation operation = new Operation();
  private @Nullable Memory buffer;

  /** The keys of some records of one segment, one after the other. */
  static final class Keys {
    private final long[] addresses;
    private final int[] ends;
    private byte[] bytes;
    private int count;

    private Keys(int most) {
      addresses = new long[most];
      ends = new int[most];
      bytes = new byte[most * INITIAL_KEY_BYTES];
    }

    private void add(long address, byte[] record) {
      int length = (int) RecordLayout.keyLength(record, 0);
      int from = from(count);
      int to = Math.addExact(from, length);
      if (to > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(to, (int) Math.min(bytes.length * 2L, 1L << 30)));
      }
      System.arraycopy(record, RecordLayout.HEADER_BYTES, bytes, from, length);
      addresses[count] = address;
      ends[count] = to;
      count++;
    }

    int count() {
      return count;
    }

    byte[] bytes() {
      return bytes;
    }

    long address(int number) {
      return addresses[number];
    }

    int from(int number) {
      return number == 0 ? 0 : ends[number - 1];
    }

    int to(int number) {
      return ends[number];
    }
  }

  StoredKeyReader(HashIndex index, SegmentTable segments, DataFile file, int salt) {
    this.index = index;
    this.segments = segments;
    this.file = file;
    this.salt = salt;
  }

  /**
   * Reads the records of addresses, which ascend, so in the order of the file.
   *
   * @throws io.persistentmap.CorruptFileException if a record is damaged
   */
  void read(long[] addresses, Consumer<Keys> sink) {
    int from = 0;
    while (from < addresses.length) {
      int number = FileLayout.segmentOf(addresses[from]);
      int to = from + 1;
      while (to < addresses.length && FileLayout.segmentOf(addresses[to]) == number) {
        to++;
      }
      sink.accept(readSegment(segments.get(number), addresses, from, to));
      from = to;
    }
  }

  private Keys readSegment(@Nullable Segment segment, long[] addresses, int from, int to) {
    Memory base = segment == null ? null : segment.base();
    if (segment == null || base == null) {
      throw noPut(addresses[from]);
    }
    boolean written = segment.sequence() < index.log().firstUnwrittenSequence();
    if (to - from < MANY_IN_SEGMENT || !written) { // what is moved meanwhile is in memory first
      return read(segment, base, base.size(), addresses, from, to);
    }
    Memory whole = buffer;
    if (whole == null) {
      whole = OffHeapMemory.allocate(FileLayout.SEGMENT_BYTES);
      buffer = whole;
    }
    long length = Math.min(base.size(), FileLayout.SEGMENT_BYTES);
    long read = file.read(FileLayout.fileOffset(segment.number()), whole, 0, length);
    return read(segment, whole, read, addresses, from, to);
  }

  private Keys read(Segment segment, Memory bytes, long end, long[] addresses, int from, int to) {
    int mask = Checksum.mask(salt, segment.sequence());
    Keys keys = new Keys(to - from);
    for (int i = from; i < to; i++) {
      long address = addresses[i];
      int length = operation.load(bytes, FileLayout.offsetOf(address), end, mask);
      if (length < 0 || !isPutByEquality(operation.found(), length)) {
        throw noPut(address);
      }
      keys.add(address, operation.found());
    }
    return keys;
  }

  private boolean isPutByEquality(byte[] record, int length) {
    return RecordLayout.kind(record, 0) == RecordLayout.PUT
        && RecordLayout.map(record, 0) == index.map()
        && (RecordLayout.flags(record, 0) & RecordLayout.BY_EQUALITY) != 0
        && RecordLayout.keyLength(record, 0) <= length - RecordLayout.HEADER_BYTES;
  }

  private RuntimeException noPut(long address) {
    return index.lookup().damagedAt(address, "the put of a key about which equality decides");
  }
}
