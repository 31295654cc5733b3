package io.persistentmap.value;

import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.BlockedThreads;
import io.persistentmap.serializer.NotEnteredException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Goes from entry to entry in a thread of ours, enters the monitor of each value, and reads it
 * there; holding nothing else, since it may have to wait for a monitor for any time. If that takes
 * long, the pass goes on without it, and a later pass may give it a new attempt at the same object.
 */
final class Visitor implements Runnable {
  /** How long it waits for the thread that holds a monitor for it. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final PassRun run;
  private final StoreHealth health;
  private volatile @Nullable Thread thread;
  private volatile @Nullable Batch batch;

  /** What it is at; null between two. */
  private volatile @Nullable Task task;

  /** The object whose monitor it waits for. */
  private volatile @Nullable Object awaited;

  /** The same, when it was left behind. */
  private @Nullable Object leftAt;

  /** What it does once it is in. */
  private volatile @Nullable Writing next;

  /** What it does, in the monitor or without one; of several for one object, the last. */
  private volatile @Nullable Writing current;

  /** Whether it is in the monitor of the current value. */
  private volatile boolean inside;

  /** Whether the pass goes on without it; changes under the monitor of this. */
  private volatile boolean stuck;

  private volatile boolean ended;

  /** What its own code has come to; the pass looks here, since a call could fail again. */
  private volatile @Nullable Throwable failure;

  /** Holds the monitors of values with parts. */
  private @Nullable MonitorPartner partner;

  /** Whether a part was announced since it began to read; used by its thread. */
  private boolean announced;

  /** What the pass has seen it at, since when, and the processor's time that it had had then. */
  @Nullable Object seen;

  long seenSince;
  long seenProcessorNanos;

  Visitor(PassRun run) {
    this.run = run;
    this.health = run.pass().health();
  }

  @Override
  public void run() {
    try {
      Thread own = Thread.currentThread();
      thread = own;
      own.setContextClassLoader(run.contextClassLoader());
      Batch taken = run.nextBatch();
      while (taken != null) {
        batch = taken;
        visitAll(taken);
        run.visited();
        taken = run.nextBatch();
      }
      own.setContextClassLoader(null);
    } catch (Throwable e) {
      failure = e; // the pass would wait for what is left of the batch
    }
    endPartner();
    ended = true;
  }

  private void visitAll(Batch taken) {
    Task each = taken.next();
    while (each != null) {
      visit(each);
      each = taken.next();
    }
  }

  private void visit(Task each) {
    task = each;
    Writing writing = null;
    try {
      writing = Writing.begin(each);
      if (writing == null) {
        return;
      }
      current = writing;
      if (writing.prepare()) {
        if (!writing.needsMonitor() || run.isLent(writing.value)) {
          if (!readOutside(writing, null)) {
            return;
          }
        } else if (run.waitsForStuck(writing)) {
          return;
        } else {
          writing = enter(writing);
          if (writing.needsParts() && !readHeld(writing)) {
            return;
          }
        }
      }
      writing.task.run.conclude(writing);
    } catch (Throwable e) {
      try {
        failed(writing == null ? each : writing.task, writing, e);
      } catch (Throwable again) {
        failure = e;
      }
      if (writing != null && writing.keyed != null && writing.keyed.owes > 0) {
        health.broken = e; // a write: a call could throw again
      }
    } finally {
      current = null;
      next = null;
      awaited = null;
      if (failure == null) {
        task = null;
      }
      comeBack();
    }
  }

  private static void failed(Task task, @Nullable Writing writing, Throwable e) {
    try {
      if (writing != null) {
        writing.abandon();
      }
    } finally {
      task.run.fail(task, e);
    }
  }

  /** Returns the attempt that was made: a later pass may have put its own in place of the first. */
  private Writing enter(Writing first) {
    next = first;
    awaited = first.value;
    synchronized (first.value) {
      Writing made = next;
      current = made;
      awaited = null;
      inside = true;
      try {
        made.readWithoutParts();
      } finally {
        inside = false;
      }
      return made;
    }
  }

  /**
   * Reads a value that has parts with locks of their own: in its monitor this thread would wait for
   * them, and who has them may want the monitor. So another thread holds that, and gives it up.
   *
   * @return false if the attempt is over: it waits for a part with another thread
   */
  private boolean readHeld(Writing made) {
    MonitorPartner held = partner();
    if (held != null) {
      try (MonitorHold hold = held.hold(made.value)) {
        if (hold.await(PATIENCE)) {
          return readOutside(made, hold);
        }
      }
    }
    made.forget(); // it is entered again, where others can see what it waits for
    return true;
  }

  /** Returns the one that it has, or another if that waits; null if there are too many threads. */
  private @Nullable MonitorPartner partner() {
    MonitorPartner present = partner;
    if (present == null || !present.isFree()) {
      endPartner();
      MonitorPartner other = new MonitorPartner();
      partner = run.pass().threads().start(other) ? other : null;
    }
    return partner;
  }

  private void endPartner() {
    MonitorPartner present = partner;
    partner = null;
    if (present != null) {
      present.end();
    }
  }

  private boolean readOutside(Writing made, @Nullable MonitorHold hold) {
    boolean lent = hold == null && made.needsMonitor();
    announced = false;
    next = made;
    if (!made.read(part -> announce(made, part))) {
      awaited = null;
      made.abandon();
      Visitor other = run.stuckAt(made.refused());
      if (other != null) {
        run.park(made, made.refused(), other);
        return false;
      }
      made.forget();
    } else if (lent ? !run.isLent(made.value) : hold != null && hold.isLost()) {
      made.forget();
    }
    made.noteParts(announced);
    awaited = null;
    return true;
  }

  /** Lets others see what this thread is about to wait for. */
  private void announce(Writing made, Object part) {
    announced = true;
    awaited = part; // before these looks: who ends the pass, or looks for such threads, does after
    if (!made.task.run.isRunning() || run.stuckAt(part) != null) {
      throw new NotEnteredException(part);
    }
  }

  // ---- as others see it ------------------------------------------------------------------------

  @Nullable Thread thread() {
    return thread;
  }

  @Nullable Batch batch() {
    return batch;
  }

  /** Returns what it is at. */
  @Nullable Task task() {
    return task;
  }

  /** Returns the attempt that waits for a monitor, or null. */
  @Nullable Writing waiting() {
    Writing waiting = next;
    Object at = awaited;
    if (waiting == null || at == null) {
      return null;
    }
    return at == waiting.value || isHeldUp() ? waiting : null;
  }

  /** Says whether it does not go on, though it may. */
  private boolean isHeldUp() {
    Thread own = thread;
    return own != null && BlockedThreads.isHeldUp(own);
  }

  /** Gives the key back that it holds while it waits for a part. */
  void loseKey() {
    Writing waiting = next;
    Object at = awaited;
    if (waiting != null && at != null && at != waiting.value) {
      waiting.loseKey();
    }
  }

  /** Returns what it was waiting for when it was left behind. */
  Object leftAt() {
    return Objects.requireNonNull(leftAt);
  }

  boolean waitsFor(Object value) {
    return awaited == value;
  }

  /** Says whether it waits for a monitor with that task, or has got in with it. */
  boolean isAt(Task other) {
    Writing made = current;
    Writing waiting = waiting();
    return (made != null && made.task == other) || (waiting != null && waiting.task == other);
  }

  /** Returns the attempt that it is making in the monitor of a value, or null. */
  @Nullable Writing inside(Object value) {
    Writing made = current;
    return inside && made != null && made.value == value ? made : null;
  }

  boolean isInStore() {
    Writing made = current;
    return made != null && made.isInStore();
  }

  /** Gives it another attempt, for when it gets in; that may be too late. */
  void adopt(Writing writing) {
    Writing present = next;
    if (present != null
        && present.value == writing.value // else it is for a part that it waits
        && !present.task.run.isRunning()) {
      next = writing;
    }
  }

  /** Notes that the pass goes on without it, if it still waits. */
  synchronized boolean leaveBehind(Writing writing) {
    if (stuck || waiting() != writing) {
      return false;
    }
    leftAt = awaited;
    if (leftAt == null) {
      return false;
    }
    stuck = true; // before the look that decides: it ends waiting before it looks at this
    if (waiting() != writing) {
      stuck = false;
      return false;
    }
    run.pass().addStuck(this);
    return true;
  }

  /** Says whether it has ended, or has stopped with a {@link #failure}. */
  boolean hasEnded() {
    return ended;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  boolean isLeftBehind() {
    return stuck;
  }

  private void comeBack() {
    if (stuck) {
      synchronized (this) {
        stuck = false;
        run.pass().removeStuck(this);
      }
    }
  }
}
