package io.persistentmap.inspect;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.log.Log;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the segments of the log in a file whose superblocks or image may be gone: by their headers,
 * and where a header is damaged by whatever else names the segment's sequence (its own link, the
 * link of the one before, the image, a superblock, or the checksums of its records).
 */
final class SegmentSurvey {
  private final FileBytes file;
  private final @Nullable SegmentHeader[] headers;
  private final boolean[] inside;
  private final int salt;
  private final Map<Integer, Set<Long>> hints = new HashMap<>();
  private final List<LogSegment> log = new ArrayList<>();
  private final DamageList damage;

  /**
   * Looks at all headers.
   *
   * @param known the store's UUID, or null to take the one that most segments have
   */
  SegmentSurvey(FileBytes file, @Nullable UUID known, DamageList damage) {
    this.file = file;
    this.damage = damage;
    this.headers = new @Nullable SegmentHeader[file.segments()];
    this.inside = new boolean[headers.length];
    for (int number = 0; number < headers.length; number++) {
      headers[number] =
          SegmentHeader.decode(file.read(SegmentHeader.fileOffset(number), SegmentHeader.BYTES));
    }
    UUID store = known != null ? known : mostFrequentStore();
    this.salt = store != null ? Checksum.salt(store) : SaltGuess.of(file);
    leaveOutForeign(store);
    leaveOutInsides();
  }

  private @Nullable UUID mostFrequentStore() {
    Map<UUID, Integer> counts = new HashMap<>();
    for (SegmentHeader header : headers) {
      if (header != null) {
        counts.merge(header.store(), 1, Integer::sum);
      }
    }
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  private void leaveOutForeign(@Nullable UUID store) {
    for (int number = 0; number < headers.length; number++) {
      SegmentHeader header = headers[number];
      if (header != null && !header.store().equals(store)) {
        headers[number] = null;
      }
    }
  }

  /** What is inside of a run has no header, unless the run is over and its parts are used again. */
  private void leaveOutInsides() {
    for (int number = 0; number < headers.length; number++) {
      SegmentHeader header = headers[number];
      if (header != null && !inside[number]) {
        int end = (int) Math.min(headers.length, (long) number + header.run());
        boolean over = false;
        for (int part = number + 1; part < end; part++) {
          SegmentHeader other = headers[part];
          over |= other != null && other.sequence() > header.sequence();
        }
        for (int part = number + 1; part < end && !over; part++) {
          inside[part] = true;
        }
        if (over) {
          headers[number] = null;
          inside[number] = true; // what is left of it is no record
        }
      }
    }
  }

  /** Says that something names a segment's sequence. */
  void hint(int number, long sequence) {
    if (number >= 0 && number < headers.length) {
      hints.computeIfAbsent(number, any -> new HashSet<>()).add(sequence);
    }
  }

  /** Says that something names the sequence of a place in the log. */
  void hint(LogPosition position) {
    hint(position.segment(), position.sequence());
  }

  /**
   * Returns the segments of the log, in order of number.
   *
   * @param images numbers of segments that are known to be of the image
   */
  List<LogSegment> find(Collection<Integer> images) {
    for (int number = 0; number < headers.length; number++) {
      SegmentHeader header = headers[number];
      if (header != null && header.kind() == SegmentHeader.LOG && !inside[number]) {
        log.add(withEnd(number, header.run(), header.sequence()));
      }
    }
    List<Integer> headerless =
        IntStream.range(0, headers.length)
            .filter(number -> headers[number] == null && !inside[number])
            .filter(number -> !images.contains(number))
            .filter(number -> !isEmpty(number)) // a hole, or never used
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    while (headerless.removeIf(this::isInsideOrFound)) {
      // What was found may have a link that names one before.
    }
    return log;
  }

  private boolean isEmpty(int number) {
    return new SegmentScan(file).isEmpty(LogSegment.ofUnknown(number, 0));
  }

  private boolean isInsideOrFound(int number) {
    LogSegment found = inside[number] ? null : findHeaderless(number);
    if (found != null) {
      log.add(found);
    }
    return inside[number] || found != null;
  }

  private LogSegment withEnd(int number, int run, long sequence) {
    LogSegment segment = LogSegment.of(file, salt, number, run, sequence);
    LogSegment.Name next = segment.next();
    if (next != null) {
      hint(next.number(), next.sequence());
    }
    return segment;
  }

  // ---- without a header ------------------------------------------------------------------------

  private @Nullable LogSegment findHeaderless(int number) {
    SegmentScan scan = new SegmentScan(file);
    SegmentLink own = LogSegment.linkOf(file, salt, number, 1);
    if (own != null) {
      hint(number, own.sequence());
    }
    for (long sequence : hints.getOrDefault(number, Set.of())) {
      LogSegment candidate = withEnd(number, runOf(number, sequence), sequence);
      if (scan.hasRecords(candidate)) {
        return found(candidate);
      }
    }
    OptionalInt mask = scan.guessMask(LogSegment.ofUnknown(number, 0));
    OptionalLong guess =
        mask.isPresent() ? SegmentScan.sequenceOf(mask.getAsInt(), salt) : OptionalLong.empty();
    return guess.isPresent()
        ? found(withEnd(number, runOf(number, guess.getAsLong()), guess.getAsLong()))
        : null;
  }

  private LogSegment found(LogSegment segment) {
    for (int part = segment.number() + 1; part < segment.number() + segment.run(); part++) {
      inside[part] = true;
    }
    damage.add(
        Damage.of(
            file.path(),
            FileLayout.fileOffset(segment.number()),
            "segment "
                + segment.number()
                + ": its header is damaged; its records are of sequence "
                + segment.sequence()));
    return segment;
  }

  /** A run ends with the link that has its sequence; else its one record tells its length. */
  private int runOf(int number, long sequence) {
    int run = 1;
    while (number + run <= headers.length && (run == 1 || headers[number + run - 1] == null)) {
      SegmentLink link = LogSegment.linkOf(file, salt, number, run);
      if (link != null && link.sequence() == sequence) {
        return run;
      }
      run++;
    }
    byte[] record =
        file.read(FileLayout.fileOffset(number) + SegmentHeader.END, RecordLayout.HEADER_BYTES);
    int byRecord = Log.runOf(FileLayout.align8(RecordLayout.length(record, 0)));
    return number + byRecord <= headers.length ? byRecord : 1;
  }
}
