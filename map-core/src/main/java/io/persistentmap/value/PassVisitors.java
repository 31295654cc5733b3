package io.persistentmap.value;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The threads of ours that visit the entries of one pass. One that waits for a monitor for long is
 * left behind, and another takes its place. There is a limit to that, so a pass may come to have no
 * thread that goes on: {@link #requireSome} sees to it. Used by the thread that makes the
 * checkpoint; others only look at {@link #all}.
 */
final class PassVisitors {
  /** Threads that wait for the monitors of values in the map; more than these are not given up. */
  private static final int MOST_STUCK = 32;

  /** How often the time is doubled after which a thread is given up. */
  private static final int MOST_DOUBLINGS = 6;

  private final PassRun run;
  private final int most = Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors()));
  private final List<Visitor> all = new CopyOnWriteArrayList<>();

  /** Since when there has been none that goes on; 0 if there is one. */
  private long noneSince;

  PassVisitors(PassRun run) {
    this.run = run;
  }

  /** Starts those that there is work for. */
  void ensure(Queue<Batch> work) {
    int active = active();
    boolean possible = true;
    while (possible && active < Math.min(most, work.size()) && stuck() < MOST_STUCK) {
      Visitor visitor = new Visitor(run);
      all.add(visitor);
      possible = run.pass().threads().start(visitor);
      if (possible) {
        active++;
      } else {
        all.remove(visitor);
      }
    }
    if (active > 0 || work.isEmpty()) {
      noneSince = 0;
    } else if (noneSince == 0) {
      noneSince = System.nanoTime();
    }
  }

  /** Returns how many go on, or may at any moment. */
  private int active() {
    int count = 0;
    boolean anyGone = false;
    for (Visitor visitor : all) {
      if (isGone(visitor)) {
        anyGone = true;
      } else if (!visitor.isLeftBehind()) {
        count++;
      }
    }
    if (anyGone) {
      all.removeIf(PassVisitors::isGone);
    }
    return count;
  }

  private static boolean isGone(Visitor visitor) {
    return visitor.hasEnded() && visitor.failure() == null;
  }

  /** Returns how many threads wait for the monitors of values that are in the map. */
  private int stuck() {
    int count = 0;
    for (Visitor visitor : run.pass().stuck()) {
      Writing waiting = visitor.waiting();
      if (waiting != null && waiting.isOfMap()) {
        count++;
      }
    }
    return count;
  }

  /** Returns how long a thread has to wait for a monitor to be left behind. */
  long patience(long first) {
    // Longer each time, as threads that have many monitors write their values meanwhile.
    return first << Math.min(stuck() / 4, MOST_DOUBLINGS);
  }

  /**
   * Sees that there is one that goes on, or has been until a while ago.
   *
   * @throws io.persistentmap.ValueHeldException if all threads wait for monitors
   */
  void requireSome() {
    long since = noneSince;
    if (since != 0 && System.nanoTime() - since > run.pass().monitorTimeout().toNanos()) {
      throw PassMessages.noThread(run.pass());
    }
  }

  /** Returns all that have not ended, and perhaps some that have. */
  Iterable<Visitor> all() {
    return all;
  }
}
