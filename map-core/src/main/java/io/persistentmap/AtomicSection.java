package io.persistentmap;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Code that no checkpoint falls into: see {@link PersistentStore#atomically(AtomicSection)}.
 *
 * @param <T> type of its result
 * @param <X> type of what it throws
 */
@FunctionalInterface
public interface AtomicSection<T extends @Nullable Object, X extends Exception>
    extends Callable<T> {
  @Override
  T call() throws X;
}
