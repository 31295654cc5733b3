package io.persistentmap.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What changes of live values tell the dirty pass, of all maps of a store. A map whose first live
 * value comes while a pass is running so has its part in that. Thread-safe.
 */
final class PassLedger {
  /** {@link LiveEntry#pass} of an entry that has changed. */
  private static final int NO_PASS = 0;

  /** Whether a dirty pass is running, so that it must be told of each change. */
  private volatile boolean passing;

  /** Number of the last dirty pass; changes while none is running. */
  private volatile int pass;

  /** Changed while the pass is running, so that it has to write them before the cut. */
  private final Queue<LiveEntry> owed = new ConcurrentLinkedQueue<>();

  /**
   * Whose values sections were given while the pass is running: they may change them until they
   * end.
   */
  private final Queue<LiveEntry> handed = new ConcurrentLinkedQueue<>();

  /** Those that were written since no section was inside; used by the pass. */
  private List<LiveEntry> taken = new ArrayList<>();

  /** Why the pass that is running was not told of a change: then it must not succeed. */
  private volatile @Nullable OutOfMemoryError missed;

  /** How long each change of a live value waits, so that the pass can end; 0 mostly. */
  private volatile long waitNanos;

  /** Notes, under the lock of its stripe, that the value of an entry has been changed. */
  void changed(LiveEntry entry) {
    if (passing) {
      entry.pass = NO_PASS;
      if (!entry.owed) {
        entry.owed = true;
        try {
          owed.add(entry);
        } catch (OutOfMemoryError e) {
          entry.owed = false;
          missed = e; // the change is made; the next pass looks at all entries
        }
      }
    }
  }

  /** Notes, under the lock of its stripe, that a section has been given the value of an entry. */
  void handed(LiveEntry entry) {
    if (passing && !entry.handed) {
      entry.handed = true;
      try {
        handed.add(entry);
      } catch (OutOfMemoryError e) {
        entry.handed = false;
        missed = e;
      }
    }
  }

  /** Makes what sections have been given be written, when none is inside any more. */
  void takeHanded() {
    LiveEntry entry = handed.poll();
    while (entry != null) {
      LiveEntry next = entry;
      boolean unused =
          next.shard()
              .locked(
                  () -> {
                    next.handed = false;
                    next.touch(); // what a thread has read of it before is not what it is now
                    changed(next);
                    return true;
                  });
      taken.add(next);
      entry = handed.poll();
    }
  }

  /** Notes that sections have been inside since: what was taken has to be taken again. */
  void giveBackTaken() {
    List<LiveEntry> again = taken;
    taken = new ArrayList<>();
    for (LiveEntry entry : again) {
      boolean unused =
          entry
              .shard()
              .locked(
                  () -> {
                    handed(entry);
                    return true;
                  });
    }
  }

  boolean isPassing() {
    return passing;
  }

  /** Begins a pass: it is told of changes that begin from now on. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one pass at a time
  int beginPass() {
    pass++;
    missed = null;
    passing = true;
    return pass;
  }

  /** Ends the pass, if one is running. */
  void endPass() {
    passing = false;
    waitNanos = 0;
    while (nextOwed() != null) {
      // The next pass looks at all entries.
    }
    LiveEntry entry = handed.poll();
    while (entry != null) {
      entry.handed = false;
      entry = handed.poll();
    }
    taken = new ArrayList<>();
  }

  /** Makes changes of live values wait, or no longer: a pass must be able to keep up with them. */
  void slowDown(long nanos) {
    waitNanos = nanos;
  }

  /** Waits a little if a pass can't keep up. Before a live value is put, and without a lock. */
  void awaitPass() {
    long nanos = waitNanos;
    if (nanos > 0) {
      LockSupport.parkNanos(nanos);
    }
  }

  private void requireNoneMissed() {
    OutOfMemoryError reason = missed;
    if (reason != null) {
      throw reason;
    }
  }

  /** Returns an entry that has been changed since the pass began, or null. */
  @Nullable LiveEntry nextOwed() {
    LiveEntry entry = owed.poll();
    if (entry != null) {
      entry.owed = false; // before its value is looked at
    }
    return entry;
  }

  /** Says whether entries have been changed that are not written. */
  boolean owesChanges() {
    requireNoneMissed();
    return !owed.isEmpty();
  }

  /**
   * Says whether entries have been changed that are not written, or given to sections; exact with
   * all stripes.
   *
   * @throws OutOfMemoryError if the heap was too full to note one
   */
  boolean owesAny() {
    requireNoneMissed();
    return !owed.isEmpty() || !handed.isEmpty();
  }
}
