package io.persistentmap.store;

import io.persistentmap.SectionHeldException;
import io.persistentmap.index.HeldKeys;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.BlockedThreads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the cut of a checkpoint out of atomic sections, from whatever thread. Thread-safe.
 *
 * <p>A thread that begins a section writes it to a place, and then looks whether the gate is
 * closed; who makes a checkpoint closes the gate, and then looks at the places. So one of the two
 * sees the other (Dekker). A section costs a compare-and-set and a write, of a line of memory that
 * threads share by bad luck only.
 *
 * <p>A checkpoint goes through it in three steps.
 *
 * <ol>
 *   <li>{@link Passage#awaitEarlier}: when live values that are handed out are noted from now on,
 *       it waits for the sections that began before. Later ones go on.
 *   <li>{@link Passage#shut}: when the values have been written, new sections are held, and those
 *       inside are waited for, for as long as a section may be held. If one stays inside for
 *       longer, the gate is opened again, and the checkpoint tries again.
 *   <li>{@link Passage#isUndisturbed}: with all stripes, where the cut is to be made, no section
 *       must be or have been inside. One that was held for too long has gone on, and may be.
 * </ol>
 *
 * <p>Who is in a section, or runs a function on a key, is never held: others may wait for what that
 * thread does. The gate is closed before the checkpoint waits for a key.
 */
public final class Gate {
  /** Places, a power of two; those of different threads are on different lines of memory. */
  private static final int PLACES = 256;

  private static final int STRIDE = 16;
  private static final long LOOK_NANOS = 1_000_000;

  private final Path path;
  private final StoreHealth health;
  private final HeldKeys heldKeys;
  private final Duration hold;
  private final Duration patience;

  private final AtomicReferenceArray<@Nullable Section> places =
      new AtomicReferenceArray<>(PLACES * STRIDE);

  /** Sections whose place was taken. */
  private final Map<Section, Boolean> others = new ConcurrentHashMap<>();

  /** The section of each thread that has been in one. */
  private final ThreadLocal<Section> sections = ThreadLocal.withInitial(Section::new);

  /** Whether sections have been used at all. */
  private volatile boolean used;

  private volatile boolean closed;

  /** How many sections have begun although the gate was closed. */
  private final AtomicLong goneOn = new AtomicLong();

  /** Changes when a checkpoint begins to wait for the sections that began before. */
  private volatile long epoch;

  /** Who waits for the end of sections. */
  private volatile @Nullable Thread waiting;

  private final Object reopened = new Object();

  /** The sections of one thread. */
  private static final class Section {
    private final Thread thread = Thread.currentThread();

    /** Used by the thread only. */
    private int depth;

    /** Used by the thread only: where it was the last time. */
    private int place;

    /** When the outermost began. */
    private volatile long epoch;

    Section() {
      place = (int) (hash(thread) & (PLACES - 1)) * STRIDE;
    }

    @SuppressWarnings("deprecation") // threadId() came with 19
    private static long hash(Thread thread) {
      return (thread.getId() * 0x9E3779B97F4A7C15L) >>> 32;
    }
  }

  /**
   * Creates an open gate.
   *
   * @param health of the store
   * @param heldKeys keys that functions hold
   * @param hold how long a section is held at the most
   * @param patience how long a checkpoint waits for sections, altogether
   */
  Gate(StoreHealth health, HeldKeys heldKeys, Duration hold, Duration patience) {
    this.path = health.path();
    this.health = health;
    this.heldKeys = heldKeys;
    this.hold = hold;
    this.patience = patience;
  }

  // ---- by the threads of the program -----------------------------------------------------------

  /**
   * Begins a section, or one inside of it. {@link #exit} must follow.
   *
   * @throws io.persistentmap.MapClosedException if the store is being closed
   */
  public void enter() {
    Section section = sections.get();
    if (section.depth > 0) {
      section.depth++;
      return;
    }
    take(section);
    if (closed) {
      if (!heldKeys.isHeldByCurrentThread()) {
        hold(section);
      }
      if (closed) {
        goneOn.incrementAndGet(); // after it is in its place
      }
    }
    if (health.isDraining() && !heldKeys.isHeldByCurrentThread()) { // closing has not seen it
      leave(section);
      throw health.closedException();
    }
    section.depth = 1;
  }

  /** Ends what {@link #enter} began. */
  public void exit() {
    Section section = sections.get();
    section.depth--;
    if (section.depth == 0) {
      leave(section);
    }
  }

  /** Says whether the current thread is in a section. */
  public boolean isInside() {
    return used && sections.get().depth > 0;
  }

  private void take(Section section) {
    if (!used) {
      used = true;
    }
    section.epoch = epoch;
    if (!places.compareAndSet(section.place, null, section)) {
      try {
        others.put(section, true);
      } catch (Throwable e) {
        others.remove(section); // a full heap can fail it when it is in
        throw e;
      }
    }
  }

  private void leave(Section section) {
    if (places.getPlain(section.place) == section) {
      places.set(section.place, null);
    } else {
      others.remove(section);
    }
    Thread waits = waiting;
    if (waits != null) {
      LockSupport.unpark(waits);
    }
  }

  /** Waits outside, until the gate is open, or for as long as a section may be held. */
  private void hold(Section section) {
    leave(section);
    boolean interrupted = false;
    long end = System.nanoTime() + hold.toNanos();
    synchronized (reopened) {
      long left = end - System.nanoTime();
      while (closed && left > 0) {
        try {
          reopened.wait(1 + left / 1_000_000);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = end - System.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    take(section);
  }

  // ---- by the thread that makes a checkpoint ---------------------------------------------------

  /**
   * Refuses what would wait for itself.
   *
   * @throws IllegalStateException if the current thread is in a section
   */
  void requireOutside(String what) {
    if (isInside()) {
      throw new IllegalStateException(
          path
              + ": "
              + what
              + " was called inside of an atomic section, whose end it would have to wait for; call"
              + " it after the section");
    }
  }

  /**
   * Waits, for the closing of the store, until no section is inside: those that have begun are in
   * its checkpoint as a whole. Later ones are refused.
   *
   * @throws SectionHeldException if they take too long
   */
  void awaitLast() {
    if (used && !awaitNone(section -> true, System.nanoTime() + patience.toNanos())) {
      throw held(section -> true);
    }
  }

  /** The way of one checkpoint through the gate, which takes a bounded time. Used by one thread. */
  final class Passage implements AutoCloseable {
    private final long begin = System.nanoTime();

    /** Since when the gate is closed; 0 if it is open. */
    private long closedSince;

    private long closedNanos;

    /** How many sections had gone on in spite of the closed gate, when none was inside. */
    private long goneOnBefore;

    /**
     * Waits for the sections that have begun before.
     *
     * @throws SectionHeldException if they take too long
     */
    void awaitEarlier() {
      if (used) {
        long before = epoch;
        epoch = before + 1;
        Predicate<Section> earlier = section -> section.epoch <= before;
        if (!awaitNone(earlier, begin + patience.toNanos())) {
          throw held(earlier);
        }
      }
    }

    /**
     * Holds new sections until none is inside; tries again for as long as it may, also when called
     * again, since sections have gone on while what others were given was written.
     *
     * @return whether there have been sections at all
     * @throws SectionHeldException if there is always one inside
     */
    boolean shut() {
      if (!used) {
        return false;
      }
      if (closedSince != 0 && isOverdue()) {
        throw held(section -> true);
      }
      while (!tryClose()) {
        if (isOverdue()) {
          throw held(section -> true);
        }
        long closedFor = open();
        LockSupport.parkNanos(closedFor); // so that sections are held half of the time at most
      }
      return true;
    }

    private boolean isOverdue() {
      return System.nanoTime() - begin > patience.toNanos();
    }

    private boolean tryClose() {
      if (closedSince == 0) {
        closedSince = System.nanoTime();
        closed = true;
      }
      goneOnBefore = goneOn.get();
      return awaitNone(section -> true, System.nanoTime() + hold.toNanos());
    }

    /** Says, with all stripes, whether no section has been inside since the gate was closed. */
    boolean isUndisturbed() {
      return !used || (closedSince != 0 && goneOn.get() == goneOnBefore && !isAny(all -> true));
    }

    /** Opens the gate, and returns how long it was closed. */
    private long open() {
      if (closedSince == 0) {
        return 0;
      }
      synchronized (reopened) {
        closed = false;
        reopened.notifyAll();
      }
      long nanos = System.nanoTime() - closedSince;
      closedNanos += nanos;
      closedSince = 0;
      return nanos;
    }

    /** Returns how long the gate has been closed. */
    Duration closedTime() {
      long now = closedSince == 0 ? 0 : System.nanoTime() - closedSince;
      return Duration.ofNanos(closedNanos + now);
    }

    /** Opens the gate. */
    @Override
    public void close() {
      long unused = open();
    }
  }

  /** Begins the way of a checkpoint. */
  Passage passage() {
    return new Passage();
  }

  /** Returns whether there was none, at some moment before the time was over. */
  private boolean awaitNone(Predicate<Section> choice, long end) {
    boolean interrupted = false;
    waiting = Thread.currentThread();
    try {
      boolean any = isAny(choice);
      long left = end - System.nanoTime();
      while (any && left > 0) {
        LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
        interrupted |= Thread.interrupted(); // else the next would not wait
        any = isAny(choice);
        left = end - System.nanoTime();
      }
      return !any;
    } finally {
      waiting = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isAny(Predicate<Section> choice) {
    for (int i = 0; i < PLACES * STRIDE; i += STRIDE) {
      Section section = places.get(i);
      if (section != null && choice.test(section)) {
        return true;
      }
    }
    return others.keySet().stream().anyMatch(choice);
  }

  private SectionHeldException held(Predicate<Section> choice) {
    List<Thread> inside = new ArrayList<>();
    for (int i = 0; i < PLACES * STRIDE; i += STRIDE) {
      Section section = places.get(i);
      if (section != null && choice.test(section)) {
        inside.add(section.thread);
      }
    }
    others.keySet().stream().filter(choice).forEach(section -> inside.add(section.thread));
    return new SectionHeldException(
        path
            + ": no checkpoint was made, the previous one is intact: for "
            + patience.toMillis()
            + " ms (sectionTimeout) there were threads inside of atomic sections: "
            + (inside.isEmpty() ? "at this moment none" : "")
            + inside.stream()
                .map(thread -> thread.getName() + " (" + BlockedThreads.describe(thread) + ")")
                .collect(Collectors.joining("; "))
            + "; let sections be short, and try again");
  }
}
