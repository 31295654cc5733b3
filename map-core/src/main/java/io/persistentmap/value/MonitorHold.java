package io.persistentmap.value;

import io.persistentmap.platform.BlockedThreads;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A monitor that a thread of ours holds, so that the thread which asked for it can read the object
 * with its own stack, and yet give up waiting. The program's code runs in the thread that asked,
 * which may be one that initialises a class.
 *
 * <p>If reading the object takes the same monitor, it is given up at once: then the reading itself
 * has it.
 */
final class MonitorHold implements Runnable, AutoCloseable {
  private static final long LOOK_NANOS = 2_000_000;

  /** How many looks in a row must find the caller waiting, not for a monitor, but at all. */
  private static final int WAITING_LOOKS = 50;

  /** How long a thread may take until it begins to wait. */
  private static final Duration START = Duration.ofSeconds(10);

  private final Object value;
  private final Thread caller = Thread.currentThread();
  private volatile @Nullable Thread holder;
  private volatile boolean started;
  private volatile boolean inside;
  private volatile boolean released;
  private volatile boolean lost;

  MonitorHold(Object value) {
    this.value = value;
  }

  void startedIs(boolean success) {
    started = success;
  }

  @Override
  public void run() {
    holder = Thread.currentThread();
    if (released) {
      return;
    }
    synchronized (value) {
      inside = true;
      LockSupport.unpark(caller);
      try {
        holdUntilReleased();
      } catch (Throwable e) {
        lost = true;
        throw e;
      }
    }
  }

  /** Returns if it is released, or the caller waits: for this monitor, or for locks of a part. */
  private void holdUntilReleased() {
    boolean blocked = false;
    int waiting = 0;
    if (MonitorPartner.spinUntil(() -> released)) {
      return;
    }
    while (!released) {
      LockSupport.parkNanos(LOOK_NANOS);
      boolean blockedNow = caller.getState() == Thread.State.BLOCKED;
      waiting = BlockedThreads.isHeldUp(caller) ? waiting + 1 : 0;
      if ((blocked && blockedNow) || waiting > WAITING_LOOKS) {
        // A part's owner may want this monitor. But its own reader has it in time again.
        lost = !isWantedByCaller();
        return;
      }
      blocked = blockedNow;
    }
  }

  @SuppressWarnings("deprecation") // threadId() came with 19
  private boolean isWantedByCaller() {
    return BlockedThreads.ownerOfMonitor(caller) == Thread.currentThread().getId();
  }

  /** Says whether the monitor was given up while the object was read: then that does not count. */
  boolean isLost() {
    return lost;
  }

  /** Waits until the monitor is held; false if others have it for longer than that. */
  boolean await(Duration patience) {
    long begin = System.nanoTime();
    long blockedSince = begin;
    boolean interrupted = false;
    boolean goesOn = started && !MonitorPartner.spinUntil(() -> inside);
    while (goesOn && !inside) {
      LockSupport.parkNanos(LOOK_NANOS);
      interrupted |= Thread.interrupted(); // else the next would not wait
      long now = System.nanoTime();
      Thread waiting = holder;
      if (waiting == null || waiting.getState() != Thread.State.BLOCKED) {
        blockedSince = now;
      }
      goesOn = now - blockedSince < patience.toNanos() && now - begin < deadline(patience);
    }
    if (interrupted) {
      caller.interrupt();
    }
    return inside;
  }

  private static long deadline(Duration patience) {
    return patience.plus(START).toNanos();
  }

  /** Tells who has the monitor. */
  String describeOwner() {
    Thread waiting = holder;
    return waiting == null
        ? "a thread that can't be named"
        : BlockedThreads.describeOwnerOfMonitor(waiting);
  }

  /** Gives the monitor back, or waits for it no longer. */
  @Override
  public void close() {
    released = true;
    LockSupport.unpark(holder);
  }
}
