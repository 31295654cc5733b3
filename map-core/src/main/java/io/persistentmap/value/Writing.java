package io.persistentmap.value;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.Hold;
import io.persistentmap.index.KeyState;
import io.persistentmap.index.Operation;
import io.persistentmap.index.OverdueKeys;
import io.persistentmap.index.Shard;
import io.persistentmap.serializer.MonitorWatch;
import io.persistentmap.serializer.NotEnteredException;
import io.persistentmap.serializer.SerializationException;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to write the value of an entry: {@link #prepare}, then {@link #read}, in the value's
 * monitor, then {@link #conclude}, outside of it. What was read counts only if meanwhile the map
 * has not changed the entry, and no function has had its key.
 */
final class Writing {
  /** What has become of an attempt. */
  enum Outcome {
    /** There is nothing more to be done. */
    DONE,

    /** A function has, or has had, the key. */
    KEY_HELD,

    /** The value could not be written; a thread may be changing it without its monitor. */
    CHANGING
  }

  private static final MonitorWatch NO_PARTS =
      part -> {
        throw new NotEnteredException(part);
      };

  /** How long the pass waits for a function that holds a key. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final Task task;
  final Object value;
  private final DirtyPass pass;
  private final LiveEntry entry;
  private final int map;

  /** Has the key, and then the record; a field for who has caught an error. */
  @Nullable Operation keyed;

  /** Whether the key is to be held while the value is read. */
  private boolean late;

  private boolean futile;

  /** Taken by the thread that reads; given back by that, or by the one that leaves it behind. */
  private volatile @Nullable Hold hold;

  private int version;
  private long holds;
  private volatile boolean keyHeld;

  /** The part at which reading was refused. */
  private @Nullable Object refused;

  private boolean needsParts;

  /** Has the value's bytes. */
  private @Nullable Operation alone;

  /** Whether the program has left a value of an old layout as it was read. */
  private boolean asRead;

  private @Nullable RuntimeException failure;

  /** Whether the thread is waiting for the store, rather than for the program. */
  private volatile boolean inStore;

  private Writing(Task task, Object value) {
    this.task = task;
    this.pass = task.run.pass();
    this.entry = task.entry;
    this.value = value;
    this.map = entry.values().index().map();
  }

  /** Begins an attempt; returns null if there is nothing to do. */
  static @Nullable Writing begin(Task task) {
    LiveEntry entry = task.entry;
    PassRun run = task.run;
    if (task.isDone() || !run.isRunning()) {
      return null;
    }
    if (entry.pass != run.number() && entry.values().isPresent(entry)) {
      Object value = entry.settled();
      if (!entry.values().codec().isImmutable(value) || !entry.isWritten()) {
        return new Writing(task, value);
      }
    }
    task.finish();
    return null;
  }

  /** Says whether the value is to be read in its monitor. */
  boolean needsMonitor() {
    return Monitors.isUsable(value) && !entry.values().codec().isImmutable(value);
  }

  /** Says whether the value is still that of its key. */
  boolean isOfMap() {
    return entry.value() == value && entry.values().isPresent(entry);
  }

  boolean isInStore() {
    return inStore;
  }

  /**
   * Does what must not be done in the monitor; may call the program's code, of the key.
   *
   * @return whether there is any point in going on: the key is not held
   */
  boolean prepare() {
    if (!task.isLate()) {
      keyHeld = task.run.leftOut().mayHave(map, entry.hash) || isKeyHeld();
      return !keyHeld;
    }
    late = true;
    Operation operation = keyed();
    OverdueKeys leftOut = task.run.leftOut();
    if (!leftOut.isEmpty()) {
      futile = true; // the store is being closed: no function can take a key any more
      if (leftOut.has(map, operation, entry.key)) {
        task.run.leaveOut(entry);
        return false;
      }
      return true;
    }
    KeyState state = entry.values().index().keyState(operation);
    futile = state == KeyState.FUTILE;
    keyHeld = state == KeyState.HELD;
    if (keyHeld) {
      entry.values().health.checkWritable(); // closing does not wait for two
    }
    if (keyHeld && task.lateNanos() > PATIENCE.toNanos()) {
      throw new IllegalStateException(entry.values().index().describeHolder(operation, PATIENCE));
    }
    return !keyHeld;
  }

  private Operation keyed() {
    Operation operation = keyed;
    if (operation == null) {
      operation = pass.operations().take();
      entry.values().codec().writeKnownKey(operation, entry.key);
      keyed = operation;
    }
    return operation;
  }

  private boolean isKeyHeld() {
    Shard shard = entry.shard();
    if (!shard.isAnyHeld()) {
      return false;
    }
    return shard.locked(() -> shard.isHeld(entry.hash));
  }

  /**
   * Reads the value into a private buffer; waits for nothing but what its own code waits for, and
   * for the parts that the watch lets it enter.
   *
   * @return false if the watch has refused one; then nothing was read, and it may be tried again
   */
  boolean read(MonitorWatch watch) {
    version = entry.version();
    if (task.isDone() || !task.run.isRunning() || entry.settled() != value) {
      return true; // who has changed it has told the pass
    }
    holds = entry.shard().holds();
    if (!late) {
      keyHeld = mayBeHeld();
    } else if (!futile) {
      Hold taken = entry.values().index().tryHold(keyed());
      hold = taken;
      keyHeld = taken == null;
    }
    if (keyHeld) {
      return true;
    }
    Operation operation = pass.operations().take();
    try {
      asRead = isAsRead(watch);
      if (!asRead) {
        entry.values().codec().writeValueAlone(operation, value, watch);
      }
      alone = operation;
    } catch (NotEnteredException e) {
      refused = e.part();
      pass.operations().give(operation);
      releaseKey();
      return false;
    } catch (SerializationException | ConcurrentModificationException e) {
      failure = e;
    }
    VarHandle.acquireFence(); // all that was read of the value, before the holds
    return true;
  }

  /**
   * Reads the value in its monitor, unless it has parts that are read through their own locks, or
   * nobody knows, and others of its class have: then it {@link #needsParts}.
   */
  void readWithoutParts() {
    needsParts =
        entry.parts == LiveEntry.Parts.SOME
            || (entry.parts == LiveEntry.Parts.UNKNOWN && pass.mayHaveParts(value.getClass()))
            || !read(NO_PARTS);
    if (!needsParts) {
      entry.parts = LiveEntry.Parts.NONE;
    }
  }

  /** Notes whether it was read through locks of parts, if it was read. */
  void noteParts(boolean some) {
    if (some) {
      entry.parts = LiveEntry.Parts.SOME;
      pass.addWithParts(value.getClass());
    } else if (alone != null) {
      entry.parts = LiveEntry.Parts.NONE;
    }
  }

  /** Says whether the value is not read yet, since it has parts with their own locks. */
  boolean needsParts() {
    return needsParts;
  }

  /** Returns the part that the watch has refused. */
  Object refused() {
    return Objects.requireNonNull(refused);
  }

  private boolean isAsRead(MonitorWatch watch) {
    return entry.inOldLayout
        && entry.isWritten()
        && entry.values().codec().oldLayouts().fingerprint(value, watch) == entry.fingerprint;
  }

  private boolean mayBeHeld() {
    Shard shard = entry.shard();
    if (!shard.isAnyHeld()) {
      return false;
    }
    return !Boolean.FALSE.equals(shard.tryLocked(() -> shard.isHeld(entry.hash)));
  }

  /** Appends what was read, if it is new and still counts. */
  Outcome conclude() {
    Outcome outcome;
    releaseKey();
    if (keyHeld || (!late && alone != null && isTaken())) {
      outcome = Outcome.KEY_HELD;
    } else if (failure != null) {
      outcome = Outcome.CHANGING;
    } else {
      outcome = alone == null ? Outcome.DONE : write(alone);
    }
    giveBack();
    return outcome;
  }

  /** Makes what was read not count: it is read again. */
  void forget() {
    keyHeld = true;
  }

  /** Gives back what the attempt holds of the map, after an error, or if it comes to nothing. */
  void abandon() {
    releaseKey();
  }

  /**
   * Gives the key back while another thread is reading, and waits for a part: who has that may want
   * the key. What it reads does not count.
   */
  void loseKey() {
    if (hold != null) {
      keyHeld = true;
      releaseKey();
    }
  }

  private void releaseKey() {
    Hold taken = hold;
    if (taken != null) {
      taken.release();
    }
  }

  private void giveBack() {
    if (keyed != null) {
      pass.operations().give(keyed);
      keyed = null;
    }
    if (alone != null) {
      pass.operations().give(alone);
      alone = null;
    }
  }

  @Nullable RuntimeException failure() {
    return failure;
  }

  private boolean isTaken() {
    return entry.shard().holds() != holds;
  }

  private Outcome write(Operation read) {
    long fingerprint = asRead ? OldLayouts.UNKNOWN : fingerprintOf(read);
    if (!isNew(fingerprint) && task.isCounted()) {
      return Outcome.DONE;
    }
    Operation operation = keyed();
    if (!asRead) {
      entry.values().codec().copyValue(read, operation);
    }
    try {
      inStore = true;
      return append(operation, fingerprint);
    } finally {
      inStore = false;
    }
  }

  private static long fingerprintOf(Operation read) {
    int length = read.record().writer().position() - RecordLayout.HEADER_BYTES;
    return Fingerprint.of(read.record().array(), RecordLayout.HEADER_BYTES, length);
  }

  /** Says whether the record must become another one. */
  private boolean isNew(long fingerprint) {
    return !asRead && (entry.inOldLayout || fingerprint != entry.fingerprint);
  }

  private Outcome append(Operation operation, long fingerprint) {
    int number = task.run.number();
    entry.values().index().awaitRoom();
    Shard shard = entry.values().index().lockAndFindForCheckpoint(operation);
    try {
      if (entry.pass == number
          || entry.version() != version
          || !task.run.isRunning()
          || !entry.values().isPresent(entry)) {
        return Outcome
            .DONE; // written by another thread, or changed: then it is to be written again
      }
      if (!late && isTaken()) {
        return Outcome.KEY_HELD;
      }
      if (isNew(fingerprint)) {
        entry.values().index().write(shard, operation);
        recorded(fingerprint);
        task.run.countWritten();
      }
      entry.pass = number;
      return Outcome.DONE;
    } finally {
      entry.values().index().unlock(shard, operation);
    }
  }

  private void recorded(long fingerprint) {
    try {
      entry.values().recorded(entry, fingerprint, version);
    } catch (Throwable e) {
      entry.values().health.broken = e;
      throw e;
    }
  }
}
