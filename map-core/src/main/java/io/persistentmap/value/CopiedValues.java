package io.persistentmap.value;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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

  private final Cache<Object, Cached> cache;
  private volatile int removals;

  /** Creates a cache of that many bytes. */
  public CopiedValues(long bytes) {
    cache =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher(
                (Object key, Cached cached) ->
                    (int) Math.min(Integer.MAX_VALUE, (long) cached.bytes + OVERHEAD_BYTES))
            .executor(Runnable::run)
            .build();
  }

  /** Returns the value of a key, if it is here. */
  public @Nullable Object get(Object key) {
    Cached cached = cache.getIfPresent(key);
    return cached != null && cached.removals == removals ? cached.value : null;
  }

  /**
   * Loads the value of a key, unless it is here.
   *
   * @param loader reads it; must not wait for a lock; null if there is none, or it can't be shared
   * @return the value, or null if the loader gave none
   */
  public @Nullable Object load(Object key, Function<Object, @Nullable Loaded> loader) {
    Cached cached = cache.get(key, missing -> wrap(loader, missing));
    if (cached != null && cached.removals != removals) {
      cache.invalidate(key);
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
    try {
      cache.invalidate(key);
    } catch (Throwable e) {
      removals++;
    }
  }

  /** Drops all keys. Never fails, as {@link #drop}. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under all of the index's locks
  public void dropAll() {
    removals++;
    try {
      cache.invalidateAll();
    } catch (Throwable e) {
      // They don't count any more, and go when others come.
    }
  }
}
