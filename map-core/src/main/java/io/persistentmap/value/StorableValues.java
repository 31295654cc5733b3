package io.persistentmap.value;

import io.persistentmap.UnstorableException;
import io.persistentmap.index.Operation;
import io.persistentmap.index.OperationPool;
import io.persistentmap.serializer.NotEnteredException;
import io.persistentmap.serializer.SerializationException;
import java.time.Duration;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Refuses live values that can't be stored when they are put, and not only when a checkpoint is
 * made; without writing each of them.
 *
 * <p>The first value of a class is written. Of collections, maps and arrays of the JDK, the classes
 * of their first elements count, too: so a list of sockets is refused although lists of strings
 * have been put before. What is found out later only, or changed into an object later, fails the
 * checkpoint, which names its key. Thread-safe.
 *
 * <p>A value is written in its own monitor, since other threads may change it there. The thread
 * that puts it runs all of the program's code, but does not wait for the monitor itself, and not
 * for long: it may hold locks of the program that the monitor's holder waits for.
 */
public final class StorableValues {
  /** How deep first elements are looked at. */
  private static final int DEPTH = 3;

  /** How long a put waits for the monitor of its value. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private static final @Nullable Object[] NOTHING = {};

  private final EntryCodec<?, ?> codec;
  private final OperationPool operations;
  private final MonitorThreads threads;

  /** Classes of which something has been written. */
  private final Set<Class<?>> known = ConcurrentHashMap.newKeySet();

  /** Creates one that knows no class. */
  public StorableValues(EntryCodec<?, ?> codec, OperationPool operations, DirtyPass pass) {
    this.codec = codec;
    this.operations = operations;
    this.threads = pass.threads();
  }

  /**
   * Checks a value.
   *
   * @throws UnstorableException if it can't be stored
   */
  public void check(Object key, Object value) {
    if (isKnown(value, DEPTH)) {
      return;
    }
    if (Monitors.isUsable(value) && !codec.isImmutable(value) && !Thread.holdsLock(value)) {
      try (MonitorHold hold = threads.hold(value)) {
        if (hold.await(PATIENCE)) {
          write(key, value);
        } // else another thread has it, so it is for the checkpoint to see
      }
    } else {
      write(key, value);
    }
  }

  private void write(Object key, Object value) {
    Operation operation = operations.take();
    try {
      codec.writeValueAlone(operation, value, this::requireFree);
    } catch (ConcurrentModificationException | NotEnteredException e) {
      return; // others change it at this moment, or have a part: it is for the checkpoint to see
    } catch (SerializationException e) {
      throw new UnstorableException(
          codec.path()
              + ": value for key "
              + key
              + ": "
              + e.getMessage()
              + "; the map is unchanged",
          e);
    } finally {
      operations.give(operation);
    }
    learn(value, DEPTH);
  }

  /** Its thread may have what those want that have the part; so it does not begin to wait then. */
  private void requireFree(Object part) {
    if (!Thread.holdsLock(part)) {
      try (MonitorHold hold = threads.hold(part)) {
        if (!hold.await(PATIENCE)) {
          throw new NotEnteredException(part);
        }
      }
    }
  }

  private boolean isKnown(@Nullable Object value, int depth) {
    if (value == null) {
      return true;
    }
    if (!known.contains(value.getClass())) {
      return false;
    }
    if (depth > 0) {
      for (Object element : firstElements(value)) {
        if (!isKnown(element, depth - 1)) {
          return false;
        }
      }
    }
    return true;
  }

  private void learn(@Nullable Object value, int depth) {
    if (value != null) {
      known.add(value.getClass());
      if (depth > 0) {
        for (Object element : firstElements(value)) {
          learn(element, depth - 1);
        }
      }
    }
  }

  private static @Nullable Object[] firstElements(Object value) {
    if (value instanceof Object[] array) {
      return array.length == 0 ? NOTHING : new @Nullable Object[] {array[0]};
    }
    try {
      if (value instanceof Collection<?> collection
          && isOfJdk(collection)
          && !collection.isEmpty()) {
        return new @Nullable Object[] {collection.iterator().next()};
      }
      if (value instanceof Map<?, ?> map && isOfJdk(map) && !map.isEmpty()) {
        Map.Entry<?, ?> entry = map.entrySet().iterator().next();
        return new @Nullable Object[] {entry.getKey(), entry.getValue()};
      }
    } catch (NoSuchElementException | ConcurrentModificationException e) {
      return NOTHING; // somebody changes it at this moment
    }
    return NOTHING;
  }

  /** The iterator of others would be user code. */
  private static boolean isOfJdk(Object value) {
    return value.getClass().getClassLoader() == null;
  }
}
