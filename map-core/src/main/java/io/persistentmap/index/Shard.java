package io.persistentmap.index;

import io.persistentmap.platform.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shard of the index of a map: a table, and the version by which readers know whether what they
 * read was consistent (a sequence lock). Writers have the lock of its {@link Stripe}, which shards
 * of other maps share.
 *
 * <p>The version is odd while slots move, and changes with every change of a slot. A reader reads
 * it, probes, reads the record, and reads it again; if it is the same and even, slot and record
 * belonged together, since a record's segment is reused only long after its slot has changed.
 *
 * <p>An index makes a shard when the first of its keys comes, so a small map has few.
 *
 * <p>Not final: tests break it on purpose, to see that they notice.
 */
public class Shard {
  private static final int INITIAL_HOME_BITS = 2;

  private static final VarHandle VERSION;

  static {
    try {
      VERSION = MethodHandles.lookup().findVarHandle(Shard.class, "version", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Its lock protects the table and the count, and orders the records of the shard's keys. */
  private final Stripe stripe;

  private final int map;
  private final int number;
  private final LongFunction<Memory> allocator;

  /** Whether its stripe counts its entries: not while it is made aside. Changes under the lock. */
  private boolean counted = true;

  /** Changes under the lock; null while empty. */
  private volatile @Nullable SlotTable table;

  /** Changes under the lock. */
  private volatile long count;

  @SuppressWarnings("unused") // through VERSION
  private volatile long version;

  Shard(int map, int number, Stripe stripe, LongFunction<Memory> allocator) {
    this.map = map;
    this.number = number;
    this.stripe = stripe;
    this.allocator = allocator;
  }

  /** Returns its number in the index. */
  public int number() {
    return number;
  }

  /** Returns what protects it. */
  Stripe stripe() {
    return stripe;
  }

  /** Takes the lock, without reacting to interrupts. */
  public void lock() {
    stripe.lock();
  }

  /** Gives the lock back. */
  public void unlock() {
    stripe.unlock();
  }

  /** Runs code under the lock; the store has failed if it can't be given back. */
  public <T> T locked(Supplier<T> code) {
    return stripe.locked(code);
  }

  /** As {@link #locked}, but returns null if somebody has the lock at this moment. */
  public <T> @Nullable T tryLocked(Supplier<T> code) {
    return stripe.tryLocked(code);
  }

  /** Says whether a key of the map with that hash is held, by whomever. */
  public boolean isHeld(long hash) {
    return stripe.isHeld(map, hash);
  }

  /** Says whether any key of the stripe is held, by whomever; needs no lock. */
  public boolean isAnyHeld() {
    return stripe.isAnyHeld();
  }

  /** Counts entries that are on the heap only, or takes them away. Under the lock. */
  public void countUnrecorded(long more) {
    stripe.countUnrecorded(more);
  }

  /** Returns a number that changes whenever a key of the stripe is taken; needs no lock. */
  public long holds() {
    return stripe.holds();
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
    tell(1);
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
    tell(-1);
  }

  private void tell(long more) {
    if (counted) {
      stripe.count(more);
    }
  }

  /** Makes it one whose entries the stripe counts, or no longer. */
  void setCounted(boolean count) {
    tell(-this.count);
    counted = count;
    tell(this.count);
  }

  /** Drops all slots. */
  void clear() {
    publish(null);
    tell(-count);
    count = 0;
  }

  /** Makes a filled table the shard's: at open. */
  void restore(@Nullable SlotTable filled, long entries) {
    stripe.lock(); // shards of other maps are filled at the same time
    try {
      publish(filled);
      count = entries;
      tell(entries);
    } finally {
      stripe.unlock();
    }
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
      stripe.broken(e); // the version is odd while nobody moves anything, or the other way round
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
}
