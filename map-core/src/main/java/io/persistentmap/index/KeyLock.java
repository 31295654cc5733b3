package io.persistentmap.index;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A key that an operation holds while it runs user code ({@code compute} and its kin).
 *
 * <p>Writers of the same key wait, others and readers don't. The owner may use the map inside, the
 * key included. Two threads that each hold a key and want the other's would wait for ever; the one
 * that would close such a circle gets an exception instead.
 */
final class KeyLock {
  /** For whom each waiting thread waits. Also the monitor under which circles are looked for. */
  private static final ConcurrentMap<Thread, KeyLock> WAITING = new ConcurrentHashMap<>();

  private final long hash;
  private final byte[] key;
  private final Thread owner = Thread.currentThread();

  /** Whether the owner has given the key back; a thread may still be about to wake up for it. */
  private volatile boolean released;

  /** Whether another thread has cleared the map since; guarded by the shard's lock. */
  private boolean overrun;

  /** The next key held in the shard; guarded by the shard's lock. */
  @Nullable KeyLock next;

  KeyLock(long hash, byte[] key, int from, int length, @Nullable KeyLock next) {
    this.hash = hash;
    this.key = Arrays.copyOfRange(key, from, from + length);
    this.next = next;
  }

  /** Notes that the current thread clears the map; what it does inside its own code counts on. */
  void overrun() {
    overrun |= owner != Thread.currentThread();
  }

  /** Says whether another thread has cleared the map since the key was taken. */
  boolean isOverrun() {
    return overrun;
  }

  /** Notes that the owner has given the key back. */
  void released() {
    released = true;
  }

  /** Says whether this is that key, held by another thread. */
  boolean isOther(long otherHash, byte[] otherKey, int from, int length) {
    return hash == otherHash
        && owner != Thread.currentThread()
        && Arrays.equals(key, 0, key.length, otherKey, from, from + length);
  }

  /**
   * Waits for a signal that some key of the shard was given back; interrupts are kept for later.
   */
  @SuppressWarnings("WaitNotInLoop") // the caller looks again whether the key is held
  void await(Condition keyReleased) {
    Thread current = Thread.currentThread();
    synchronized (WAITING) {
      refuseCircle(current);
      WAITING.put(current, this);
    }
    try {
      keyReleased.awaitUninterruptibly();
    } finally {
      WAITING.remove(current);
    }
  }

  private void refuseCircle(Thread current) {
    KeyLock wanted = this;
    while (wanted != null && !wanted.released) {
      if (wanted.owner == current) {
        throw new IllegalStateException(
            "deadlock: this thread holds a key inside compute (or merge, replaceAll ...), and wants"
                + " a key whose holder, "
                + owner.getName()
                + ", waits for it; change one key inside another key's function in one order only");
      }
      wanted = WAITING.get(wanted.owner);
    }
  }
}
