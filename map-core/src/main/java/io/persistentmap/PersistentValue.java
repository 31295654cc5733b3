package io.persistentmap;

import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A single object of a {@link PersistentStore} that survives: an {@link
 * java.util.concurrent.atomic.AtomicReference} by name. The object is live: what is changed in it
 * is in the next checkpoint, as of live values of maps. At first there is none: null.
 *
 * <p>Thread-safe. Every method throws {@link MapClosedException} once the store is closed or the
 * value was dropped, and {@link StorageFailureException} once the store has failed; those that
 * change it throw {@link UnsupportedOperationException} if the store was opened read-only, and what
 * {@link PersistentMap#put} throws.
 *
 * @param <V> type of the object
 */
public final class PersistentValue<V> {
  /** The key of the one entry that a value is. */
  private static final String KEY = "";

  private final PersistentMap<String, V> map;
  private final String name;

  PersistentValue(PersistentMap<String, V> map, String name) {
    this.map = map;
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
   * Returns the object.
   *
   * @return the object, or null if there is none
   */
  public @Nullable V get() {
    return map.get(KEY);
  }

  /**
   * Sets the object.
   *
   * @param newValue the new one, or null for none
   */
  public void set(@Nullable V newValue) {
    V unused = getAndSet(newValue);
  }

  /**
   * Sets the object, and returns the one before.
   *
   * @param newValue the new one, or null for none
   * @return the one before, or null
   */
  public @Nullable V getAndSet(@Nullable V newValue) {
    return newValue == null ? map.remove(KEY) : map.put(KEY, newValue);
  }

  /**
   * Sets the object if it is an expected one: that very object, not one that equals it.
   *
   * @param expectedValue the expected one, or null for none
   * @param newValue the new one, or null for none
   * @return whether it was the expected one
   */
  @SuppressWarnings("ReferenceEquality") // as of an AtomicReference
  public boolean compareAndSet(@Nullable V expectedValue, @Nullable V newValue) {
    return Boolean.TRUE.equals(
        map.entries()
            .<Boolean>decide(
                KEY,
                (key, present) -> {
                  if (present != expectedValue) {
                    return Decision.leave(false);
                  }
                  return newValue == null ? Decision.remove(true) : Decision.put(newValue, true);
                }));
  }

  /**
   * Changes the object by a function, which is called once, while other threads wait.
   *
   * @param update makes the new one of the old one, each of which may be null
   * @return the one before, or null
   */
  public @Nullable V getAndUpdate(UnaryOperator<@Nullable V> update) {
    Objects.requireNonNull(update, "update");
    return map.entries()
        .<@Nullable V>decide(
            KEY,
            (key, present) -> {
              V after = update.apply(present);
              return after == null ? Decision.remove(present) : Decision.put(after, present);
            });
  }

  /**
   * Changes the object by a function, which is called once, while other threads wait.
   *
   * @param update makes the new one of the old one, each of which may be null
   * @return the one afterwards, or null
   */
  public @Nullable V updateAndGet(UnaryOperator<@Nullable V> update) {
    Objects.requireNonNull(update, "update");
    return map.compute(KEY, (key, present) -> update.apply(present));
  }

  /**
   * Changes the object by a function of it and another, which is called once.
   *
   * @param x the other
   * @param accumulator makes the new one of both
   * @return the one before, or null
   */
  public @Nullable V getAndAccumulate(@Nullable V x, BinaryOperator<@Nullable V> accumulator) {
    Objects.requireNonNull(accumulator, "accumulator");
    return getAndUpdate(before -> accumulator.apply(before, x));
  }

  /**
   * Changes the object by a function of it and another, which is called once.
   *
   * @param x the other
   * @param accumulator makes the new one of both
   * @return the one afterwards, or null
   */
  public @Nullable V accumulateAndGet(@Nullable V x, BinaryOperator<@Nullable V> accumulator) {
    Objects.requireNonNull(accumulator, "accumulator");
    return updateAndGet(before -> accumulator.apply(before, x));
  }

  @Override
  public String toString() {
    return String.valueOf(get());
  }
}
