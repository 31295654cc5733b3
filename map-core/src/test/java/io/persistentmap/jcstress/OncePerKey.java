package io.persistentmap.jcstress;

import io.persistentmap.PersistentMap;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads that decide about one key: as if one came after the other. */
final class OncePerKey {
  private OncePerKey() {}

  private static int orZero(@Nullable Integer value) {
    return value == null ? 0 : value;
  }

  /** One of them puts, the other one gets what that has put. */
  @JCStressTest
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the first actor puts")
  @Outcome(id = "2, 0, 2", expect = Expect.ACCEPTABLE, desc = "the second actor puts")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, or none")
  @State
  public static class PutIfAbsent {
    private static final PersistentMap<String, Integer> MAP = Maps.copied(Integer.class);
    private static final Pool<String> KEYS = Maps.keys();

    private final String key = KEYS.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void first(III_Result result) {
      meeting.begin();
      result.r1 = orZero(MAP.putIfAbsent(key, 1));
    }

    @Actor
    public void second(III_Result result) {
      meeting.begin();
      result.r2 = orZero(MAP.putIfAbsent(key, 2));
    }

    @Arbiter
    public void afterwards(III_Result result) {
      result.r3 = orZero(MAP.remove(key));
      KEYS.give(key);
    }
  }

  /** Each function is called once, with what the other one has made of it. */
  @JCStressTest
  @Outcome(id = "1, 3, 31", expect = Expect.ACCEPTABLE, desc = "the first actor, then the second")
  @Outcome(id = "3, 2, 32", expect = Expect.ACCEPTABLE, desc = "the second actor, then the first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a function called twice, or a change lost")
  @State
  public static class Compute {
    private static final PersistentMap<String, Integer> MAP = Maps.copied(Integer.class);
    private static final Pool<String> KEYS = Maps.keys();

    private final String key = KEYS.take();
    private final Meeting meeting = new Meeting();

    private static int add(String key, int summand, int[] calls) {
      return orZero(
          MAP.compute(
              key,
              (same, before) -> {
                calls[0]++;
                return orZero(before) + summand;
              }));
    }

    private final int[] firstCalls = new int[1];
    private final int[] secondCalls = new int[1];

    @Actor
    public void first(III_Result result) {
      meeting.begin();
      result.r1 = add(key, 1, firstCalls);
    }

    @Actor
    public void second(III_Result result) {
      meeting.begin();
      result.r2 = add(key, 2, secondCalls);
    }

    @Arbiter
    public void afterwards(III_Result result) {
      int sum = orZero(MAP.remove(key));
      boolean once = firstCalls[0] == 1 && secondCalls[0] == 1;
      result.r3 = once ? 10 * sum + (result.r1 == 1 ? 1 : 2) : -1;
      KEYS.give(key);
    }
  }

  /** Both get the object that one of them has made, and it is the one that is there afterwards. */
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "one object, made by the first actor")
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "one object, made by the second")
  @Outcome(expect = Expect.FORBIDDEN, desc = "two objects")
  @State
  public static class ComputeIfAbsentLive {
    private static final PersistentMap<String, Cell> MAP = Maps.live();
    private static final Pool<String> KEYS = Maps.keys();

    private final String key = KEYS.take();
    private final Meeting meeting = new Meeting();
    private final Cell firstCell = new Cell(0);
    private final Cell secondCell = new Cell(0);

    private int which(@Nullable Cell cell) {
      return Cell.areOne(cell, firstCell) ? 1 : Cell.areOne(cell, secondCell) ? 2 : 0;
    }

    @Actor
    public void first(III_Result result) {
      meeting.begin();
      result.r1 = which(MAP.computeIfAbsent(key, absent -> firstCell));
    }

    @Actor
    public void second(III_Result result) {
      meeting.begin();
      result.r2 = which(MAP.computeIfAbsent(key, absent -> secondCell));
    }

    @Arbiter
    public void afterwards(III_Result result) {
      result.r3 = which(MAP.remove(key));
      KEYS.give(key);
    }
  }
}
