package io.persistentmap.store;

import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.UnstorableException;

/** A failure told once more: to another thread, or with more words. */
final class SameFailure {
  private SameFailure() {}

  /**
   * Returns a failure of the same type as another, which is its cause. Of a type that nobody here
   * can make it is that one itself, if it is an error, else a {@link PersistentMapException}.
   */
  static Throwable of(Throwable failure, String message) {
    if (failure instanceof DiskFullException) {
      return new DiskFullException(message, failure);
    } else if (failure instanceof ResourceExhaustedException) {
      return new ResourceExhaustedException(message, failure);
    } else if (failure instanceof FileAccessException) {
      return new FileAccessException(message, failure);
    } else if (failure instanceof UnstorableException) {
      return new UnstorableException(message, failure);
    } else if (failure instanceof StorageFailureException) {
      return new StorageFailureException(message, failure);
    } else if (failure instanceof MapClosedException) {
      return new MapClosedException(message, failure);
    } else if (failure instanceof IllegalStateException) {
      return new IllegalStateException(message, failure);
    } else if (failure instanceof OutOfMemoryError) {
      return new OutOfMemoryError(message).initCause(failure);
    } else if (failure instanceof StackOverflowError) {
      return new StackOverflowError(message).initCause(failure);
    }
    return failure instanceof Error ? failure : new PersistentMapException(message, failure);
  }

  /** Throws what can be thrown without being declared. */
  static RuntimeException rethrow(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }
}
