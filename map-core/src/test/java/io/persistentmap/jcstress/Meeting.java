package io.persistentmap.jcstress;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets the two actors of a sample begin together: what they do takes so long that they would hardly
 * ever meet otherwise. Says nothing about the order of what they do then.
 */
final class Meeting {
  private static final int ACTORS = 2;

  private static final int MOST_LOOKS = 100;
  private static final int SPINS = 1000;

  private final AtomicInteger missing = new AtomicInteger(ACTORS);
  private volatile boolean over;

  /** Waits for the other actor. */
  @SuppressWarnings("ThreadPriorityCheck") // it may be the processor that it waits for
  void begin() {
    missing.decrementAndGet();
    int spins = 0;
    while (missing.get() > 0) {
      if (++spins % SPINS == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  /** Tells the other actor, who goes on meanwhile, that it may stop. */
  void end() {
    over = true;
  }

  /**
   * Says whether the other actor has ended, or waits for a processor, for which there is no telling
   * how long it takes.
   *
   * @param looks how many times the caller has looked
   */
  boolean isOver(int looks) {
    return over || looks == MOST_LOOKS;
  }
}
