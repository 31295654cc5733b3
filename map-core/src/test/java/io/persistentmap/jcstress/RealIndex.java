package io.persistentmap.jcstress;

import io.persistentmap.CorruptFileException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.OffHeapMemory;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An index and a log on memory off the heap and a mapped file. Each key has a value that no other
 * key ever has. There is room for one record in each segment.
 */
final class RealIndex {
  /** What {@link #read} gives if there is no entry. */
  static final int ABSENT = 0;

  /** What {@link #read} gives if the record is damaged. */
  static final int DAMAGED = -1;

  /** How many keys there are at first; one more makes the table grow. */
  static final int FILLED = IndexMap.FILLED;

  /** Behind the gap. */
  private static final int SMALL_TAIL_BYTES = FileLayout.BLOCK_BYTES;

  private static final int LARGE_TAIL_BYTES = 8 * FileLayout.BLOCK_BYTES;

  private static final AtomicInteger made = new AtomicInteger();

  final IndexMap map;

  private RealIndex(IndexMap.Fault fault, int tailBytes) {
    FileSystem files = FileSystem.ofPlatform();
    Path path = Maps.directory().resolve("index" + made.incrementAndGet());
    map =
        new IndexMap(
            files.create(path),
            size -> OffHeapMemory.allocate(SegmentHeader.OFFSET + tailBytes),
            OffHeapMemory::allocate,
            fault,
            tailBytes / 4 * 3); // so that one record fits
    files.delete(path); // nobody else opens it, and a fork that is killed leaves nothing
    map.flush();
    map.takeBuffers(FILLED - 2); // one for the tail, and one that is used again at once
    fill();
  }

  /** Makes one whose records are copied at once. */
  static RealIndex ofSmallRecords(IndexMap.Fault fault) {
    return new RealIndex(fault, SMALL_TAIL_BYTES);
  }

  /** Makes one whose records take longer to copy than a buffer to be used again. */
  static RealIndex ofLargeRecords(IndexMap.Fault fault) {
    return new RealIndex(fault, LARGE_TAIL_BYTES);
  }

  /** Returns the first value of a key. */
  static int first(int key) {
    return 10 * (key + 1);
  }

  /**
   * Gives all keys that were there at first their first value. That of the last one is in the tail
   * then, the one before in a buffer that is full and not in the file, and there is no third.
   */
  void fill() {
    for (int key = 0; key < FILLED; key++) {
      map.flush();
      put(key, first(key));
    }
  }

  /** Removes all, and makes the table as small as it was. */
  void refill() {
    map.clear(() -> {});
    fill();
  }

  void put(int key, int value) {
    Integer unused = map.put(key, value, When.ALWAYS);
  }

  int read(int key) {
    try {
      Integer value = map.get(key);
      return value == null ? ABSENT : value;
    } catch (CorruptFileException e) {
      return DAMAGED;
    }
  }

  /** Reads until the other actor has ended, and returns the first other value, or the value. */
  int readUntilOver(Meeting meeting, int key) {
    int value = read(key);
    for (int looks = 0; value == first(key) && !meeting.isOver(looks); looks++) {
      value = read(key);
    }
    return value;
  }
}
