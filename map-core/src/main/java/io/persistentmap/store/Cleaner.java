package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.Hashing;
import io.persistentmap.index.Operation;
import io.persistentmap.index.Relocation;
import io.persistentmap.index.SegmentSlots;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.Segment;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.Memory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The cleaner: it moves what is live in mostly dead segments to the tail, so that they can be used
 * again.
 *
 * <p>It chooses the segment with the best ratio of benefit to cost, {@code (1 - u) * age / (1 + u)}
 * with utilisation u, as RAMCloud's cleaner does (Rumble, Kejriwal, Ousterhout, "Log-structured
 * Memory for DRAM-based Storage", 2014), and only while more than a third of the log is garbage: so
 * for each byte that it frees it moves at most two. Runs in the store's maintenance thread.
 *
 * <p>The invariant: a record is moved under its shard's lock, and only if the index still names it.
 * Keys about which equality decides are found by address, so no user code runs here.
 */
final class Cleaner {
  /** Garbage that is worth cleaning, as a share of the log. */
  private static final double WORTHWHILE_GARBAGE = 1 / 3.0;

  /** The same while the disk is full, or nearly so. */
  private static final double WORTHWHILE_IN_TIGHT_SPACE = 1 / 8.0;

  /**
   * Log, as a multiple of what is live, and bytes on top, that make writers wait for the cleaner;
   * four times as long for each time that the log is as large again.
   */
  private static final double BEHIND_SHARE = 2;

  private static final long BEHIND_BYTES = 64L << 20;
  private static final long SHORTEST_PAUSE_NANOS = 20_000;
  private static final int LONGEST_PAUSE = 4;

  /** Tombstones, as a share of the log, that make it clean the oldest segment to be rid of them. */
  private static final double TOO_MANY_TOMBSTONES = 0.25;

  /** Segments beside the victim whose records are looked for in one pass over the slots. */
  private static final int GATHERED_AT_ONCE = 31;

  /** Records looked at before the first of them is moved. */
  private static final int BATCH = 32;

  private final Log log;
  private final SegmentTable segments;
  private final Relocation index;
  private final Catalog catalog;
  private final long hashSeed;
  private final Operation operation;
  private final Set<Long> damaged = new HashSet<>();

  /** What the index names, of some segments by sequence: keys that equality decides about. */
  private final Map<Long, SegmentSlots> gathered = new HashMap<>();

  private final long[] offsets = new long[BATCH];
  private final long[] hashes = new long[BATCH];
  private final int[] kinds = new int[BATCH];
  private final int[] maps = new int[BATCH];
  private final boolean[] byEquality = new boolean[BATCH];

  @SuppressWarnings("unused") // so that touching a slot is not optimised away
  private long touched;

  private final AtomicLong cleanedSegments = new AtomicLong();
  private final AtomicLong relocatedBytes = new AtomicLong();

  Cleaner(Log log, Relocation index, Catalog catalog, long hashSeed, Operation operation) {
    this.log = log;
    this.segments = log.segments();
    this.index = index;
    this.catalog = catalog;
    this.hashSeed = hashSeed;
    this.operation = operation;
  }

  long cleanedSegments() {
    return cleanedSegments.get();
  }

  long relocatedBytes() {
    return relocatedBytes.get();
  }

  /**
   * Cleans one segment, if that is worthwhile.
   *
   * @return whether it did
   */
  boolean cleanOne() {
    Survey survey = survey();
    return clean(choose(survey, WORTHWHILE_GARBAGE, Long.MAX_VALUE), survey);
  }

  /**
   * Cleans one segment while the disk is full, or nearly so: for less than otherwise, but one that
   * has not more that is live than there is room for.
   *
   * @return whether it did
   */
  boolean cleanOneWithin(long mostLive) {
    Survey survey = survey();
    return clean(choose(survey, WORTHWHILE_IN_TIGHT_SPACE, mostLive), survey);
  }

  private boolean clean(@Nullable Segment victim, Survey survey) {
    if (victim == null) {
      return false;
    }
    try {
      if (!moveAll(victim, survey)) {
        return false;
      }
      segments.cleaned(victim);
      cleanedSegments.addAndGet(victim.run());
    } catch (CorruptFileException e) {
      leave(victim, e);
    }
    return true;
  }

  private void leave(Segment segment, CorruptFileException reason) {
    damaged.add(segment.sequence());
    Warnings.warn("the cleaner leaves a damaged segment as it is", reason);
  }

  // ---- choosing --------------------------------------------------------------------------------

  /** What the segments that may be cleaned look like. */
  private static final class Survey {
    private long used;
    private long live;
    private long tombstones;
    private final List<Candidate> candidates = new ArrayList<>();
    private @Nullable Segment oldest;

    private @Nullable Segment best(long mostLive) {
      return candidates.stream()
          .filter(candidate -> candidate.live <= mostLive)
          .max(Comparator.comparingDouble(Candidate::score))
          .map(Candidate::segment)
          .orElse(null);
    }

    /** Returns the victim, and segments that are likely to be the next ones. */
    private List<Segment> next(Segment victim) {
      List<Segment> next = new ArrayList<>(List.of(victim));
      candidates.stream()
          .sorted(Comparator.comparingDouble(Candidate::score).reversed())
          .map(Candidate::segment)
          .filter(segment -> segment != victim)
          .limit(GATHERED_AT_ONCE)
          .forEach(next::add);
      return next;
    }
  }

  /** A segment from which something can be had. */
  private record Candidate(Segment segment, long live, double score) {}

  private Survey survey() {
    long oldestSequence = segments.oldestSequence();
    long unwritten = log.firstUnwrittenSequence();
    Survey survey = new Survey();
    segments.forEachLog(
        segment -> {
          if (segment.sequence() < unwritten && !damaged.contains(segment.sequence())) {
            try {
              consider(segment, survey, oldestSequence, unwritten);
            } catch (CorruptFileException e) {
              leave(segment, e);
            }
          }
        });
    return survey;
  }

  private @Nullable Segment choose(Survey survey, double worthwhile, long mostLive) {
    Segment best = survey.best(mostLive);
    log.pauseChanges(best == null ? 0 : pauseNanos(survey));
    long garbage = survey.used - survey.live;
    if (garbage > Math.max(survey.used * worthwhile, FileLayout.SEGMENT_BYTES)) {
      return best;
    }
    // A tombstone dies when all older segments are gone; one that waits for a checkpoint is not.
    Segment oldest = survey.oldest;
    boolean helps =
        oldest != null
            && mostLive == Long.MAX_VALUE
            && oldest.sequence() == segments.oldestSequence();
    return helps && survey.tombstones > survey.used * TOO_MANY_TOMBSTONES ? oldest : null;
  }

  private static long pauseNanos(Survey survey) {
    int behind = (int) (survey.used / (BEHIND_SHARE * survey.live + BEHIND_BYTES));
    int doublings = 2 * (Math.min(behind, LONGEST_PAUSE) - 1);
    return behind == 0 ? 0 : SHORTEST_PAUSE_NANOS << doublings;
  }

  /** Only records count: space behind the last one of a segment is not to be had by moving it. */
  private void consider(Segment segment, Survey survey, long oldestSequence, long unwritten) {
    long used = log.endOf(segment) - Log.FIRST_RECORD;
    long live = Math.min(used, segment.liveBytes(oldestSequence));
    survey.used += used;
    survey.live += live;
    survey.tombstones += segment.liveTombstoneBytes(oldestSequence);
    double share = used == 0 ? 0 : live / (double) used;
    double score = (1 - share) * (unwritten - segment.sequence()) / (1 + share);
    if (score > 0) {
      survey.candidates.add(new Candidate(segment, live, score));
    }
    if (survey.oldest == null || segment.sequence() < survey.oldest.sequence()) {
      survey.oldest = segment;
    }
  }

  // ---- cleaning --------------------------------------------------------------------------------

  /** Returns whether all that is live has been moved; not if the store was closed meanwhile. */
  private boolean moveAll(Segment victim, Survey survey) {
    Memory base = victim.base();
    if (base == null) {
      return false;
    }
    index.awaitChanges();
    SegmentSlots named = namedByEquality(victim, survey);
    long oldestOther = segments.oldestSequenceBut(victim);
    long end = log.endOf(victim);
    long at = Log.FIRST_RECORD;
    while (at < end) {
      int count = 0;
      for (; count < BATCH && at < end; count++) {
        offsets[count] = at;
        at += FileLayout.align8(lookAt(victim, base, end, count, named));
      }
      for (int i = 0; i < count; i++) {
        if (worthMoving(victim, i)) {
          move(victim, base, end, i, oldestOther);
        }
      }
    }
    return true;
  }

  /**
   * Forgets where keys have their places in the indexes, since some are about to be given others.
   * No segment is being cleaned meanwhile.
   */
  void placesChange() {
    gathered.clear();
  }

  /**
   * Full segments only lose what they hold; so what was seen some time ago is at worst too much.
   */
  private SegmentSlots namedByEquality(Segment victim, Survey survey) {
    SegmentSlots found = gathered.remove(victim.sequence());
    if (found != null) {
      return found;
    }
    gathered.clear();
    Map<Integer, Long> sequences = new HashMap<>();
    survey.next(victim).forEach(next -> sequences.put(next.number(), next.sequence()));
    index
        .byEquality(sequences.keySet())
        .forEach((number, slots) -> gathered.put(sequences.get(number), slots));
    return Objects.requireNonNull(gathered.remove(victim.sequence()));
  }

  /**
   * Checks a record, and touches its slot, so that the cache misses of a batch overlap. Returns its
   * length.
   */
  private int lookAt(Segment victim, Memory base, long end, int i, SegmentSlots named) {
    int length = operation.load(base, offsets[i], end, log.mask(victim.sequence()));
    if (length < 0) {
      throw new CorruptFileException(
          log.path()
              + ": record at 0x"
              + Long.toHexString(FileLayout.fileOffset(victim.number()) + offsets[i])
              + ": expected a record with a matching crc32c, found damaged bytes");
    }
    byte[] record = operation.found();
    kinds[i] = RecordLayout.kind(record, 0);
    maps[i] = RecordLayout.map(record, 0);
    byEquality[i] = isByEquality(record);
    if (kinds[i] == RecordLayout.PUT) {
      if (byEquality[i]) {
        hashes[i] = named.hashAt(offsets[i]);
      } else {
        int keyLength = (int) RecordLayout.keyLength(record, 0);
        hashes[i] = Hashing.hash(hashSeed, record, RecordLayout.HEADER_BYTES, keyLength);
        touched ^= index.touch(maps[i], hashes[i]);
      }
    }
    return length;
  }

  private static boolean isByEquality(byte[] record) {
    return (RecordLayout.flags(record, 0) & RecordLayout.BY_EQUALITY) != 0;
  }

  private boolean worthMoving(Segment victim, int i) {
    if (kinds[i] != RecordLayout.PUT) {
      return true;
    }
    return byEquality[i]
        ? hashes[i] != SegmentSlots.NOT_NAMED
        : index.mayName(maps[i], hashes[i], FileLayout.address(victim.number(), offsets[i]));
  }

  private void move(Segment victim, Memory base, long end, int i, long oldestOther) {
    long at = offsets[i];
    int length = operation.load(base, at, end, log.mask(victim.sequence()));
    if (length < 0) {
      throw new CorruptFileException(log.path() + ": a record changed while it was cleaned");
    }
    byte[] record = operation.found();
    long address = FileLayout.address(victim.number(), at);
    int map = RecordLayout.map(record, 0);
    boolean moved =
        switch (RecordLayout.kind(record, 0)) {
          case RecordLayout.PUT -> moveEntry(record, length, map, address, hashes[i]);
          case RecordLayout.REMOVE, RecordLayout.CLEAR, RecordLayout.DROP ->
              moveTombstone(victim, record, length, at, oldestOther);
          case RecordLayout.CATALOG, RecordLayout.CLASS ->
              catalog.relocate(
                  RecordLayout.kind(record, 0), RecordLayout.catalogNumber(record), address);
          default -> false;
        };
    if (moved) {
      relocatedBytes.addAndGet(FileLayout.align8(length));
    }
  }

  private boolean moveEntry(byte[] record, int length, int map, long address, long hash) {
    RecordBuffer copy = copyKey(record);
    if (isByEquality(record)) {
      operation.keyMoves(hash);
    } else {
      operation.keyDone(hashSeed);
    }
    int value = RecordLayout.HEADER_BYTES + copy.keyLength();
    copy.writer().writeBytes(record, value, length - value);
    copy.finish(RecordLayout.PUT, map);
    log.awaitRoom();
    return index.relocate(map, operation, address);
  }

  private boolean moveTombstone(
      Segment victim, byte[] record, int length, long at, long oldestOther) {
    long since = Tombstone.since(record, length, victim.sequence());
    if (since < oldestOther) {
      return false;
    }
    long lsn = Tombstone.lsn(record, length);
    RecordBuffer copy = copyKey(record);
    copy.endKey();
    if (isByEquality(record)) {
      copy.byEquality();
    }
    copy.writer().writeLong(lsn != 0 ? lsn : FileLayout.lsn(victim.sequence(), at));
    copy.since(since);
    copy.finish(RecordLayout.kind(record, 0), RecordLayout.map(record, 0));
    log.awaitRoom();
    catalog.append(copy);
    return true;
  }

  private RecordBuffer copyKey(byte[] record) {
    RecordBuffer copy = operation.begin(null);
    int keyLength = (int) RecordLayout.keyLength(record, 0);
    copy.writer().writeBytes(record, RecordLayout.HEADER_BYTES, keyLength);
    return copy;
  }
}
