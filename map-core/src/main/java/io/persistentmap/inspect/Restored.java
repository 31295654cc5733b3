package io.persistentmap.inspect;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What a restoration did, or would do.
 *
 * @param file the hash file
 * @param source the file that has the state
 * @param checkpoint number of the checkpoint
 * @param time when that was taken
 * @param entries its entries
 * @param kept files that the store had before, under the names that they have now
 */
public record Restored(
    Path file, Path source, long checkpoint, Instant time, long entries, List<Path> kept) {
  /** Copies the list. */
  public Restored {
    kept = List.copyOf(kept);
  }
}
