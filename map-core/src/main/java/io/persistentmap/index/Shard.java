package io.persistentmap.index;

import io.persistentmap.log.BoundedLock;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shard of an index: a table, the lock of its writers, and the version by which readers know
 * whether what they read was consistent (a sequence lock).
 *
 * <p>The version is odd while slots move, and changes with every change of a slot. A reader reads
 * it, probes, reads the record, and reads it again; if it is the same and even, slot and record
 * belonged together, since a record's segment is reused only long after its slot has changed.
 *
 * <p>The lock is held for the time of an append and never while user code runs. Operations that
 * call user code hold a {@link KeyLock} instead, which only writers of the same key wait for.
 *
 * <p>Not final: tests break it on purpose, to see that they notice.
 */
public class Shard {
  private static final int INITIAL_HOME_BITS = 3;

  private static final VarHandle VERSION;

  static {
    try {
      VERSION = MethodHandles.lookup().findVarHandle(Shard.class, "version", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Protects the table, the count and the key locks; orders the records of the shard's keys. */
  private final BoundedLock lock;

  private final StoreHealth health;
  private final int number;
  private final LongFunction<Memory> allocator;

  /** Changes under the lock; null while empty. */
  private volatile @Nullable SlotTable table;

  /** Changes under the lock. */
  private volatile long count;

  @SuppressWarnings("unused") // through VERSION
  private volatile long version;

  /**
   * Changes under the lock. A thread finds what it holds itself without the lock, too: nobody else
   * takes that out, and what others take out leads on.
   */
  private volatile @Nullable KeyLock keyLocks;

  /** How many keys are held; changes under the lock. */
  private volatile int keysHeld;

  /** How many keys have been held so far; changes under the lock. */
  private volatile long holds;

  Shard(int number, StoreHealth health, LongFunction<Memory> allocator) {
    this.number = number;
    this.health = health;
    this.lock = new BoundedLock(health);
    this.allocator = allocator;
  }

  /** Returns its number in the index. */
  public int number() {
    return number;
  }

  /** Takes the lock, without reacting to interrupts. */
  public void lock() {
    lock.lock();
  }

  /** Takes the lock, if nobody has it at this moment. */
  boolean tryLock() {
    return lock.tryLock();
  }

  /** Takes the lock, if need be without having it; returns whether it is to be given back. */
  boolean lockUnlessLeft() {
    return lock.lockUnlessLeft();
  }

  /** Gives the lock back. */
  public void unlock() {
    lock.unlock();
  }

  /** Runs code under the lock; the store has failed if it can't be given back. */
  @SuppressWarnings("NullAway") // null only if it does not wait, or if the code returns null
  public <T> T locked(Supplier<T> code) {
    return locked(code, true);
  }

  /** As {@link #locked}, but returns null if somebody has the lock at this moment. */
  public <T> @Nullable T tryLocked(Supplier<T> code) {
    return locked(code, false);
  }

  /** Nothing is called between taking the lock and the block that gives it back. */
  private <T> @Nullable T locked(Supplier<T> code, boolean wait) {
    if (wait) {
      lock.lock();
    } else if (!lock.tryLock()) {
      return null;
    }
    boolean left = true;
    try {
      try {
        return code.get();
      } finally {
        lock.unlock();
        left = false;
      }
    } catch (Throwable e) {
      if (left) {
        health.broken = e;
      }
      throw e;
    }
  }

  /** Waits for the changes that have begun. */
  void awaitChanges() {
    lock.lock();
    try {
      lock.unlock();
    } catch (Throwable e) {
      health.broken = e;
      throw e;
    }
  }

  /** Returns the number of entries. */
  public long count() {
    return count;
  }

  @Nullable SlotTable table() {
    return table;
  }

  long version() {
    return (long) VERSION.getAcquire(this);
  }

  /** Returns the addresses in all slots, ascending. */
  public long[] addresses() {
    long[] addresses =
        locked(
            () -> {
              SlotTable present = table;
              return present == null ? new long[0] : present.addresses((int) count);
            });
    Arrays.sort(addresses);
    return addresses;
  }

  // ---- under the lock --------------------------------------------------------------------------

  /**
   * Replaces the address of a slot. The version changes after the slot: whoever then reads the new
   * version reads the new slot, too.
   */
  void replace(int position, long slot) {
    VarHandle.storeStoreFence(); // the record's bytes before its address
    tableUnderLock().set(position, slot);
    VERSION.setRelease(this, (long) VERSION.get(this) + 2);
  }

  /** Makes room for one more entry, so that {@link #insert} allocates memory only by bad luck. */
  void reserve() {
    SlotTable present = table;
    if (present == null) {
      publish(newTable(INITIAL_HOME_BITS, SlotTable.defaultOverflow(INITIAL_HOME_BITS)));
    } else if (homeBitsFor(count + 1) > present.homeBits()) {
      grow(present);
    }
  }

  /** Inserts a slot, after {@link #reserve}. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void insert(long slot) {
    SlotTable present = tableUnderLock();
    while (!tryInsert(present, slot)) {
      present = widen(present);
    }
    count++;
  }

  private boolean tryInsert(SlotTable present, long slot) {
    int position = present.lowerBound(SlotTable.tag(slot));
    beginMove();
    try {
      return present.insert(position, slot);
    } finally {
      endMove();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void remove(int position) {
    beginMove();
    try {
      tableUnderLock().remove(position);
    } finally {
      endMove();
    }
    count--;
  }

  /** Drops all slots. */
  void clear() {
    publish(null);
    count = 0;
  }

  /** Makes a filled table the shard's: at open. */
  void restore(@Nullable SlotTable filled, long entries) {
    publish(filled);
    count = entries;
  }

  SlotTable newTable(int homeBits, int overflow) {
    return new SlotTable(homeBits, overflow, allocator);
  }

  /** Returns how many bits of homes a number of entries takes. */
  static int homeBitsFor(long entries) {
    int bits = INITIAL_HOME_BITS;
    while (bits < SlotTable.TAG_BITS && entries > (1L << bits) / 5 * 4) {
      bits++;
    }
    return bits;
  }

  private void grow(SlotTable present) {
    int bits = present.homeBits() + 1;
    rebuild(present, bits, SlotTable.defaultOverflow(bits));
  }

  /** Many equal tags at the end of the table: only a longer overflow helps. */
  private SlotTable widen(SlotTable present) {
    return rebuild(present, present.homeBits(), present.overflow() * 2);
  }

  /** Readers go on in the old table until the new one is complete. */
  private SlotTable rebuild(SlotTable present, int homeBits, int overflow) {
    SlotTable rebuilt = newTable(homeBits, overflow);
    int slots = overflow;
    while (!present.copyTo(rebuilt)) {
      slots *= 2;
      rebuilt = newTable(homeBits, slots);
    }
    publish(rebuilt);
    return rebuilt;
  }

  private void publish(@Nullable SlotTable next) {
    try {
      beginMove();
      table = next;
      endMove();
    } catch (Throwable e) {
      health.broken = e; // the version is odd while nobody moves anything, or the other way round
      throw e;
    }
  }

  SlotTable tableUnderLock() {
    SlotTable present = table;
    if (present == null) {
      throw new IllegalStateException("the shard is empty");
    }
    return present;
  }

  void beginMove() {
    VERSION.setRelease(this, (long) VERSION.get(this) + 1);
    VarHandle.storeStoreFence(); // no slot moves before readers can see that one will
  }

  void endMove() {
    VERSION.setRelease(this, (long) VERSION.get(this) + 1);
  }

  // ---- key locks -------------------------------------------------------------------------------

  /** Returns the lock of the key, if another thread holds it. */
  @Nullable KeyLock heldByOther(Operation operation) {
    KeyLock held = keyLocks;
    while (held != null && !held.isOther(operation)) {
      held = held.next;
    }
    return held;
  }

  /**
   * Takes the key for the current thread, once more if it has it.
   *
   * @param ofFunction whether a function of the program is to run, rather than a checkpoint
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  KeyLock takeKey(Operation operation, boolean ofFunction) {
    KeyLock taken = new KeyLock(operation, keyLocks, ofFunction);
    keyLocks = taken;
    operation.owes++;
    keysHeld++;
    holds++;
    VarHandle.storeStoreFence(); // nothing that the holder changes can be seen before that
    return taken;
  }

  /** Returns the lock of the key, if any thread holds it. */
  @Nullable KeyLock holderOf(Operation operation) {
    KeyLock held = keyLocks;
    while (held != null && !held.isOf(operation)) {
      held = held.next;
    }
    return held;
  }

  /** Says whether a key with that hash is held, by whomever. */
  public boolean isHeld(long hash) {
    for (KeyLock held = keyLocks; held != null; held = held.next) {
      if (held.hash() == hash) {
        return true;
      }
    }
    return false;
  }

  /** Says whether any key is held, by whomever; needs no lock. */
  public boolean isAnyHeld() {
    return keysHeld > 0;
  }

  /** Returns a number that changes whenever a key is taken; needs no lock. */
  public long holds() {
    return holds;
  }

  /** Says whether the current thread runs a function on a key; needs no lock. */
  boolean isHeldByCurrentThread() {
    if (keysHeld > 0) {
      for (KeyLock held = keyLocks; held != null; held = held.next) {
        if (held.isOwn() && held.isOfFunction()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Adds the keys that functions hold. */
  void addHeldByFunctions(Collection<KeyLock> to) {
    if (keysHeld == 0) {
      return;
    }
    boolean unused =
        locked(
            () -> {
              for (KeyLock held = keyLocks; held != null; held = held.next) {
                if (held.isOfFunction()) {
                  to.add(held);
                }
              }
              return true;
            });
  }

  /** Tells the keys held by other threads that the map is being cleared. */
  void overrunKeys() {
    for (KeyLock held = keyLocks; held != null; held = held.next) {
      held.overrun();
    }
  }

  /** Gives a key back. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void releaseKey(KeyLock released, Operation operation) {
    KeyLock before = null;
    for (KeyLock held = keyLocks; held != null; held = held.next) {
      if (held == released) {
        if (before == null) {
          keyLocks = held.next;
        } else {
          before.next = held.next;
        }
        break;
      }
      before = held;
    }
    keysHeld--;
    operation.owes--;
    released.released();
  }
}
