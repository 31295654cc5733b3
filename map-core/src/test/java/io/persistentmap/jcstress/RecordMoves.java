package io.persistentmap.jcstress;

import io.persistentmap.index.IndexMap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A look-up without a lock, beside what gives the bytes of a record another place, and its place to
 * other records: the flush of a tail buffer, which is then used again, and the cleaner, whose
 * segments are.
 */
final class RecordMoves {
  private static final int OTHER = 0;
  private static final int READ = RealIndex.FILLED - 2;
  private static final int LAST = RealIndex.FILLED - 1;

  private RecordMoves() {}

  /** Reads both keys in turn, until the other actor has ended, or one has another value. */
  private static void read(RealIndex index, Meeting meeting, II_Result result) {
    meeting.begin();
    int looks = 0;
    do {
      result.r1 = index.read(READ);
      result.r2 = index.read(LAST);
    } while (result.r1 == RealIndex.first(READ)
        && result.r2 == RealIndex.first(LAST)
        && !meeting.isOver(looks++));
  }

  /** Reads from a tail buffer that goes to the file, and gets other records. */
  @JCStressTest
  @Outcome(id = "30, 40", expect = Expect.ACCEPTABLE, desc = "the values, each time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "absent (0), damaged (-1), or of another key")
  @State
  public static class Flush {
    private static final Pool<RealIndex> POOL =
        new Pool<>(() -> RealIndex.ofLargeRecords(IndexMap.Fault.NONE));

    private final RealIndex index = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(II_Result result) {
      read(index, meeting, result);
    }

    @Actor
    public void writer() {
      meeting.begin();
      index.map.flushAndAppend(OTHER, RealIndex.first(OTHER) + 1); // where READ was
      index.map.flushAndAppend(OTHER, RealIndex.first(OTHER) + 2); // where LAST was
      index.map.checkpoint();
      meeting.end();
    }

    @Arbiter
    public void afterwards() {
      index.map.recycle();
      index.fill();
      POOL.give(index);
    }
  }

  /** Reads a record that is moved, and whose segment is then another part of the log. */
  @JCStressTest
  @Outcome(id = "30, 40", expect = Expect.ACCEPTABLE, desc = "the values, each time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "absent (0), damaged (-1), or of another key")
  @State
  public static class Recycling {
    private static final Pool<RealIndex> POOL =
        new Pool<>(() -> RealIndex.ofLargeRecords(IndexMap.Fault.NONE));

    private final RealIndex index = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(II_Result result) {
      read(index, meeting, result);
    }

    @Actor
    public void writer() {
      meeting.begin();
      recycleAndReuse(index);
      meeting.end();
    }

    @Arbiter
    public void afterwards() {
      POOL.give(index);
    }
  }

  /** The same, with segments that are free too early: the harness must notice. */
  @JCStressTest
  @Outcome(id = "30, 40", expect = Expect.ACCEPTABLE, desc = "the values, each time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "absent (0), damaged (-1), or of another key")
  @State
  public static class BrokenRecycling {
    private static final Pool<RealIndex> POOL =
        new Pool<>(() -> RealIndex.ofLargeRecords(IndexMap.Fault.FREED_BEFORE_MOVED));

    private final RealIndex index = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(II_Result result) {
      read(index, meeting, result);
    }

    @Actor
    public void writer() {
      meeting.begin();
      recycleAndReuse(index);
      meeting.end();
    }

    @Arbiter
    public void afterwards() {
      POOL.give(index);
    }
  }

  /** Puts other records where those that are read have been, and flushes these, too. */
  private static void recycleAndReuse(RealIndex index) {
    index.map.recycle();
    index.put(OTHER, RealIndex.first(OTHER) + 1);
    index.put(OTHER, RealIndex.first(OTHER));
    index.map.recycle();
  }
}
