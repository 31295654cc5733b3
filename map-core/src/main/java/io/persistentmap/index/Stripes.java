package io.persistentmap.index;

import io.persistentmap.log.StoreHealth;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The locks of a store's writers, which all of its maps share. Thread-safe.
 *
 * <p>Who takes several takes them in order of their numbers. Who has one takes no other but with
 * all those after it.
 */
public final class Stripes {
  private final StoreHealth health;
  private final Stripe[] stripes;
  private final HeldKeys heldKeys;

  /** Says whether the current thread is in an atomic section. */
  private volatile BooleanSupplier inSection = () -> false;

  /** Creates the stripes of a store. */
  public Stripes(StoreHealth health) {
    this(health, HashIndex.ALL_SHARDS);
  }

  /** As the other, with so many. */
  Stripes(StoreHealth health, int count) {
    this.health = health;
    this.stripes = new Stripe[count];
    for (int i = 0; i < count; i++) {
      stripes[i] = new Stripe(health);
    }
    this.heldKeys = new HeldKeys(stripes);
  }

  /** Names what says whether the current thread is in an atomic section. */
  public void sections(BooleanSupplier inside) {
    inSection = inside;
  }

  /** Returns the stripe of a shard. */
  Stripe of(int shard) {
    return stripes[shard];
  }

  /** Returns the health of the store. */
  StoreHealth health() {
    return health;
  }

  /** Returns the keys that functions hold. */
  public HeldKeys heldKeys() {
    return heldKeys;
  }

  /**
   * Runs code with all of them: nothing changes meanwhile in any map. The store has failed if one
   * can't be given back.
   */
  public <T> T stopped(Supplier<T> code) {
    int locked = 0;
    try {
      try {
        for (; locked < stripes.length; locked++) {
          stripes[locked].lock();
        }
        return code.get();
      } finally {
        while (locked > 0) {
          stripes[locked - 1].unlock();
          locked--;
        }
      }
    } catch (Throwable e) {
      if (locked > 0) {
        health.broken = e;
      }
      throw e;
    }
  }

  /** Returns the number of entries of all maps; with all of them, or when nobody else has any. */
  long entries() {
    long sum = 0;
    for (Stripe stripe : stripes) {
      sum += stripe.entries();
    }
    return sum;
  }

  /** Returns how many entries of all maps are on the heap only; with all of them. */
  public long unrecorded() {
    long sum = 0;
    for (Stripe stripe : stripes) {
      sum += stripe.unrecorded();
    }
    return sum;
  }

  /** Waits for all changes that have begun. */
  public void awaitChanges() {
    for (Stripe stripe : stripes) {
      stripe.awaitChanges();
    }
  }

  /** Runs code with all of them, but for those that an error has left: to close the store. */
  public void stoppedToClose(Runnable code) {
    boolean[] locked = new boolean[stripes.length];
    try {
      boolean left = false; // then others were left, too, and each would be waited for
      for (int i = 0; i < stripes.length; i++) {
        locked[i] = left ? stripes[i].tryLock() : stripes[i].lockUnlessLeft();
        left |= !locked[i];
      }
      code.run();
      unlock(locked);
    } catch (Throwable e) {
      health.broken = e; // so that nobody waits for the locks that are left
      unlock(locked);
      throw e;
    }
  }

  private void unlock(boolean[] locked) {
    for (int i = 0; i < stripes.length; i++) {
      if (locked[i]) {
        stripes[i].unlock();
        locked[i] = false;
      }
    }
  }

  /**
   * Checks that the current thread may change something: while the store waits for functions and
   * atomic sections before it closes, only their threads may.
   *
   * @throws io.persistentmap.MapClosedException if the store is closed, or being closed
   * @throws io.persistentmap.StorageFailureException if it has failed
   */
  public void checkMayChange() {
    health.checkWritable();
    if (health.isDraining() && !heldKeys.isHeldByCurrentThread() && !inSection.getAsBoolean()) {
      throw health.closedException();
    }
  }
}
