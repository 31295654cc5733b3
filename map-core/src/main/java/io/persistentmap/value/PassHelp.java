package io.persistentmap.value;

import io.persistentmap.store.HeapValues;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a thread does for a pass that it waits for: it writes the values whose monitor it has, since
 * nobody else can. If it initialises a class, it does all that is left as soon as a thread of ours
 * does not go on, which may be waiting for that class.
 */
final class PassHelp implements HeapValues.Help {
  /** How long a thread of ours has to be at one value. */
  private static final long STUCK_NANOS = 20_000_000;

  private static final long PAUSE_NANOS = 1_000_000;

  /** When the search is done again, for what could not be written because its key was held. */
  private static final long AGAIN_NANOS = 50_000_000;

  private final DirtyPass pass;
  private final boolean initializing = Initializers.isInside();

  /** Since when visitors have been at what they are at, as seen by this thread. */
  private final Map<Visitor, Seen> seen = new HashMap<>();

  /** The pass whose values have been searched for those whose monitor this thread has. */
  private @Nullable PassRun searched;

  private long searchedAt;

  /** What waits for a part whose monitor this thread has, and was tried. */
  private final Set<Parked> triedByPart = new HashSet<>();

  private record Seen(Task task, long since) {}

  PassHelp(DirtyPass pass) {
    this.pass = pass;
  }

  @Override
  public void help() {
    PassRun run = pass.current();
    if (run == null || !run.isRunning()) {
      return;
    }
    boolean found = false;
    for (Parked each : run.parked()) {
      if (Thread.holdsLock(each.monitor) && !run.isLent(each.value)) {
        Task own = new Task(run, each.task.entry, false).late();
        if (!each.isOfPart()) {
          found = true;
          run.own().write(own);
        } else if (triedByPart.add(each)) {
          boolean unused = run.own().writeByPart(own);
        }
      }
    }
    long now = System.nanoTime();
    if ((found && run != searched) || (run == searched && now - searchedAt > AGAIN_NANOS)) {
      searched = run;
      run.own().writeAll();
      searchedAt = System.nanoTime();
    }
    if (initializing && isStuck(run)) {
      takeOver(run);
    }
  }

  @Override
  public void end() {
    PassRun run = pass.current();
    if (run != null) {
      run.endLoans();
    }
  }

  private boolean isStuck(PassRun run) {
    long now = System.nanoTime();
    boolean stuck = false;
    for (Visitor visitor : run.visitors()) {
      Task task = visitor.task();
      Seen before = seen.get(visitor);
      if (task == null || visitor.waiting() != null) {
        seen.remove(visitor);
      } else if (before == null || before.task() != task) {
        seen.put(visitor, new Seen(task, now));
      } else {
        stuck |= now - before.since() > STUCK_NANOS;
      }
    }
    return stuck;
  }

  private void takeOver(PassRun run) {
    while (run.isRunning() && pass.current() == run) {
      Batch batch = run.takeBatch();
      if (batch != null) {
        run.own().writeInInitializer(batch);
      } else if (isStuck(run)) {
        writeStuck(run);
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void writeStuck(PassRun run) {
    for (Visitor visitor : run.visitors()) {
      Task task = visitor.task();
      Batch rest = visitor.batch();
      if (task != null && !task.isDone()) {
        run.own().writeInInitializer(task);
        if (rest != null) {
          run.own().writeInInitializer(rest);
        }
      }
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }
}
