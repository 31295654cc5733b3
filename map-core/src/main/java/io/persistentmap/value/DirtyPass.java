package io.persistentmap.value;

import io.persistentmap.PersistentMapException;
import io.persistentmap.UnstorableException;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.index.HashIndex;
import io.persistentmap.index.Hold;
import io.persistentmap.index.Operation;
import io.persistentmap.index.OperationPool;
import io.persistentmap.index.Shard;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.serializer.SerializationException;
import io.persistentmap.store.HeapValues;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes the live values that have changed, before a checkpoint makes its cut.
 *
 * <p><b>What is written when.</b> The pass first says that it is running, and waits for the changes
 * that have begun without knowing; then it looks at every live entry. A change that begins
 * meanwhile writes its value itself, on its own thread and under the same lock of the shard as it
 * changes the entry, so the pass leaves out what it finds written since its beginning. When it has
 * seen all, everything is in the log, and stays so until the cut: no value is written while changes
 * are stopped, and the log has the changes in their order.
 *
 * <p><b>No lock is held while a value is written</b>, since that may be user code, which may want a
 * lock that somebody holds who waits for ours. Instead, what was written counts only if meanwhile
 * nobody took a key of the shard to run a function on its value ({@code compute}); such a function
 * is in the checkpoint as a whole, or not. Entries for which that fails are done at the end, one by
 * one, with the key held; so are those that can't be written, since a thread may be changing them
 * this moment.
 *
 * <p>What is changed inside an object by other means, without the map, may be in the checkpoint or
 * not. That the bytes can be read all the same is for the serializers to see to.
 */
public final class DirtyPass implements HeapValues {
  /** Entries from which on several threads share the work. */
  private static final int PARALLEL_FROM = 2048;

  /** How long the pass waits for a function that holds a key. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long ANY_HOLDS = -1;

  private final HashIndex index;
  private final OperationPool operations;
  private final EntryCodec<?, ?> codec;
  private final LiveValues live;

  /** Creates the pass over the live values of a map. */
  public DirtyPass(
      HashIndex index, OperationPool operations, EntryCodec<?, ?> codec, LiveValues live) {
    this.index = index;
    this.operations = operations;
    this.codec = codec;
    this.live = live;
  }

  @Override
  public Written write() {
    long start = System.nanoTime();
    Run run = new Run();
    index.awaitChanges(); // some may not know of the pass
    long values = live.count();
    try {
      live.table().forEachValue(PARALLEL_FROM, run::look);
      run.finish();
    } catch (OutOfMemoryError e) {
      throw live.explain(e);
    }
    return new Written(values, run.written.sum(), Duration.ofNanos(System.nanoTime() - start));
  }

  @Override
  public void cut() {
    long fresh = live.freshCount();
    if (fresh != 0) {
      throw new IllegalStateException(
          codec.path() + ": " + fresh + " entries are on the heap only, where there must be none");
    }
    live.endPass();
  }

  @Override
  public void end() {
    live.endPass();
  }

  @Override
  public void drop() {
    live.clear();
  }

  /** Returns the fingerprint of the value in an operation's finished record. */
  public static long fingerprint(Operation operation) {
    RecordBuffer record = operation.record();
    return Fingerprint.of(
        record.array(), RecordLayout.HEADER_BYTES + record.keyLength(), record.valueLength());
  }

  /** Returns the fingerprint of the value that an operation has found. */
  public static long foundFingerprint(Operation operation) {
    int length = operation.foundValueLength();
    return Fingerprint.of(operation.found(), operation.foundLength() - length, length);
  }

  /** One pass. */
  private final class Run {
    private final int number = live.beginPass();
    private final LongAdder written = new LongAdder();
    private final Queue<LiveEntry> late = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Looks at an entry, on any thread; never waits for user code. */
    void look(LiveEntry entry) {
      if (failure.get() != null) {
        return;
      }
      try {
        long holds = entry.shard().holds();
        if (isHeld(entry) || !write(entry, holds)) {
          late.add(entry);
        }
      } catch (SerializationException | ConcurrentModificationException e) {
        late.add(entry);
      } catch (Throwable e) {
        failure.compareAndSet(null, named(entry, e));
      }
    }

    private boolean isHeld(LiveEntry entry) {
      Shard shard = entry.shard();
      if (!shard.isAnyHeld()) {
        return false;
      }
      return shard.locked(() -> shard.isHeld(entry.hash));
    }

    /**
     * Writes the value of an entry, if it has changed.
     *
     * @param holds of the shard; if that has changed meanwhile, the answer is false
     */
    private boolean write(LiveEntry entry, long holds) {
      Object value = entry.settled();
      if (entry.pass == number || (codec.isImmutable(value) && entry.isWritten())) {
        return true;
      }
      Operation alone = operations.take();
      try {
        codec.writeValueAlone(alone, value);
        int length = alone.record().writer().position() - RecordLayout.HEADER_BYTES;
        long fingerprint =
            Fingerprint.of(alone.record().array(), RecordLayout.HEADER_BYTES, length);
        VarHandle.acquireFence(); // all that was read of the value, before the holds
        if (isTaken(entry, holds)) {
          return false;
        }
        if (fingerprint == entry.fingerprint) {
          return true;
        }
        return append(entry, holds, alone, fingerprint);
      } finally {
        operations.give(alone);
      }
    }

    private boolean isTaken(LiveEntry entry, long holds) {
      return holds != ANY_HOLDS && entry.shard().holds() != holds;
    }

    private boolean append(LiveEntry entry, long holds, Operation alone, long fingerprint) {
      Operation operation = operations.take();
      try {
        codec.writeKnownKey(operation, entry.key);
        codec.copyValue(alone, operation);
        index.awaitRoom();
        Shard shard = index.lockAndFindForCheckpoint(operation);
        try {
          if (!live.isPresent(entry) || entry.pass == number) {
            return true; // removed, or written by who changed it
          }
          if (isTaken(entry, holds)) {
            return false;
          }
          index.write(shard, operation);
          recorded(entry, fingerprint);
          written.increment();
          return true;
        } finally {
          index.unlock(shard, operation);
        }
      } catch (Throwable e) {
        if (operation.owes > 0) {
          live.health.broken = e; // a write: a call could throw again
        }
        throw e;
      } finally {
        operations.give(operation);
      }
    }

    private void recorded(LiveEntry entry, long fingerprint) {
      try {
        live.recorded(entry, fingerprint, number);
      } catch (Throwable e) {
        live.health.broken = e;
        throw e;
      }
    }

    /** Does what has been put off. */
    void finish() {
      rethrow(failure.get());
      LiveEntry entry = late.poll();
      while (entry != null) {
        try {
          writeHeld(entry);
        } catch (Throwable e) {
          rethrow(named(entry, e));
        }
        entry = late.poll();
      }
    }

    private void rethrow(@Nullable Throwable failed) {
      if (failed instanceof Error error) {
        throw error;
      } else if (failed instanceof RuntimeException exception) {
        throw exception;
      }
    }

    private void writeHeld(LiveEntry entry) {
      Operation operation = operations.take();
      Hold hold = null;
      try {
        try {
          codec.writeKnownKey(operation, entry.key);
          hold = index.holdUnlessFutile(operation, PATIENCE);
          writeAtLast(entry);
        } finally {
          if (hold != null) {
            hold.release();
          }
        }
      } catch (Throwable e) {
        if (operation.owes > 0) {
          live.health.broken = e; // a write: a call could throw again
        }
        throw e;
      } finally {
        operations.give(operation);
      }
    }

    /** Tries again while the object may be changed by a thread that uses no map for it. */
    private void writeAtLast(LiveEntry entry) {
      for (int attempt = 1; true; attempt++) {
        try {
          write(entry, ANY_HOLDS);
          return;
        } catch (SerializationException | ConcurrentModificationException e) {
          if (attempt == EntryCodec.ATTEMPTS) {
            throw e;
          }
          EntryCodec.pause(attempt);
        }
      }
    }

    /** Returns the failure to throw: what is not the store's fault is that of an entry. */
    private Throwable named(LiveEntry entry, Throwable failed) {
      return failed instanceof Error || failed instanceof PersistentMapException
          ? failed
          : new UnstorableException(
              codec.path()
                  + ": no checkpoint was made, the previous one is intact: the value of key "
                  + entry.key
                  + " can't be written: "
                  + failed.getMessage()
                  + "; change that object or remove its key, and try again",
              failed);
    }
  }
}
