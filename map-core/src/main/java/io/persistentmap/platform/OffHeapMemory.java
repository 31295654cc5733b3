package io.persistentmap.platform;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import net.openhft.chronicle.core.UnsafeMemory;
import org.jspecify.annotations.Nullable;

/**
 * Memory at an address outside the heap, reached through Chronicle's memory layer.
 *
 * <p>The bytes are released when nothing can reach the object that owns them, never by a call. So a
 * lock-free reader that still holds a slice of a table that was replaced, or of a store that was
 * closed, reads stale bytes, and never faults.
 *
 * <p>The garbage collector does not see these bytes, and would let a program that opens and closes
 * many maps run the machine out of memory. So they are counted, and it is called when there are
 * twice as many as it left the last time.
 *
 * <p>Chronicle Bytes' own stores ({@code PointerBytesStore}) add nothing but start-up time here:
 * see {@code docs/decisions/0002-chronicle-memory.md}.
 */
public final class OffHeapMemory implements Memory {
  static {
    NativeAccess.enable();
  }

  private static final UnsafeMemory UNSAFE = UnsafeMemory.INSTANCE;
  private static final Cleaner CLEANER = Cleaner.create();

  /** As many unreachable bytes as may always be there. */
  private static final long LEAST_TO_COLLECT = 1L << 30;

  private static final long HUGE_PAGE_BYTES = 2 << 20;

  /** Bytes allocated and not released. */
  private static final AtomicLong allocated = new AtomicLong();

  /** How many of them make it worthwhile to look for unreachable ones. */
  private static volatile long collectAt = LEAST_TO_COLLECT;

  private final long address;
  private final long size;
  private final @Nullable Object owner;

  private OffHeapMemory(long address, long size, @Nullable Object owner) {
    this.address = address;
    this.size = size;
    this.owner = owner;
  }

  /**
   * Allocates zeroed memory that is freed when it is unreachable.
   *
   * @throws OutOfMemoryError when the operating system has none left
   */
  public static OffHeapMemory allocate(long size) {
    OffHeapMemory memory = allocateUnzeroed(size);
    memory.zero(0, size);
    return memory;
  }

  /**
   * Allocates memory that holds anything, and takes no pages of the machine until it is written.
   *
   * @throws OutOfMemoryError when the operating system has none left
   */
  public static OffHeapMemory allocateUnzeroed(long size) {
    if (allocated.addAndGet(size) > collectAt) {
      collectMany();
    }
    long address = allocateOrCollect(size);
    OffHeapMemory memory = new OffHeapMemory(address, size, null);
    CLEANER.register(memory, () -> free(address, size));
    return memory;
  }

  /**
   * Allocates memory that holds anything, in whole huge pages where the system has them; it takes
   * no page of the machine until one of its bytes is touched.
   *
   * @param size rounded up to a multiple of 2 MiB
   * @throws OutOfMemoryError when the operating system has none left
   */
  public static OffHeapMemory allocateHuge(long size) {
    long whole = (size + HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES;
    OffHeapMemory root = allocateUnzeroed(whole + HUGE_PAGE_BYTES);
    OffHeapMemory aligned = root.slice(-root.address & (HUGE_PAGE_BYTES - 1), whole);
    if (NativeCalls.areUsable()) {
      LibC.madvise(aligned.address, whole, LibC.MADV_HUGEPAGE); // without success: small pages
    }
    return aligned;
  }

  private static void free(long address, long size) {
    UNSAFE.freeMemory(address, size);
    allocated.addAndGet(-size);
  }

  private static synchronized void collectMany() {
    if (allocated.get() > collectAt) {
      collectUnreachable();
      collectAt = Math.max(LEAST_TO_COLLECT, 2 * allocated.get());
    }
  }

  /** Returns the bytes allocated and not released. */
  static long allocatedBytes() {
    return allocated.get();
  }

  /** Memory that is unreachable, but not collected yet, may be what is missing. */
  private static long allocateOrCollect(long size) {
    try {
      return UNSAFE.allocate(size);
    } catch (OutOfMemoryError e) {
      collectUnreachable();
    }
    try {
      return UNSAFE.allocate(size);
    } catch (OutOfMemoryError e) {
      allocated.addAndGet(-size);
      throw e;
    }
  }

  /** Collects garbage, and waits until what was off the heap for it has probably been released. */
  public static void collectUnreachable() {
    System.gc();
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
  }

  /** Wraps memory that somebody else got, which {@code release} gives back once unreachable. */
  static OffHeapMemory wrap(long address, long size, Runnable release) {
    OffHeapMemory memory = new OffHeapMemory(address, size, null);
    CLEANER.register(memory, release);
    return memory;
  }

  /** Returns the address of the byte at {@code offset}, which the caller must keep reachable. */
  long address(long offset, long length) {
    Memory.check(offset, length, size);
    return address + offset;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public byte getByte(long offset) {
    Memory.check(offset, Byte.BYTES, size);
    try {
      return UNSAFE.readByte(address + offset);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public int getInt(long offset) {
    Memory.check(offset, Integer.BYTES, size);
    try {
      return UNSAFE.readInt(address + offset);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public long getLong(long offset) {
    Memory.check(offset, Long.BYTES, size);
    try {
      return UNSAFE.readLong(address + offset);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void putInt(long offset, int value) {
    Memory.check(offset, Integer.BYTES, size);
    try {
      UNSAFE.writeInt(address + offset, value);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void putLong(long offset, long value) {
    Memory.check(offset, Long.BYTES, size);
    try {
      UNSAFE.writeLong(address + offset, value);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void read(long offset, byte[] to, int at, int length) {
    Memory.check(offset, length, size);
    Memory.check(at, length, to.length);
    try {
      UNSAFE.readBytes(address + offset, to, at, length);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void write(long offset, byte[] from, int at, int length) {
    Memory.check(offset, length, size);
    Memory.check(at, length, from.length);
    try {
      UNSAFE.writeBytes(address + offset, from, at, length);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void zero(long offset, long length) {
    Memory.check(offset, length, size);
    try {
      UNSAFE.setMemory(address + offset, length, (byte) 0);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public OffHeapMemory slice(long offset, long length) {
    Memory.check(offset, length, size);
    return new OffHeapMemory(address + offset, length, owner == null ? this : owner);
  }
}
