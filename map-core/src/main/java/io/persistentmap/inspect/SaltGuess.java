package io.persistentmap.inspect;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.log.Log;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Finds the salt of the checks in a file of which no superblock and no header is left to name the
 * store: by links, each of which tells both its sequence and what its check was masked with, and
 * which are believed if there are records with the same salt. Where no link is left either, records
 * tell the mask of their segment, and the last checkpoint among them the lowest sequence that the
 * segment may have.
 */
final class SaltGuess {
  private SaltGuess() {}

  /** Returns the salt, or 0 if nothing tells it; then no record of the file is believed. */
  static int of(FileBytes file) {
    SegmentScan scan = new SegmentScan(file);
    return linkedSegments(file).entrySet().stream()
        .sorted((one, other) -> other.getValue().size() - one.getValue().size())
        .filter(candidate -> candidate.getValue().stream().anyMatch(scan::hasRecords))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseGet(() -> byRecords(file, scan));
  }

  /** What seem to be links may be bytes of a value. */
  private static Map<Integer, List<LogSegment>> linkedSegments(FileBytes file) {
    Map<Integer, List<LogSegment>> bySalt = new HashMap<>();
    for (int number = 0; number < file.segments(); number++) {
      byte[] bytes = LogSegment.linkBytes(file, number, 1);
      SegmentLink link = SegmentLink.decodeOfAnyStore(bytes);
      if (link != null) {
        int salt = SegmentLink.saltOf(bytes);
        bySalt
            .computeIfAbsent(salt, any -> new ArrayList<>())
            .add(LogSegment.of(file, salt, number, 1, link.sequence()));
      }
    }
    return bySalt;
  }

  private static int byRecords(FileBytes file, SegmentScan scan) {
    for (int number = 0; number < file.segments(); number++) {
      OptionalInt mask = scan.guessMask(LogSegment.ofUnknown(number, 0));
      if (mask.isPresent()) {
        LogSelection.Found checkpoint =
            LogSelection.lastCheckpoint(file, LogSegment.ofUnknown(number, mask.getAsInt()));
        long sequence =
            checkpoint == null ? Log.START.sequence() : checkpoint.record().oldestSequence();
        return mask.getAsInt() ^ Checksum.mask(0, sequence);
      }
    }
    return 0;
  }
}
