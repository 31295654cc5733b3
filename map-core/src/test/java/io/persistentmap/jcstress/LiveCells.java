package io.persistentmap.jcstress;

import io.persistentmap.Checkpoint;
import io.persistentmap.PersistentMap;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Objects that are the values of their keys. */
final class LiveCells {
  private LiveCells() {}

  /** Two threads that read a record make one object of it. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "one object")
  @Outcome(expect = Expect.FORBIDDEN, desc = "two objects, or none")
  @State
  public static class GetBesideGet {
    private final JustOpened.Entry entry = JustOpened.take();
    private final Meeting meeting = new Meeting();

    private @Nullable Cell first;
    private @Nullable Cell second;

    @Actor
    public void first() {
      meeting.begin();
      first = entry.map().get(entry.key());
    }

    @Actor
    public void second() {
      meeting.begin();
      second = entry.map().get(entry.key());
    }

    @Arbiter
    public void afterwards(I_Result result) {
      Cell there = entry.map().get(entry.key());
      result.r1 = Cell.areOne(first, there) && Cell.areOne(second, there) ? 1 : 0;
      entry.give();
    }
  }

  /** What a thread has read before another one is put is the object that put then gives back. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "both reads give what put gives back")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "one read before the put")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both reads give the new object")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a third object, or back to the old one")
  @State
  public static class GetBesidePut {
    private final JustOpened.Entry entry = JustOpened.take();
    private final Meeting meeting = new Meeting();
    private final Cell other = new Cell(2);

    private @Nullable Cell first;
    private @Nullable Cell second;
    private @Nullable Cell old;

    @Actor
    public void reader() {
      meeting.begin();
      first = entry.map().get(entry.key());
      second = entry.map().get(entry.key());
    }

    @Actor
    public void writer() {
      meeting.begin();
      old = entry.map().put(entry.key(), other);
    }

    private int which(@Nullable Cell cell) {
      return Cell.areOne(cell, other) ? 1 : Cell.areOne(cell, old) ? 0 : -1;
    }

    @Arbiter
    public void afterwards(II_Result result) {
      result.r1 = which(first);
      result.r2 = which(second);
      if (!Cell.areOne(entry.map().get(entry.key()), other)) {
        result.r2 = -1;
      }
      entry.give();
    }
  }

  /** What a thread reads while another one removes it does not come back. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "both reads give what remove gives back")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "one read before the removal")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both reads after the removal")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another object, or there again")
  @State
  public static class GetBesideRemove {
    private final JustOpened.Entry entry = JustOpened.take();
    private final Meeting meeting = new Meeting();

    private @Nullable Cell first;
    private @Nullable Cell second;
    private @Nullable Cell removed;

    @Actor
    public void reader() {
      meeting.begin();
      first = entry.map().get(entry.key());
      second = entry.map().get(entry.key());
    }

    @Actor
    public void writer() {
      meeting.begin();
      removed = entry.map().remove(entry.key());
    }

    private int which(@Nullable Cell cell) {
      return cell == null ? 1 : Cell.areOne(cell, removed) ? 0 : -1;
    }

    @Arbiter
    public void afterwards(II_Result result) {
      result.r1 = which(first);
      result.r2 = entry.map().containsKey(entry.key()) ? -1 : which(second);
      entry.give();
    }
  }

  /** What a thread has changed in an object is in the checkpoint that it then asks for. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "each change is in a record")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a checkpoint was shared that began before the change")
  @State
  public static class ChangeBeforeCheckpoint {
    private static final PersistentMap<String, Cell> MAP = Maps.live();
    private static final Pool<String> KEYS = Maps.keys();
    private static final Pool<Cell> CELLS =
        new Pool<>(
            () -> {
              Cell cell = new Cell(0);
              MAP.set(KEYS.take(), cell);
              return cell;
            });

    private final Cell firstCell = CELLS.take();
    private final Meeting meeting = new Meeting();
    private final Cell secondCell = CELLS.take();

    private static int changeAndCheckpoint(Cell cell) {
      cell.number++;
      Checkpoint unused = MAP.checkpoint();
      return cell.written == cell.number ? 1 : 0;
    }

    @Actor
    public void first(II_Result result) {
      meeting.begin();
      result.r1 = changeAndCheckpoint(firstCell);
    }

    @Actor
    public void second(II_Result result) {
      meeting.begin();
      result.r2 = changeAndCheckpoint(secondCell);
    }

    @Arbiter
    public void afterwards() {
      CELLS.give(firstCell);
      CELLS.give(secondCell);
    }
  }
}
