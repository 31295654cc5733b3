package io.persistentmap.crash;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Throws at the N-th call or allocation of our code: {@link InjectingLoader} has each of them come
 * by here first. N counts how often that happens; or only the first time at each place of the code,
 * so that all places can be gone through. One injection at a time.
 */
public final class Injection {
  private static volatile @Nullable Injection present;
  private static volatile long points;
  private static volatile StackTraceElement[] struckAt = {};

  /** What is thrown. */
  public enum Kind {
    STACK_OVERFLOW,
    OUT_OF_MEMORY,

    /** As it comes in a real program: only where something is allocated. */
    FULL_HEAP,
    EXCEPTION;

    private Throwable thrown() {
      return switch (this) {
        case STACK_OVERFLOW -> new StackOverflowError("injected");
        case OUT_OF_MEMORY, FULL_HEAP -> new OutOfMemoryError("injected");
        case EXCEPTION -> new IllegalStateException("injected");
      };
    }
  }

  private final String thread;
  private final @Nullable String within;
  private final Kind kind;
  private final long number;
  private final boolean persistent;
  private final @Nullable BitSet seen;
  private long count;

  private Injection(
      String thread,
      @Nullable String within,
      Kind kind,
      long number,
      boolean persistent,
      boolean places) {
    this.thread = thread;
    this.within = within;
    this.kind = kind;
    this.number = number;
    this.persistent = persistent;
    this.seen = places ? new BitSet() : null;
  }

  /**
   * Begins an injection.
   *
   * @param thread a part of the name of the thread that it is for
   * @param within the class in whose methods, and what they call, points count; null for all
   * @param kind what is thrown
   * @param number of the call or allocation, from 1
   * @param persistent whether each one after it throws, too
   * @param places whether only the first time at each place counts
   */
  public static void begin(
      String thread,
      @Nullable String within,
      Kind kind,
      long number,
      boolean persistent,
      boolean places) {
    struckAt = new StackTraceElement[0];
    present = new Injection(thread, within, kind, number, persistent, places);
  }

  /** Ends it, and says whether anything was thrown. */
  public static boolean end() {
    Injection ended = Objects.requireNonNull(present);
    present = null;
    points = ended.count;
    return ended.count >= ended.number;
  }

  /** Returns how many points the last one that has ended has come by. */
  static long points() {
    return points;
  }

  /** Returns where the last one first threw. */
  static List<StackTraceElement> struckAt() {
    return List.of(struckAt);
  }

  private boolean concerns(Thread current) {
    return current.getName().contains(thread)
        && (within == null
            || StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(within))));
  }

  /**
   * Called before each call and each allocation.
   *
   * @param place its number
   * @param allocates whether it allocates something, as far as can be seen
   */
  public static void point(int place, boolean allocates) throws Throwable {
    Injection injection = present;
    if (injection != null
        && (allocates || injection.kind != Kind.FULL_HEAP)
        && injection.concerns(Thread.currentThread())) {
      if (injection.strikes(place)) {
        Throwable thrown = injection.kind.thrown();
        if (struckAt.length == 0) {
          struckAt = thrown.getStackTrace();
        }
        throw thrown;
      }
    }
  }

  private boolean strikes(int place) {
    if (seen != null && seen.get(place)) {
      return persistent && count >= number;
    }
    if (seen != null) {
      seen.set(place);
    }
    count++;
    return persistent ? count >= number : count == number;
  }
}
