package io.persistentmap;

import java.util.Objects;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * A number of a {@link PersistentStore} that survives: an {@link
 * java.util.concurrent.atomic.AtomicLong} by name.
 *
 * <p>A checkpoint has what was done before it was called, as of maps; and what a thread does to a
 * counter and then to a map is in it in that order: no checkpoint has an entry without the number
 * that it was made with. Costs some ten nanoseconds, and a record of the log in each checkpoint
 * before which it has changed.
 *
 * <p>Thread-safe. Every method throws {@link MapClosedException} once the store is closed, or while
 * the counter is dropped (one of the same name that is made later is this one again), and {@link
 * StorageFailureException} once the store has failed; those that change it throw {@link
 * UnsupportedOperationException} if the store was opened read-only, and what {@link
 * PersistentMap#put} throws.
 */
@SuppressWarnings("serial") // it is not for streams
public final class PersistentCounter extends Number {
  private final transient LiveEntries<String, Long> counters;
  private final String name;

  PersistentCounter(LiveEntries<String, Long> counters, String name) {
    this.counters = counters;
    this.name = name;
  }

  /**
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the number.
   *
   * @return the number
   */
  public long get() {
    Long number = counters.get(name);
    if (number == null) {
      throw counters.dropped(name);
    }
    return number;
  }

  /**
   * Sets the number.
   *
   * @param newValue the new number
   */
  public void set(long newValue) {
    long unused = change(before -> newValue);
  }

  /**
   * Sets the number, and returns the one before.
   *
   * @param newValue the new number
   * @return the number before
   */
  public long getAndSet(long newValue) {
    return change(before -> newValue);
  }

  /**
   * Sets the number if it is an expected one.
   *
   * @param expectedValue the expected number
   * @param newValue the new number
   * @return whether it was the expected one
   */
  public boolean compareAndSet(long expectedValue, long newValue) {
    return change(before -> before == expectedValue ? newValue : before) == expectedValue;
  }

  /**
   * Adds one.
   *
   * @return the number before
   */
  public long getAndIncrement() {
    return getAndAdd(1);
  }

  /**
   * Takes one away.
   *
   * @return the number before
   */
  public long getAndDecrement() {
    return getAndAdd(-1);
  }

  /**
   * Adds a number.
   *
   * @param delta the number to add
   * @return the number before
   */
  public long getAndAdd(long delta) {
    return change(before -> before + delta);
  }

  /**
   * Adds one.
   *
   * @return the number afterwards
   */
  public long incrementAndGet() {
    return addAndGet(1);
  }

  /**
   * Takes one away.
   *
   * @return the number afterwards
   */
  public long decrementAndGet() {
    return addAndGet(-1);
  }

  /**
   * Adds a number.
   *
   * @param delta the number to add
   * @return the number afterwards
   */
  public long addAndGet(long delta) {
    return getAndAdd(delta) + delta;
  }

  /**
   * Changes the number by a function, which may be called several times.
   *
   * @param update makes the new number of the old one
   * @return the number before
   */
  public long getAndUpdate(LongUnaryOperator update) {
    Objects.requireNonNull(update, "update");
    while (true) {
      long before = get();
      if (compareAndSet(before, update.applyAsLong(before))) {
        return before;
      }
    }
  }

  /**
   * Changes the number by a function, which may be called several times.
   *
   * @param update makes the new number of the old one
   * @return the number afterwards
   */
  public long updateAndGet(LongUnaryOperator update) {
    Objects.requireNonNull(update, "update");
    while (true) {
      long before = get();
      long after = update.applyAsLong(before);
      if (compareAndSet(before, after)) {
        return after;
      }
    }
  }

  /**
   * Changes the number by a function of it and another, which may be called several times.
   *
   * @param x the other
   * @param accumulator makes the new number of both
   * @return the number before
   */
  public long getAndAccumulate(long x, LongBinaryOperator accumulator) {
    Objects.requireNonNull(accumulator, "accumulator");
    return getAndUpdate(before -> accumulator.applyAsLong(before, x));
  }

  /**
   * Changes the number by a function of it and another, which may be called several times.
   *
   * @param x the other
   * @param accumulator makes the new number of both
   * @return the number afterwards
   */
  public long accumulateAndGet(long x, LongBinaryOperator accumulator) {
    Objects.requireNonNull(accumulator, "accumulator");
    return updateAndGet(before -> accumulator.applyAsLong(before, x));
  }

  /** By a function of ours, which calls nothing; returns the number before. */
  private long change(LongUnaryOperator function) {
    return counters.change(name, function);
  }

  @Override
  public int intValue() {
    return (int) get();
  }

  @Override
  public long longValue() {
    return get();
  }

  @Override
  public float floatValue() {
    return get();
  }

  @Override
  public double doubleValue() {
    return get();
  }

  @Override
  public String toString() {
    return Long.toString(get());
  }
}
