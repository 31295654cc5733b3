package io.persistentmap;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How a map came to be when it was opened.
 *
 * @param source what it was read from
 * @param checkpoint number of the checkpoint whose state it has; 0 is the empty map
 * @param time when that checkpoint was taken
 * @param replayedBytes bytes of log that were replayed, since the index image did not cover them
 * @param duration how long opening took
 * @param remarks what was found that a careful person would want to know, for example a damaged
 *     snapshot that was not needed
 */
public record Recovery(
    Source source,
    long checkpoint,
    Instant time,
    long replayedBytes,
    Duration duration,
    List<String> remarks) {

  /** What a map was read from. */
  public enum Source {
    /** There was none: a new, empty one was created. */
    CREATED,
    /** The hash file, which had been closed. */
    CLOSED_FILE,
    /** The hash file of a crashed process, as of its newest superblock. */
    IN_PLACE,
    /** The snapshot with an even number. */
    EVEN_SNAPSHOT,
    /** The snapshot with an odd number. */
    ODD_SNAPSHOT
  }

  /** Copies the list. */
  public Recovery {
    remarks = List.copyOf(remarks);
  }

  /** Says whether a process had ended without closing the map. */
  public boolean wasCrash() {
    return source != Source.CREATED && source != Source.CLOSED_FILE;
  }
}
