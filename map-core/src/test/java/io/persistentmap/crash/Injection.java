package io.persistentmap.crash;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Throws at the N-th call or allocation of our code: {@link InjectingLoader} has each of them come
 * by here first. One injection at a time.
 */
public final class Injection {
  private static volatile @Nullable Injection present;

  /** What is thrown. */
  public enum Kind {
    STACK_OVERFLOW,
    OUT_OF_MEMORY,
    EXCEPTION;

    private Throwable thrown() {
      return switch (this) {
        case STACK_OVERFLOW -> new StackOverflowError("injected");
        case OUT_OF_MEMORY -> new OutOfMemoryError("injected");
        case EXCEPTION -> new IllegalStateException("injected");
      };
    }
  }

  private final String thread;
  private final Kind kind;
  private final long number;
  private final boolean persistent;
  private long count;

  private Injection(String thread, Kind kind, long number, boolean persistent) {
    this.thread = thread;
    this.kind = kind;
    this.number = number;
    this.persistent = persistent;
  }

  /**
   * Begins an injection.
   *
   * @param thread a part of the name of the thread that it is for
   * @param kind what is thrown
   * @param number of the call or allocation, from 1
   * @param persistent whether each one after it throws, too
   */
  public static void begin(String thread, Kind kind, long number, boolean persistent) {
    present = new Injection(thread, kind, number, persistent);
  }

  /** Ends it, and says whether anything was thrown. */
  public static boolean end() {
    Injection ended = Objects.requireNonNull(present);
    present = null;
    return ended.count >= ended.number;
  }

  /** Called before each call and each allocation. */
  public static void point() throws Throwable {
    Injection injection = present;
    if (injection != null && Thread.currentThread().getName().contains(injection.thread)) {
      injection.count++;
      if (injection.persistent
          ? injection.count >= injection.number
          : injection.count == injection.number) {
        throw injection.kind.thrown();
      }
    }
  }
}
