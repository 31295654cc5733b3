package io.persistentmap.value;

import io.persistentmap.UnstorableException;
import io.persistentmap.ValueHeldException;
import io.persistentmap.platform.BlockedThreads;
import org.jspecify.annotations.Nullable;

/** What a pass says of values that it can't write. */
final class PassMessages {
  private PassMessages() {}

  /** Begins a message about an entry. */
  static String message(DirtyPass pass, LiveEntry entry, String finding) {
    return pass.path()
        + ": no checkpoint was made, the previous one is intact: the value of key "
        + nameOf(entry.key)
        + entry.values().codec().ofMap()
        + " "
        + finding;
  }

  /** Names a key, whose own code may do what it likes. */
  private static String nameOf(Object key) {
    try {
      return String.valueOf(key);
    } catch (RuntimeException e) {
      return "(a " + key.getClass().getTypeName() + ", whose toString throws " + e.getClass() + ")";
    }
  }

  /** Says that a value can't be written. */
  static UnstorableException failed(DirtyPass pass, LiveEntry entry, Throwable reason) {
    return new UnstorableException(
        message(
            pass,
            entry,
            "can't be written: "
                + reason.getMessage()
                + "; change that object or remove its key, and try again"),
        reason);
  }

  /** Says that there is no thread to read values with, since so many wait for monitors. */
  static ValueHeldException noThread(DirtyPass pass) {
    String owner = "";
    for (Visitor visitor : pass.stuck()) {
      Thread thread = visitor.thread();
      if (thread != null) {
        owner = ", the first of them for that of " + BlockedThreads.describeOwnerOfMonitor(thread);
        break;
      }
    }
    return new ValueHeldException(
        pass.path()
            + ": no checkpoint was made, the previous one is intact: for "
            + describe(pass)
            + " no value could be read, since all threads for that wait for the monitors of values"
            + owner
            + "; let the threads that have these monitors leave their synchronized blocks, and try"
            + " again");
  }

  private static ValueHeldException held(
      DirtyPass pass, LiveEntry entry, Object value, @Nullable Thread waiting) {
    String owner =
        waiting == null
            ? "a thread that can't be named"
            : BlockedThreads.describeOwnerOfMonitor(waiting);
    return held(pass, entry, value, owner);
  }

  static ValueHeldException held(DirtyPass pass, Parked parked) {
    Thread waiting = parked.visitor.thread();
    LiveEntry entry = parked.task.entry;
    return parked.isOfPart() && waiting != null
        ? heldPart(pass, entry, parked.monitor, BlockedThreads.describeOwnerOfMonitor(waiting))
        : held(pass, entry, parked.value, waiting);
  }

  /** Says that a part of a value is locked, or its own lock. */
  static ValueHeldException heldPart(DirtyPass pass, LiveEntry entry, Object part, String owner) {
    return new ValueHeldException(
        message(
            pass,
            entry,
            "has a part (a "
                + part.getClass().getTypeName()
                + ") that is locked for longer than "
                + describe(pass)
                + " by "
                + owner
                + "; let that thread leave its synchronized block, or give the map a longer"
                + " monitorTimeout, and try again"));
  }

  static ValueHeldException held(DirtyPass pass, LiveEntry entry, Object value, String owner) {
    return new ValueHeldException(
        message(
            pass,
            entry,
            "(a "
                + value.getClass().getTypeName()
                + ") is locked for longer than "
                + describe(pass)
                + " by "
                + owner
                + "; let that thread leave its synchronized block, or give the map a longer"
                + " monitorTimeout, and try again"));
  }

  /** Says that a value's own code does not come to an end. */
  static ValueHeldException blocked(DirtyPass pass, LiveEntry entry, Thread thread) {
    String owner =
        BlockedThreads.ownerOfMonitor(thread) < 0
            ? ""
            : ", waiting for " + BlockedThreads.describeOwnerOfMonitor(thread);
    return new ValueHeldException(
        message(
            pass,
            entry,
            "has not been written for "
                + describe(pass)
                + ", since its own code waits ("
                + BlockedThreads.describe(thread)
                + owner
                + "); let that code come to an end, and try again"));
  }

  private static String describe(DirtyPass pass) {
    return pass.monitorTimeout().toMillis() + " ms (monitorTimeout)";
  }
}
