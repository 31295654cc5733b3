package io.persistentmap.value;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread of ours that holds one monitor after the other for a visitor. Both look for each other a
 * little while before they sleep, as there may be many values to be read in this way.
 */
final class MonitorPartner implements Runnable {
  private static final long SPIN_NANOS = 20_000;
  private static final boolean SPINS = Runtime.getRuntime().availableProcessors() > 1;

  private volatile @Nullable Thread thread;
  private volatile @Nullable MonitorHold next;
  private volatile boolean ended;

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      while (!ended) {
        MonitorHold hold = next;
        if (hold != null) {
          hold.run();
          next = null;
        } else if (!spin()) {
          LockSupport.park(this);
        }
      }
    } finally {
      ended = true;
    }
  }

  /** Returns whether there is something to do. */
  private boolean spin() {
    return spinUntil(() -> next != null || ended);
  }

  /** What is looked for. */
  interface Condition {
    boolean holds();
  }

  /** Looks for something for a few microseconds, and returns whether it has come. */
  static boolean spinUntil(Condition condition) {
    long begin = System.nanoTime();
    while (!condition.holds()) {
      if (!SPINS || System.nanoTime() - begin > SPIN_NANOS) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  /** Says whether it is not in a monitor, nor waits for one that it was to hold. */
  boolean isFree() {
    if (next != null) {
      boolean unused = spinUntil(() -> next == null);
    }
    return next == null && !ended;
  }

  /**
   * Lets it enter a monitor and stay in it, on behalf of the current thread. Only if it is free.
   */
  MonitorHold hold(Object value) {
    MonitorHold hold = new MonitorHold(value);
    hold.startedIs(true);
    next = hold;
    LockSupport.unpark(thread);
    return hold;
  }

  /** Lets the thread end, when it is out of the monitor that it may be in. */
  void end() {
    ended = true;
    LockSupport.unpark(thread);
  }
}
