package io.persistentmap.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock of a store that nobody waits for in vain. Who could not give it back, since an error came
 * at that very call, has noted that in {@link StoreHealth#broken}; who waits looks there from time
 * to time. A full heap does not end a wait: who waits may have something to give back. Reentrant;
 * interrupts are kept for later.
 */
public final class BoundedLock {
  /** How often who waits for something of the store looks whether it can still come. */
  public static final long LOOK_NANOS = 100_000_000;

  private static final long FULL_HEAP_NANOS = 1_000_000;

  private final ReentrantLock lock;
  private final StoreHealth health;

  /** Creates a lock of the store with that health. */
  public BoundedLock(StoreHealth health) {
    this(health, false);
  }

  private BoundedLock(StoreHealth health, boolean fair) {
    this.health = health;
    this.lock = new ReentrantLock(fair);
  }

  /**
   * Creates one that who waits gets before who comes: for what takes long, and is done again and
   * again by threads that would otherwise never let another one in.
   */
  public static BoundedLock fair(StoreHealth health) {
    return new BoundedLock(health, true);
  }

  /**
   * Takes the lock.
   *
   * @throws io.persistentmap.PersistentMapException if the store is broken, and somebody has it
   */
  public void lock() {
    lock(LOOK_NANOS, () -> {});
  }

  /**
   * Takes the lock, and does something from time to time until it has it.
   *
   * @param everyNanos how often
   * @param meanwhile what is done
   * @throws io.persistentmap.PersistentMapException if the store is broken, and somebody has it
   */
  public void lock(long everyNanos, Runnable meanwhile) {
    if (!tryLock() && !await(everyNanos, meanwhile)) {
      throw health.brokenException();
    }
  }

  /** Takes the lock, if nobody has it at this moment, or waits for it if it is a fair one. */
  public boolean tryLock() {
    boolean mayTake = !lock.isFair() || lock.isHeldByCurrentThread() || !lock.hasQueuedThreads();
    return mayTake && lock.tryLock();
  }

  /**
   * Takes the lock, unless an error has left it behind: for closing, which has to go on.
   *
   * @return whether it was taken, and is to be given back
   */
  public boolean lockUnlessLeft() {
    return lockUnlessLeft(() -> {});
  }

  /** As above; what {@code meanwhile}, called from time to time, throws ends the wait. */
  public boolean lockUnlessLeft(Runnable meanwhile) {
    return lock.tryLock() || await(LOOK_NANOS, meanwhile);
  }

  /** Says whether the current thread has it. */
  public boolean isHeldByCurrentThread() {
    return lock.isHeldByCurrentThread();
  }

  private boolean await(long everyNanos, Runnable meanwhile) {
    boolean interrupted = false;
    boolean locked = false;
    try {
      while (!locked) {
        try {
          locked = lock.tryLock(everyNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (OutOfMemoryError e) {
          LockSupport.parkNanos(FULL_HEAP_NANOS); // it has no place in the queue, so it looks again
          locked = lock.tryLock();
        }
        if (!locked && health.broken != null) {
          break;
        }
        if (!locked) {
          meanwhile.run();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return locked;
    } catch (Throwable e) {
      if (locked) {
        health.broken = e;
      }
      throw e;
    }
  }

  /** Gives the lock back. */
  public void unlock() {
    lock.unlock();
  }
}
