package io.persistentmap.store;

import io.persistentmap.format.LogPosition;
import io.persistentmap.format.Superblock;
import java.util.List;

/**
 * An index image in the file.
 *
 * @param segment number of its first segment
 * @param sequence that segment's sequence
 * @param replayStart where replay starts after it
 * @param segments numbers of all its segments
 */
record Image(int segment, long sequence, LogPosition replayStart, List<Integer> segments) {
  /** Returns the image of a file that has none: replay starts with the first record ever. */
  static Image none(LogPosition start) {
    return new Image(Superblock.NO_IMAGE, 0, start, List.of());
  }
}
