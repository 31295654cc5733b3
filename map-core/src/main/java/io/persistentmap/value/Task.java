package io.persistentmap.value;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An entry that a pass has to write, until it is written, by whichever thread. Several may try at
 * once, since the bytes of one count only, and of the others nothing.
 */
final class Task {
  final PassRun run;
  final LiveEntry entry;

  /** Whether the pass waits for it. */
  private final boolean counted;

  private final AtomicBoolean done = new AtomicBoolean();

  /** Whether it is tried again, with the key held while the value is read. */
  private volatile boolean late;

  /** When it was first put off. */
  private volatile long lateSince;

  private volatile int failures;

  /** Why it can't be done. */
  volatile @Nullable Throwable error;

  private volatile long notBefore;

  Task(PassRun run, LiveEntry entry, boolean counted) {
    this.run = run;
    this.entry = entry;
    this.counted = counted;
  }

  boolean isDone() {
    return done.get();
  }

  /** Notes that nothing is to be done any more; the first time counts. */
  void finish() {
    if (done.compareAndSet(false, true) && counted) {
      run.finished();
    }
  }

  /** Says whether the pass waits for it; if not, others learn of it by {@link LiveEntry#pass}. */
  boolean isCounted() {
    return counted;
  }

  boolean isLate() {
    return late;
  }

  /** Returns how long ago it was first put off. */
  long lateNanos() {
    return late ? System.nanoTime() - lateSince : 0;
  }

  boolean isDue() {
    return System.nanoTime() - notBefore >= 0;
  }

  /** Makes it one of those that are written with the key held. */
  Task late() {
    lateSince = System.nanoTime();
    late = true;
    return this;
  }

  /**
   * Notes that it is to be tried again.
   *
   * @param failure of the value, which may be changing, or null if its key is held
   * @return whether there is any point in that
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // a lost one is one more attempt
  boolean putOff(@Nullable Throwable failure) {
    if (!late) {
      late();
    }
    notBefore = System.nanoTime();
    if (failure != null) {
      failures++;
      notBefore += EntryCodec.pauseNanos(failures);
    }
    return failures < EntryCodec.ATTEMPTS;
  }
}
