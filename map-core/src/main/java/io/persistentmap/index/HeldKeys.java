package io.persistentmap.index;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The keys of a store that functions of the program hold. Thread-safe. */
public final class HeldKeys {
  private static final long LOOK_NANOS = 1_000_000;

  private final Stripe[] stripes;

  HeldKeys(Stripe[] stripes) {
    this.stripes = stripes;
  }

  /** Says whether the current thread runs a function that holds a key; takes no lock. */
  public boolean isHeldByCurrentThread() {
    for (Stripe stripe : stripes) {
      if (stripe.isHeldByCurrentThread()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Waits until no function holds a key, but not longer than that; interrupts are kept for later.
   */
  public void awaitNone(Duration patience) {
    long begin = System.nanoTime();
    boolean interrupted = false;
    while (!present().isEmpty() && System.nanoTime() - begin < patience.toNanos()) {
      LockSupport.parkNanos(LOOK_NANOS);
      interrupted |= Thread.interrupted(); // else the next would not wait
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Returns those that are held now. Where no function can take a key any more, and changes that
   * had begun have been awaited, these are the last.
   */
  public OverdueKeys present() {
    List<KeyLock> held = new ArrayList<>();
    for (Stripe stripe : stripes) {
      stripe.addHeldByFunctions(held);
    }
    return new OverdueKeys(held);
  }
}
