package io.persistentmap.store;

import io.persistentmap.CloseMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The stores whose closing has begun and not given everything back: of interest are those of which
 * it has failed. They are kept, though nobody may have them any more, since they have what is not
 * durable yet, or at least the lock. Who opens such a store again gets it closed first; who gives
 * that up says so by {@link #discard}. Those of other class loaders are not seen from here, and
 * stay locked.
 */
public final class FailedCloses {
  private static final List<Closing> LEFT = new CopyOnWriteArrayList<>();

  private FailedCloses() {}

  /** Notes that the closing of a store begins. */
  static synchronized void add(Closing closing) {
    if (!LEFT.contains(closing)) {
      LEFT.add(closing);
    }
  }

  /** Notes that a store is closed, and has given everything back. */
  static void remove(Closing closing) {
    LEFT.remove(closing);
  }

  /** Forgets stores without touching them: for tests that simulate the end of their process. */
  public static void forgetIf(Predicate<StoreConfig> ofEndedProcess) {
    LEFT.removeIf(closing -> ofEndedProcess.test(closing.config()));
  }

  /**
   * Closes the store of that file, if there is one here: its checkpoint is tried again.
   *
   * @throws io.persistentmap.PersistentMapException of the type of the failure, if that fails, too:
   *     the store is as it was
   */
  static void takeOver(Path file) {
    Closing left = find(file);
    Throwable first = left == null ? null : left.firstFailure();
    if (left == null || first == null || left.completeRelease()) {
      return;
    }
    try {
      left.close(CloseMode.CHECKPOINT);
    } catch (RuntimeException | Error e) {
      Throwable failure =
          SameFailure.of(
              e,
              file
                  + ": can't be opened: a map of this process still has it, with entries that no"
                  + " checkpoint has, since its close() failed ("
                  + first.getMessage()
                  + "), and fails again ("
                  + e.getMessage()
                  + "); mend that and open again, or give those entries up by"
                  + " PersistentMap.discard(path)");
      if (failure != e && failure != first && e.getCause() != first) {
        failure.addSuppressed(first);
      }
      throw SameFailure.rethrow(failure);
    }
  }

  /**
   * Closes the store of that file without a checkpoint, if there is one here.
   *
   * @return whether there was one
   */
  public static boolean discard(Path file) {
    Closing left = find(file);
    if (left != null && !left.completeRelease()) {
      left.close(CloseMode.DISCARD);
    }
    return left != null;
  }

  private static @Nullable Closing find(Path file) {
    for (Closing closing : LEFT) {
      if (closing.isLeft() && isSame(file, closing.config().files().hash())) {
        return closing;
      }
    }
    return null;
  }

  /** By name first: the file of a map whose close failed may be gone. */
  private static boolean isSame(Path one, Path other) {
    try {
      return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())
          || (StoreFile.exists(one) && StoreFile.exists(other) && Files.isSameFile(one, other));
    } catch (IOException e) {
      return false; // one of them has gone this moment
    }
  }
}
