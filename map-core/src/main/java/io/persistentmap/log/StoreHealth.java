package io.persistentmap.log;

import io.persistentmap.MapClosedException;
import io.persistentmap.StorageFailureException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether the store may still be used: open, closed, or failed for good. Thread-safe. */
public final class StoreHealth {
  private final Path path;
  private volatile boolean closed;
  private volatile boolean draining;
  private volatile boolean closing;
  private volatile @Nullable StorageFailureException failure;

  /**
   * What has left a change half done, or a lock with nobody to give it back. A field, and not a
   * call: who writes it has caught an error that may come again at the next call or allocation. The
   * store has failed then; {@link #check} finds the words.
   */
  public volatile @Nullable Throwable broken;

  /** Starts open and well. */
  public StoreHealth(Path path) {
    this.path = path;
  }

  /** Returns the path of the store. */
  public Path path() {
    return path;
  }

  /**
   * Checks that the store can be used.
   *
   * @throws MapClosedException if it is closed
   * @throws StorageFailureException if it has failed, with the first failure as cause
   */
  public void check() {
    if (closed) {
      throw closedException();
    }
    StorageFailureException first = failure;
    Throwable reason = broken;
    if (first == null && reason != null) {
      first = failInconsistent(reason);
    }
    if (first != null) {
      throw new StorageFailureException(
          path
              + ": the store has failed before, and refuses all work until it is opened again,"
              + " which recovers the last successful checkpoint: "
              + first.getMessage(),
          first);
    }
  }

  /**
   * Checks that the store can be changed.
   *
   * @throws MapClosedException if it is closed, or being closed
   * @throws StorageFailureException if it has failed
   */
  public void checkWritable() {
    if (closing) {
      throw closedException();
    }
    check();
  }

  /** Says whether the store can be changed. */
  public boolean isWritable() {
    return isOpen() && failure == null && broken == null;
  }

  /** Says whether the store is closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Says whether the store is neither closed nor being closed. */
  private boolean isOpen() {
    return !draining && !closing && !closed;
  }

  /** Says whether the store has failed for good. */
  public boolean hasFailed() {
    return failure != null || broken != null;
  }

  /**
   * Says whether the store waits, before it closes, for functions that hold keys: only their
   * threads may change anything.
   */
  public boolean isDraining() {
    return draining;
  }

  /** Refuses changes from now on, but for those of threads that hold a key. */
  public void beginDrain() {
    draining = true;
  }

  /** Refuses all changes from now on. */
  public void beginClose() {
    closing = true;
  }

  /** Allows changes again, since closing failed. */
  public void cancelClose() {
    closing = false;
    draining = false;
  }

  /** Notes that the store is closed. */
  public void close() {
    closed = true;
  }

  /** Returns what to throw where the store is closed, or being closed. */
  public MapClosedException closedException() {
    return new MapClosedException(path + ": the map is closed; open it again to use it");
  }

  /** Returns what to throw where a map was dropped. */
  public MapClosedException droppedException() {
    return new MapClosedException(path + ": the map was dropped; ask the store for it again");
  }

  /** Fails the store for good, and returns the failure to throw. */
  public synchronized StorageFailureException fail(StorageFailureException reason) {
    if (failure == null) {
      failure = reason;
    }
    return reason;
  }

  /** Fails the store, since a page of the mapping could not be read. */
  public StorageFailureException fail(InternalError fault) {
    return fail(
        new StorageFailureException(
            path
                + ": a page of the mapped hash file can't be read: somebody cut the file short, or"
                + " the device failed; look at the system log, then open the store again",
            fault));
  }

  /** Fails the store, since a thread of its own ended with an error. */
  public void failInBackground(String thread, Throwable reason) {
    fail(
        new StorageFailureException(
            path + ": thread " + thread + " failed: " + reason + "; open the store again", reason));
  }

  /**
   * Checks that what is waited for can still come.
   *
   * @throws StorageFailureException if an error has left a lock behind, or a change half done
   */
  public void checkNotBroken() {
    if (broken != null) {
      throw brokenException();
    }
  }

  /** Returns the exception for who can't wait any longer for what was not given back. */
  RuntimeException brokenException() {
    check();
    return new IllegalStateException(path + ": the store is not broken"); // never
  }

  /** Fails the store, since its index and its log may differ now. */
  public StorageFailureException failInconsistent(Throwable reason) {
    return fail(
        new StorageFailureException(
            path
                + ": a change could not be completed in memory ("
                + reason
                + "); open the store again, which recovers the last successful checkpoint",
            reason));
  }
}
