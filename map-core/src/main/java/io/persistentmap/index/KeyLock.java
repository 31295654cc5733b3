package io.persistentmap.index;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.BoundedLock;
import io.persistentmap.platform.BlockedThreads;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A key that an operation holds while it runs user code ({@code compute} and its kin).
 *
 * <p>Writers of the same key wait, others and readers don't. The owner may use the map inside, the
 * key included. Two threads that each hold a key and want the other's would wait for ever; the one
 * that would close such a circle gets an exception instead.
 */
final class KeyLock {
  private static final byte[] NOTHING = {};

  /** Characters of a key that a message has. */
  private static final int MOST_TEXT = 100;

  /** How far chains of waiting threads are followed. */
  private static final int MOST_STEPS = 100;

  /** For whom each waiting thread waits. Also the monitor under which circles are looked for. */
  private static final ConcurrentMap<Thread, KeyLock> WAITING = new ConcurrentHashMap<>();

  /** Threads that make a checkpoint, or wait for one: nobody who makes one may wait for them. */
  private static final Set<Thread> CHECKPOINTING = ConcurrentHashMap.newKeySet();

  private final int map;
  private final long hash;

  /** The key as its owner gave it; null if a checkpoint holds it. */
  private final @Nullable Object object;

  private final boolean byEquality;

  /** The bytes of the key; empty if equality decides about it. */
  private final byte[] key;

  private final Thread owner = Thread.currentThread();

  /** Whether the owner has given the key back; a thread may still be about to wake up for it. */
  private volatile boolean released;

  /**
   * Whether another thread has cleared the map since. Written under the shard's lock, before the
   * entries go: who finds them gone sees it.
   */
  private volatile boolean overrun;

  /** What those who want the key wait for; guarded by the shard's lock. */
  private @Nullable CountDownLatch release;

  /** The next key held in the shard; guarded by the shard's lock. */
  @Nullable KeyLock next;

  /**
   * Creates the lock.
   *
   * @param ofFunction whether a function of the program is to run, rather than a checkpoint
   */
  KeyLock(int map, Operation operation, @Nullable KeyLock next, boolean ofFunction) {
    this.map = map;
    this.hash = operation.hash;
    this.object = ofFunction ? operation.key : null;
    this.byEquality = operation.byEquality;
    this.key = operation.byEquality ? NOTHING : keyOf(operation);
    this.next = next;
  }

  private static byte[] keyOf(Operation operation) {
    int from = RecordLayout.HEADER_BYTES;
    return Arrays.copyOfRange(
        operation.record().array(), from, from + operation.record().keyLength());
  }

  /** Notes that the current thread clears the map; what it does inside its own code counts on. */
  void overrun() {
    if (owner != Thread.currentThread()) {
      overrun = true;
    }
  }

  /** Says whether another thread has cleared the map since the key was taken. */
  boolean isOverrun() {
    return overrun;
  }

  /** Begins again: what the owner reads from now on is of after the clearing. */
  void beginAgain() {
    overrun = false;
  }

  /** Says whether a function of the program runs, rather than a checkpoint. */
  boolean isOfFunction() {
    return object != null;
  }

  /** Says whether the current thread holds the key. */
  boolean isOwn() {
    return owner == Thread.currentThread();
  }

  /**
   * Says whether it is exactly this key of a map, which may need its {@code equals}: not under a
   * lock.
   *
   * @param key of the operation, as an object
   */
  boolean isExactly(int ofMap, Operation operation, Object key) {
    return map == ofMap
        && hash == operation.hash
        && byEquality == operation.byEquality
        && (byEquality ? key.equals(object) : isKeyOf(operation));
  }

  /** Notes that the owner has given the key back. Under the shard's lock. */
  void released() {
    released = true;
    CountDownLatch awaited = release;
    if (awaited != null) {
      awaited.countDown();
    }
  }

  /** Returns what {@link #await} waits for. Under the shard's lock. */
  CountDownLatch release() {
    CountDownLatch awaited = release;
    if (awaited == null) {
      awaited = new CountDownLatch(1);
      release = awaited;
    }
    return awaited;
  }

  /** Returns the number of the map. */
  int map() {
    return map;
  }

  /** Returns the hash of the key. */
  long hash() {
    return hash;
  }

  /** Says whether this is the operation's key, held by another thread. */
  boolean isOther(int ofMap, Operation operation) {
    return owner != Thread.currentThread() && isOf(ofMap, operation);
  }

  /**
   * Says whether this is the operation's key. Keys about which equality decides share a lock if
   * they have the same hash: to ask them would be user code under a lock.
   */
  boolean isOf(int ofMap, Operation operation) {
    return map == ofMap && hash == operation.hash && (operation.byEquality || isKeyOf(operation));
  }

  private boolean isKeyOf(Operation operation) {
    int from = RecordLayout.HEADER_BYTES;
    int to = from + operation.record().keyLength();
    return Arrays.equals(key, 0, key.length, operation.record().array(), from, to);
  }

  /**
   * Waits, without the shard's lock, until the owner has given the key back, or for a moment:
   * callers look again. Interrupts are kept for later.
   *
   * @param release that {@link #release} returned
   */
  void await(CountDownLatch release) {
    Thread current = Thread.currentThread();
    synchronized (WAITING) {
      refuseCircle(current);
      WAITING.put(current, this);
    }
    try {
      pause(release, BoundedLock.LOOK_NANOS);
    } finally {
      WAITING.remove(current);
    }
  }

  /** Waits for so long at the most. */
  static void pause(CountDownLatch release, long nanos) {
    long end = System.nanoTime() + nanos;
    boolean interrupted = false;
    boolean over = false;
    while (!over) {
      try {
        boolean unused = release.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        over = true;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs what makes a checkpoint or waits for one, so that no checkpoint waits for this thread. */
  static <T> T checkpointing(Supplier<T> code) {
    Thread current = Thread.currentThread();
    boolean outermost = CHECKPOINTING.add(current);
    try {
      return code.get();
    } finally {
      if (outermost) {
        CHECKPOINTING.remove(current);
      }
    }
  }

  /**
   * Says whether a checkpoint would wait for ever for this key: the owner is the current thread, or
   * waits for it or for a checkpoint, perhaps through others; with a key, or with an object's
   * monitor.
   */
  boolean isWaitFutile() {
    synchronized (WAITING) {
      Thread holder = released ? null : owner;
      for (int steps = 0; holder != null && steps < MOST_STEPS; steps++) {
        if (holder == Thread.currentThread() || CHECKPOINTING.contains(holder)) {
          return true;
        }
        KeyLock wanted = WAITING.get(holder);
        holder = wanted == null ? checkpointingOwnerOfMonitor(holder) : wanted.holder();
      }
      return false;
    }
  }

  private @Nullable Thread holder() {
    return released ? null : owner;
  }

  /** Returns the thread that has the monitor which a thread waits for, if it is known here. */
  @SuppressWarnings("deprecation") // threadId() came with 19
  private static @Nullable Thread checkpointingOwnerOfMonitor(Thread blocked) {
    long number = BlockedThreads.ownerOfMonitor(blocked);
    if (number >= 0) {
      for (Set<Thread> known : List.of(CHECKPOINTING, WAITING.keySet())) {
        for (Thread thread : known) {
          if (thread.getId() == number) {
            return thread;
          }
        }
      }
    }
    return null;
  }

  /** Tells who has held the key for so long. */
  String describe(Duration held) {
    return "thread "
        + owner.getName()
        + " has held the key for "
        + held.toSeconds()
        + " s, inside compute (or merge, replaceAll ...)";
  }

  /** Tells key and holder, and where the holder is. */
  String describeHolder() {
    StackTraceElement[] frames = owner.getStackTrace();
    int ofProgram = 0;
    while (ofProgram < frames.length && isOfJdk(frames[ofProgram])) {
      ofProgram++;
    }
    String at = frames.length == 0 ? "has ended" : "is at " + frames[0];
    return describeKey()
        + " (thread "
        + owner.getName()
        + " "
        + at
        + (ofProgram > 0 && ofProgram < frames.length ? ", called from " + frames[ofProgram] : "")
        + ")";
  }

  private static boolean isOfJdk(StackTraceElement frame) {
    String module = frame.getModuleName();
    return module != null && module.startsWith("java.");
  }

  private String describeKey() {
    try {
      String text = String.valueOf(object);
      return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
    } catch (RuntimeException | StackOverflowError e) { // its toString is the program's
      return "a key of " + (object == null ? "no class" : object.getClass().getName());
    }
  }

  private void refuseCircle(Thread current) {
    KeyLock wanted = this;
    while (wanted != null && !wanted.released) {
      if (wanted.owner == current) {
        throw new IllegalStateException(
            "deadlock: this thread holds a key inside compute (or merge, replaceAll ...), and wants"
                + " a key whose holder, "
                + owner.getName()
                + ", waits for it; change one key inside another key's function in one order only");
      }
      wanted = WAITING.get(wanted.owner);
    }
  }
}
