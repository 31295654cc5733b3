package io.persistentmap.value;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.lang.invoke.VarHandle;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cache of hot values that can't change, bounded by the bytes of their serialised form.
 *
 * <p>It never serves a stale value. A writer drops the key under the shard's lock after its change
 * can be seen; Caffeine's removal waits for a loader of the same key, and a loader never waits for
 * a shard's lock. So a value loaded before the change is dropped, and one loaded afterwards is new.
 * Removing all keys at once does not wait for loaders, so each value has the number of removals
 * that it was loaded after. Thread-safe.
 */
public final class CopiedValues {
  /** What a cached value costs beside its bytes: node, wrapper, key. */
  private static final int OVERHEAD_BYTES = 128;

  private record Cached(Object value, int bytes, int removals) {}

  /**
   * A value that was read.
   *
   * @param value the value
   * @param bytes the length of its serialised form
   */
  public record Loaded(Object value, int bytes) {}

  private final long bytes;
  private final @Nullable CacheBudget budget;

  /** Null until something is kept: most of a thousand maps are hardly ever read. */
  private volatile @Nullable Cache<Object, Cached> cache;

  private volatile int removals;

  /** Whether it has a part of the budget. Guarded by this. */
  private boolean joined;

  /** Creates a cache of that many bytes. */
  public CopiedValues(long bytes) {
    this.bytes = bytes;
    this.budget = null;
  }

  /** Creates a cache of a part of what there is for all maps. */
  public CopiedValues(CacheBudget budget) {
    this.bytes = 0;
    this.budget = budget;
  }

  private Cache<Object, Cached> cache() {
    Cache<Object, Cached> present = cache;
    return present != null ? present : makeCache();
  }

  private synchronized Cache<Object, Cached> makeCache() {
    Cache<Object, Cached> present = cache;
    if (present == null) {
      present =
          Caffeine.newBuilder()
              .maximumWeight(bytes)
              .weigher(
                  (Object key, Cached cached) ->
                      (int) Math.min(Integer.MAX_VALUE, (long) cached.bytes + OVERHEAD_BYTES))
              .executor(Runnable::run)
              .build();
      cache = present;
      VarHandle.fullFence(); // who changes a key and sees none has done so before this is filled
    }
    if (budget != null && !joined) {
      joined = true;
      resize(budget.join(this));
    }
    return present;
  }

  /** Allows it another number of bytes. */
  void resize(long most) {
    Cache<Object, Cached> present = cache;
    if (present != null) {
      present.policy().eviction().ifPresent(eviction -> eviction.setMaximum(most));
    }
  }

  /** Returns the value of a key, if it is here. */
  public @Nullable Object get(Object key) {
    Cache<Object, Cached> present = cache;
    Cached cached = present == null ? null : present.getIfPresent(key);
    return cached != null && cached.removals == removals ? cached.value : null;
  }

  /**
   * Loads the value of a key, unless it is here.
   *
   * @param loader reads it; must not wait for a lock; null if there is none, or it can't be shared
   * @return the value, or null if the loader gave none
   */
  public @Nullable Object load(Object key, Function<Object, @Nullable Loaded> loader) {
    Cache<Object, Cached> present = cache();
    Cached cached = present.get(key, missing -> wrap(loader, missing));
    if (cached != null && cached.removals != removals) {
      present.invalidate(key);
      return null;
    }
    return cached == null ? null : cached.value;
  }

  private @Nullable Cached wrap(Function<Object, @Nullable Loaded> loader, Object key) {
    int before = removals;
    Loaded loaded = loader.apply(key);
    return loaded == null ? null : new Cached(loaded.value, loaded.bytes, before);
  }

  /**
   * Drops a key: its value is about to be, or has been, changed. Never fails, since the change is
   * in the log already: where the cache can't do it, for want of memory, say, all values in it
   * cease to count, which takes nothing but a field.
   */
  @SuppressWarnings(
      "NonAtomicVolatileUpdate") // one of two at once is enough: both keys have changed
  public void drop(Object key) {
    Cache<Object, Cached> present = cache;
    if (present == null) {
      return; // whoever makes it now loads what is in the index now
    }
    try {
      present.invalidate(key);
    } catch (Throwable e) {
      removals++;
    }
  }

  /** Drops all keys. Never fails, as {@link #drop}. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under all of the index's locks
  public void dropAll() {
    removals++;
    Cache<Object, Cached> present = cache;
    try {
      if (present != null) {
        present.invalidateAll();
      }
    } catch (Throwable e) {
      // They don't count any more, and go when others come.
    }
  }

  /** Drops all keys, for good. */
  public void end() {
    dropAll();
    try {
      if (budget != null) {
        budget.leave(this);
      }
    } catch (Throwable e) {
      // The others have less than they may have.
    }
  }
}
