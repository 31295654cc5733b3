package io.persistentmap.store;

import io.persistentmap.CloseMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.index.HeldKeys;
import io.persistentmap.index.OverdueKeys;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.StackReserve;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The closing of a store, as one event. Thread-safe.
 *
 * <p>Who comes first closes; who comes meanwhile or later waits for the end of that, and has its
 * outcome: nobody returns, and lets the process end, while the checkpoint is being written.
 *
 * <p><b>Invariant.</b> After a closing that failed the store either is closed, and durable or
 * failed for good; or it is open, with all its entries, and can be closed again. Nothing that is
 * not durable is dropped unless {@link CloseMode#DISCARD} asks for it. {@link FailedCloses} knows
 * the store from the beginning of its closing until everything has been given back, so that who
 * opens its file again can complete that, whatever was thrown.
 *
 * <p><b>Functions that hold keys</b> ({@code compute} and its kin). From its beginning a closing
 * lets only their threads change anything, and waits for them, for a bounded time. Then it refuses
 * their changes, too. What such a function may have changed inside a live value is not written: the
 * key keeps the state that the log has of it, and the application's logger is told.
 *
 * <p><b>Atomic sections</b> that have begun go on, too, and are waited for: what they do is in the
 * checkpoint as a whole. If one does not end in time, the closing fails, and the store stays open.
 */
final class Closing {
  /** How often a waiting thread looks by itself, if nobody has told it. */
  private static final long LOOK_MILLIS = 20;

  /** What a closing calls on. */
  interface Steps {
    /** Makes the checkpoint. */
    void checkpoint(OverdueKeys leftOut);

    /** Says whether the file has to be marked as closed. */
    boolean needsMark();

    /** Marks the file as closed. */
    void markClosed();

    /** Ends the threads of the store. */
    void endWork();

    /** Drops what is in memory and closes the file. */
    void release();
  }

  /** One closing; its fields are written once each, so that its end can't fail. */
  private static final class Attempt {
    private final String threadName = Thread.currentThread().getName();
    private volatile @Nullable Thread thread = Thread.currentThread();
    private volatile @Nullable Throwable failure;
    private volatile boolean over;
  }

  private final StoreConfig config;
  private final StoreHealth health;
  private final HeldKeys heldKeys;
  private final Checkpointer checkpointer;
  private final Gate gate;
  private final Steps steps;
  private final StoreLock lock;

  /** Guarded by this. */
  private @Nullable Attempt latest;

  /** Why the first closing failed, since when the store has been open all the same. */
  private volatile @Nullable Throwable firstFailure;

  /** Whether threads, memory, file and lock have been given back. */
  private volatile boolean released;

  /** Held while that is completed after a closing that could not. */
  private final Object releasing = new Object();

  private volatile Runnable afterwards = () -> {};

  Closing(
      StoreConfig config,
      Store.Parts parts,
      Checkpointer checkpointer,
      Gate gate,
      Steps steps,
      StoreLock lock) {
    this.config = config;
    this.health = parts.health;
    this.heldKeys = parts.indexes.stripes().heldKeys();
    this.checkpointer = checkpointer;
    this.gate = gate;
    this.steps = steps;
    this.lock = lock;
  }

  /** Says what is done once the store is closed. */
  void afterwards(Runnable task) {
    afterwards = task;
  }

  /** Returns what the store was opened with. */
  StoreConfig config() {
    return config;
  }

  /** Says whether a closing has ended, and has not given everything back. */
  synchronized boolean isLeft() {
    Attempt present = latest;
    return present != null && present.over && !released;
  }

  /**
   * Returns why the first closing failed, if one did, after which not everything was given back.
   */
  synchronized @Nullable Throwable firstFailure() {
    Throwable first = firstFailure;
    return first != null || latest == null ? first : latest.failure;
  }

  /** Returns the newest checkpoint that is durable. */
  long durableCheckpoint() {
    return checkpointer.present().checkpoint();
  }

  /** Closes the store, or waits until it is closed; see {@link Store#close(CloseMode)}. */
  void close(CloseMode mode) {
    StackReserve.require(); // for the end of it, which others wait for
    Attempt own = new Attempt();
    try {
      closeOrJoin(own, mode);
    } catch (Throwable e) {
      own.failure = e;
      throw e;
    } finally {
      own.thread = null;
      own.over = true; // no call before that, which could overflow: somebody may be waiting
      synchronized (own) {
        own.notifyAll();
      }
    }
  }

  private void closeOrJoin(Attempt own, CloseMode mode) {
    Attempt attempt = beginOrJoin(own);
    while (attempt != own) {
      await(attempt);
      boolean unused = completeRelease();
      Throwable failure = attempt.failure;
      if (failure == null || (mode == CloseMode.DISCARD && health.isClosed())) {
        return;
      }
      if (mode == CloseMode.CHECKPOINT) {
        throw SameFailure.rethrow(
            SameFailure.of(
                failure,
                path()
                    + ": was not closed as it should have been, by thread "
                    + attempt.threadName
                    + ": "
                    + failure.getMessage()));
      }
      attempt = beginOrJoin(own); // to discard what could not be saved
    }
    FailedCloses.add(this); // if this can't be done, nothing is
    carryOut(mode);
  }

  /** Returns the closing that counts: the given one, or another that has begun, or is over. */
  private synchronized Attempt beginOrJoin(Attempt own) {
    Attempt present = latest;
    if (present != null && present.over && health.isClosed()) {
      return present;
    }
    refuseInside(present);
    if (present != null && !present.over) {
      return present;
    }
    latest = own;
    return own;
  }

  private Path path() {
    return health.path();
  }

  /** The closing would wait for this thread, and this thread for the closing. */
  private void refuseInside(@Nullable Attempt running) {
    String inside = null;
    if (heldKeys.isHeldByCurrentThread()) {
      inside = "inside a function that holds a key (compute, merge, replaceAll ...)";
    } else if (checkpointer.isMakingCheckpoint()) {
      inside = "inside code that writes a value for a checkpoint";
    } else if (running != null && running.thread == Thread.currentThread()) {
      inside = "inside itself";
    }
    if (inside != null) {
      throw new IllegalStateException(
          path() + ": close() was called " + inside + "; call it after that has returned");
    }
  }

  private static void await(Attempt attempt) {
    boolean interrupted = false;
    synchronized (attempt) {
      while (!attempt.over) {
        try {
          attempt.wait(LOOK_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void carryOut(CloseMode mode) {
    // Of a failed store, too: it refuses, so that closing never succeeds without the checkpoint.
    boolean durable = !config.readOnly() && mode == CloseMode.CHECKPOINT;
    try {
      OverdueKeys leftOut = refuseChanges(durable && !health.hasFailed());
      if (durable) {
        steps.checkpoint(leftOut);
      }
    } catch (Throwable e) {
      if (firstFailure == null) {
        firstFailure = e; // before any call
      }
      if (!health.hasFailed()) {
        health.cancelClose();
        throw e;
      }
      finish(false);
      if (e instanceof StorageFailureException) {
        throw e;
      }
      throw health.failInconsistent(e);
    }
    finish(durable && steps.needsMark());
  }

  /**
   * Refuses changes: those of atomic sections, and of functions that hold keys, when they have
   * ended.
   *
   * @return the keys whose holders have not been waited for any longer
   */
  private OverdueKeys refuseChanges(boolean wait) {
    OverdueKeys overdue = OverdueKeys.NONE;
    if (wait) {
      health.beginDrain();
      checkpointer.awaitNoWriters(); // who takes a key from now on does so inside a function
      gate.awaitLast();
      heldKeys.awaitNone(config.closeTimeout());
    }
    health.beginClose();
    checkpointer.awaitNoWriters();
    if (wait) {
      overdue = heldKeys.present();
    }
    if (!overdue.isEmpty()) {
      Warnings.warn(
          path()
              + ": is closed after waiting "
              + config.closeTimeout().toMillis()
              + " ms for functions that hold keys and have not returned; these keys keep the state"
              + " that was recorded last, by a checkpoint or by a put of a copied value, and what"
              + " the functions return is refused: "
              + overdue.describe());
    }
    return overdue;
  }

  private void finish(boolean mark) {
    try {
      steps.endWork();
      if (mark) {
        markClosed();
      }
    } finally {
      release();
    }
  }

  /** The checkpoint is durable; without the mark, opening recovers it instead of using the file. */
  private void markClosed() {
    try {
      steps.markClosed();
    } catch (Throwable e) {
      if (health.hasFailed()) {
        throw e;
      }
      Warnings.warn(path() + ": closed, and durable, but not marked as closed", e);
    }
  }

  private void release() {
    health.close();
    try {
      steps.release();
    } finally {
      lock.close();
    }
    released = true;
    FailedCloses.remove(this);
    ExitHook.remove(this);
    afterwards.run();
  }

  /**
   * Gives back what a closing that has ended could not, since an error came.
   *
   * @return whether the store is closed, and everything has been given back
   */
  boolean completeRelease() {
    synchronized (releasing) {
      if (health.isClosed() && isLeft()) {
        try {
          steps.endWork();
        } finally {
          release();
        }
      }
      return released;
    }
  }
}
