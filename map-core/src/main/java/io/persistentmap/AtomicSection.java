package io.persistentmap;

import java.util.concurrent.Callable;

/**
 * Code that no checkpoint falls into: see {@link PersistentStore#atomically(AtomicSection)}.
 *
 * @param <T> type of its result
 * @param <X> type of what it throws
 */
@FunctionalInterface
public interface AtomicSection<T, X extends Exception> extends Callable<T> {
  @Override
  T call() throws X;
}
