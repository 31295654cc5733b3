package io.persistentmap.log;

import io.persistentmap.PersistentMapException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The read-only mapping of the hash file, in windows far larger than the file, which grows under
 * them. Where a mapping can't exceed the file, or address space is short, windows are smaller.
 */
public final class SegmentMapping {
  private static final int LARGEST_WINDOW_BITS = 36;

  private final DataFile file;

  /** Guarded by this. */
  private final Map<Long, Memory> windows = new HashMap<>();

  /** Guarded by this: binary logarithm of the bytes of a window. */
  private int windowBits;

  /** Guarded by this: whether garbage was collected to get address space back. */
  private boolean collected;

  /** Maps nothing yet. */
  public SegmentMapping(DataFile file) {
    this.file = file;
    this.windowBits = file.mapsBeyondEnd() ? LARGEST_WINDOW_BITS : 0;
  }

  /** Returns the bytes of a segment that is in the file, as a new object. */
  public synchronized Memory slice(int segment, int run) {
    long length = (long) run * FileLayout.SEGMENT_BYTES;
    long position = FileLayout.fileOffset(segment);
    if (windowBits == 0) {
      return mapWithinFile(position, length);
    }
    long window = position >>> windowBits;
    if ((position + length - 1) >>> windowBits != window) {
      return file.map(position, length);
    }
    Memory memory = windows.get(window);
    if (memory == null) {
      memory = mapWindow(window);
      if (memory == null) {
        return slice(segment, run);
      }
      windows.put(window, memory);
    }
    return memory.slice(position - (window << windowBits), length);
  }

  /** The last segment may not have its full length in the file yet. */
  private Memory mapWithinFile(long position, long length) {
    return file.map(position, Math.max(0, Math.min(length, file.size() - position)));
  }

  /**
   * Returns null when there is not that much address space: first, if mappings of closed maps may
   * take it, that are unreachable but not collected; then with a window half as large.
   */
  private @Nullable Memory mapWindow(long window) {
    try {
      return file.map(window << windowBits, 1L << windowBits);
    } catch (PersistentMapException e) {
      if (!collected) {
        collected = true;
        OffHeapMemory.collectUnreachable();
        return null;
      }
      if (windowBits <= FileLayout.SEGMENT_BITS) {
        windowBits = LARGEST_WINDOW_BITS; // whoever tries again may find more
        collected = false;
        throw e;
      }
      windowBits--;
      windows.clear();
      return null;
    }
  }
}
