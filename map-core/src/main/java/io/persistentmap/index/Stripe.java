package io.persistentmap.index;

import io.persistentmap.log.BoundedLock;
import io.persistentmap.log.StoreHealth;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock of a store's writers, and the keys that functions hold under it.
 *
 * <p>Each map has a {@link Shard} for each stripe, at the most; so a key has one stripe for ever,
 * and a store with a thousand maps has no more locks than one with one map (lock striping; Goetz,
 * "Java Concurrency in Practice", 11.4.3).
 *
 * <p>The lock is held for the time of an append and never while user code runs. Operations that
 * call user code hold a {@link KeyLock} instead, which only writers of the same key wait for.
 */
final class Stripe {
  /** Protects tables, counts and key locks; orders the records of the stripe's keys. */
  private final BoundedLock lock;

  private final StoreHealth health;

  /** Entries of all maps; changes under the lock. */
  private long entries;

  /** Entries of all maps that are on the heap only; changes under the lock. */
  private long unrecorded;

  /**
   * Changes under the lock. A thread finds what it holds itself without the lock, too: nobody else
   * takes that out, and what others take out leads on.
   */
  private volatile @Nullable KeyLock keyLocks;

  /** How many keys are held; changes under the lock. */
  private volatile int keysHeld;

  /** How many keys have been held so far; changes under the lock. */
  private volatile long holds;

  Stripe(StoreHealth health) {
    this.health = health;
    this.lock = new BoundedLock(health);
  }

  /** Takes the lock, without reacting to interrupts. */
  void lock() {
    lock.lock();
  }

  /** Takes the lock, if nobody has it at this moment. */
  boolean tryLock() {
    return lock.tryLock();
  }

  /** Takes the lock, if need be without having it; returns whether it is to be given back. */
  boolean lockUnlessLeft() {
    return lock.lockUnlessLeft();
  }

  /** Gives the lock back. */
  void unlock() {
    lock.unlock();
  }

  /** Runs code under the lock; the store has failed if it can't be given back. */
  @SuppressWarnings("NullAway") // null only if it does not wait, or if the code returns null
  <T> T locked(Supplier<T> code) {
    return locked(code, true);
  }

  /** As {@link #locked}, but returns null if somebody has the lock at this moment. */
  <T> @Nullable T tryLocked(Supplier<T> code) {
    return locked(code, false);
  }

  /** Nothing is called between taking the lock and the block that gives it back. */
  private <T> @Nullable T locked(Supplier<T> code, boolean wait) {
    if (wait) {
      lock.lock();
    } else if (!lock.tryLock()) {
      return null;
    }
    boolean left = true;
    try {
      try {
        return code.get();
      } finally {
        lock.unlock();
        left = false;
      }
    } catch (Throwable e) {
      if (left) {
        health.broken = e;
      }
      throw e;
    }
  }

  /** Waits for the changes that have begun. */
  void awaitChanges() {
    lock.lock();
    try {
      lock.unlock();
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
  }

  /** Counts entries of a map, or takes them away. Under the lock. */
  void count(long more) {
    entries += more;
  }

  /** Counts entries that are on the heap only, or takes them away. Under the lock. */
  void countUnrecorded(long more) {
    unrecorded += more;
  }

  /** Returns how many entries of all maps are on the heap only. Under the lock. */
  long unrecorded() {
    return unrecorded;
  }

  /** Returns the number of entries of all maps. Under the lock. */
  long entries() {
    return entries;
  }

  /** Notes that the store can't go on: something was left half done under the lock. */
  void broken(Throwable reason) {
    health.broken = reason;
  }

  // ---- key locks -------------------------------------------------------------------------------

  /** Returns the lock of a map's key, if another thread holds it. */
  @Nullable KeyLock heldByOther(int map, Operation operation) {
    KeyLock held = keyLocks;
    while (held != null && !held.isOther(map, operation)) {
      held = held.next;
    }
    return held;
  }

  /**
   * Takes the key for the current thread, once more if it has it.
   *
   * @param ofFunction whether a function of the program is to run, rather than a checkpoint
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  KeyLock takeKey(int map, Operation operation, boolean ofFunction) {
    KeyLock taken = new KeyLock(map, operation, keyLocks, ofFunction);
    keyLocks = taken;
    operation.owes++;
    keysHeld++;
    holds++;
    VarHandle.storeStoreFence(); // nothing that the holder changes can be seen before that
    return taken;
  }

  /** Returns the lock of a map's key, if any thread holds it. */
  @Nullable KeyLock holderOf(int map, Operation operation) {
    KeyLock held = keyLocks;
    while (held != null && !held.isOf(map, operation)) {
      held = held.next;
    }
    return held;
  }

  /** Says whether a key of a map with that hash is held, by whomever. */
  boolean isHeld(int map, long hash) {
    for (KeyLock held = keyLocks; held != null; held = held.next) {
      if (held.map() == map && held.hash() == hash) {
        return true;
      }
    }
    return false;
  }

  /** Says whether any key is held, by whomever; needs no lock. */
  boolean isAnyHeld() {
    return keysHeld > 0;
  }

  /** Returns a number that changes whenever a key is taken; needs no lock. */
  long holds() {
    return holds;
  }

  /** Says whether the current thread runs a function on a key; needs no lock. */
  boolean isHeldByCurrentThread() {
    if (keysHeld > 0) {
      for (KeyLock held = keyLocks; held != null; held = held.next) {
        if (held.isOwn() && held.isOfFunction()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Adds the keys that functions hold. */
  void addHeldByFunctions(Collection<KeyLock> to) {
    if (keysHeld == 0) {
      return;
    }
    boolean unused =
        locked(
            () -> {
              for (KeyLock held = keyLocks; held != null; held = held.next) {
                if (held.isOfFunction()) {
                  to.add(held);
                }
              }
              return true;
            });
  }

  /** Tells the keys of a map held by other threads that the map is being cleared. */
  void overrunKeys(int map) {
    for (KeyLock held = keyLocks; held != null; held = held.next) {
      if (held.map() == map) {
        held.overrun();
      }
    }
  }

  /** Gives a key back. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void releaseKey(KeyLock released, Operation operation) {
    KeyLock before = null;
    for (KeyLock held = keyLocks; held != null; held = held.next) {
      if (held == released) {
        if (before == null) {
          keyLocks = held.next;
        } else {
          before.next = held.next;
        }
        break;
      }
      before = held;
    }
    keysHeld--;
    operation.owes--;
    released.released();
  }
}
