package io.persistentmap.value;

import io.persistentmap.log.StoreHealth;
import io.persistentmap.serializer.MonitorWatch;
import io.persistentmap.serializer.NotEnteredException;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes values in a thread of the program: those whose monitor it has, or that of a part of which,
 * and all of them if it initialises a class. Such a thread waits for no monitor: where a part's is
 * needed that it has not, it {@linkplain PassRun#lend lends} the value to threads of ours.
 */
final class OwnWriter {
  /** Lets only parts be entered whose monitor the thread has. */
  private static final MonitorWatch OWN =
      part -> {
        if (!Thread.holdsLock(part)) {
          throw new NotEnteredException(part);
        }
      };

  /** How long it waits for the monitor of a value of which it has a part. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final PassRun run;
  private final DirtyPass pass;
  private final StoreHealth health;

  OwnWriter(PassRun run) {
    this.run = run;
    this.pass = run.pass();
    this.health = pass.health();
  }

  static boolean isOwn(Object value) {
    return Monitors.isUsable(value) && Thread.holdsLock(value);
  }

  /** Writes all values whose monitor the current thread has, but for those whose key is held. */
  void writeAll() {
    for (LiveValues map : pass.maps()) {
      for (LiveEntry entry : map.table().values()) {
        if (isOwn(entry.value()) && entry.pass != run.number()) {
          write(new Task(run, entry, false));
        }
      }
    }
  }

  /** Writes a value whose monitor the current thread has, unless a function has the key. */
  void write(Task task) {
    attempt(
        task,
        writing -> {
          if (writing.needsMonitor() && !Thread.holdsLock(writing.value)) {
            run.tryLater(task); // replaced meanwhile
            return false;
          }
          if (!writing.prepare() || writing.read(OWN)) {
            return true;
          }
          writing.abandon();
          run.lend(task, writing.value);
          return false;
        });
  }

  /** Writes a value of which the current thread has a part's monitor; false if it needs more. */
  boolean writeByPart(Task task) {
    return attempt(
        task,
        writing -> {
          if (!writing.prepare() || readByPart(writing)) {
            return true;
          }
          writing.abandon();
          return false;
        });
  }

  /** Does for the visitors what they might not be able to do. */
  void writeInInitializer(Batch batch) {
    Task task = batch.next();
    while (task != null && run.isRunning()) {
      writeInInitializer(task);
      task = batch.next();
    }
  }

  /** Writes a value in the current thread, while another one holds its monitor. */
  void writeInInitializer(Task task) {
    attempt(
        task,
        writing -> {
          boolean unused = !writing.prepare() || readInitializing(writing);
          return true;
        });
  }

  /**
   * Waits until a thread of ours has been in a part's monitor: so nobody keeps it. The thread that
   * initialises a class has to enter it itself then, and might still meet one that has just come.
   */
  private void awaitFree(Task task, Object part) {
    if (!Thread.holdsLock(part)) {
      try (MonitorHold hold = pass.threads().hold(part)) {
        if (!hold.await(pass.monitorTimeout())) {
          throw PassMessages.heldPart(pass, task.entry, part, hold.describeOwner());
        }
      }
    }
  }

  private static boolean isOutside(Writing writing) {
    return writing.needsMonitor() && !Thread.holdsLock(writing.value);
  }

  private boolean readByPart(Writing writing) {
    if (!isOutside(writing)) {
      return writing.read(OWN);
    }
    try (MonitorHold hold = pass.threads().hold(writing.value)) {
      if (hold.await(PATIENCE)) {
        return readIn(hold, writing, OWN);
      }
    }
    writing.forget(); // others wait for it
    return true;
  }

  private static boolean readIn(MonitorHold hold, Writing writing, MonitorWatch watch) {
    boolean isRead = writing.read(watch);
    if (hold.isLost()) {
      writing.forget();
    }
    return isRead;
  }

  private boolean readInitializing(Writing writing) {
    MonitorWatch watch = part -> awaitFree(writing.task, part);
    if (!isOutside(writing)) {
      return writing.read(watch);
    }
    for (Visitor visitor : run.visitors()) {
      Writing there = visitor.inside(writing.value);
      if (there != null) {
        boolean isRead = writing.read(watch);
        VarHandle.acquireFence(); // all that was read of the value, before that look
        if (visitor.inside(writing.value) != there) {
          writing.forget();
        }
        return isRead;
      }
    }
    try (MonitorHold hold = pass.threads().hold(writing.value)) {
      if (!hold.await(pass.monitorTimeout())) {
        throw PassMessages.held(pass, writing.task.entry, writing.value, hold.describeOwner());
      }
      return readIn(hold, writing, watch);
    }
  }

  // ---- an attempt, whatever becomes of it ------------------------------------------------------

  /** Reads the value; false if the attempt has come to nothing, and leaves nothing to conclude. */
  private interface Reading {
    boolean read(Writing writing);
  }

  private boolean attempt(Task task, Reading reading) {
    Writing writing = null;
    try {
      writing = Writing.begin(task);
      if (writing != null && !reading.read(writing)) {
        return false;
      }
      if (writing != null) {
        run.conclude(writing);
      }
    } catch (Throwable e) {
      try {
        failed(task, writing, e);
      } finally {
        if (writing != null && writing.keyed != null && writing.keyed.owes > 0) {
          health.broken = e; // a write: a call could throw again
        }
      }
    }
    return true;
  }

  private void failed(Task task, @Nullable Writing writing, Throwable e) {
    if (writing != null) {
      writing.abandon();
    }
    if (task.isCounted() || !(e instanceof VirtualMachineError)) {
      run.fail(task, e);
    } // else the stack or heap of a thread that only helps does not suffice: others go on
  }
}
