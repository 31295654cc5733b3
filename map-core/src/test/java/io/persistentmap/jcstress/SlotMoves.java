package io.persistentmap.jcstress;

import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A look-up without a lock, beside a writer that moves the slot that it looks for: what says that
 * it may be believed is the version of the shard.
 */
final class SlotMoves {
  private static final int READ = 0;
  private static final int BEFORE = 2; // in the table; the slot of READ is pushed on by it
  private static final int NEXT = RealIndex.FILLED; // makes the table grow

  private SlotMoves() {}

  /** An entry that stays is found, while others before it go and come. */
  @JCStressTest
  @Outcome(id = "10", expect = Expect.ACCEPTABLE, desc = "the value, each time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "absent (0), damaged (-1), or of another key")
  @State
  public static class Neighbour {
    private static final Pool<RealIndex> POOL =
        new Pool<>(() -> RealIndex.ofSmallRecords(IndexMap.Fault.NONE));

    private final RealIndex index = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(I_Result result) {
      meeting.begin();
      result.r1 = index.readUntilOver(meeting, READ);
    }

    @Actor
    public void writer() {
      meeting.begin();
      removeAndInsert(index);
      meeting.end();
    }

    @Arbiter
    public void afterwards() {
      index.map.recycle();
      POOL.give(index);
    }
  }

  /** The same without versions: the harness must notice. */
  @JCStressTest
  @Outcome(id = "10", expect = Expect.ACCEPTABLE, desc = "the value, each time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "absent (0), damaged (-1), or of another key")
  @State
  public static class BrokenNeighbour {
    private static final Pool<RealIndex> POOL =
        new Pool<>(() -> RealIndex.ofSmallRecords(IndexMap.Fault.MOVES_WITHOUT_VERSION));

    private final RealIndex index = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(I_Result result) {
      meeting.begin();
      result.r1 = index.readUntilOver(meeting, READ);
    }

    @Actor
    public void writer() {
      meeting.begin();
      removeAndInsert(index);
      meeting.end();
    }

    @Arbiter
    public void afterwards() {
      index.map.recycle();
      POOL.give(index);
    }
  }

  private static void removeAndInsert(RealIndex index) {
    for (int i = 0; i < 2; i++) {
      Integer unused = index.map.remove(BEFORE);
      index.put(BEFORE, RealIndex.first(BEFORE));
    }
  }

  /** Two reads in the old table, the new one, or one in each, while the table grows. */
  @JCStressTest
  @Outcome(id = "10, 0, 10", expect = Expect.ACCEPTABLE, desc = "before the new entry")
  @Outcome(id = "10, 50, 10", expect = Expect.ACCEPTABLE, desc = "after the new entry")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an entry is missing, damaged, or another's")
  @State
  public static class Growth {
    private static final Pool<RealIndex> POOL =
        new Pool<>(() -> RealIndex.ofSmallRecords(IndexMap.Fault.NONE));

    private final RealIndex index = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(III_Result result) {
      meeting.begin();
      result.r1 = index.read(READ);
      result.r2 = index.read(NEXT);
      result.r3 = index.readUntilOver(meeting, READ);
    }

    @Actor
    public void writer() {
      meeting.begin();
      index.put(NEXT, RealIndex.first(NEXT));
      meeting.end();
    }

    @Arbiter
    public void afterwards() {
      index.refill();
      index.map.recycle();
      POOL.give(index);
    }
  }

  /** Reads of an entry that is replaced never go back. */
  @JCStressTest
  @Outcome(id = "10, 10, 10", expect = Expect.ACCEPTABLE, desc = "both before the put")
  @Outcome(id = "10, 11, 10", expect = Expect.ACCEPTABLE, desc = "one before the put")
  @Outcome(id = "11, 11, 10", expect = Expect.ACCEPTABLE, desc = "both after the put")
  @Outcome(expect = Expect.FORBIDDEN, desc = "back to the old value, or no value of this key")
  @State
  public static class Replacement {
    private static final Pool<RealIndex> POOL =
        new Pool<>(() -> RealIndex.ofSmallRecords(IndexMap.Fault.NONE));

    private final RealIndex index = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(III_Result result) {
      meeting.begin();
      result.r1 = index.read(READ);
      result.r2 = index.read(READ);
    }

    @Actor
    public void writer(III_Result result) {
      meeting.begin();
      Integer old = index.map.put(READ, RealIndex.first(READ) + 1, When.ALWAYS);
      result.r3 = old == null ? RealIndex.ABSENT : old;
    }

    @Arbiter
    public void afterwards(III_Result result) {
      if (index.read(READ) != RealIndex.first(READ) + 1) {
        result.r3 = RealIndex.DAMAGED;
      }
      index.put(READ, RealIndex.first(READ));
      index.map.recycle();
      POOL.give(index);
    }
  }
}
