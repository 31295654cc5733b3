package io.persistentmap.jcstress;

import io.persistentmap.PersistentMap;
import io.persistentmap.index.IndexMap;
import io.persistentmap.value.CopiedValues;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The cache of values that can't change, filled from a record while that is replaced. */
final class CacheFill {
  private static final int KEY = 0;
  private static final int OLD = RealIndex.first(KEY);
  private static final int NEW = OLD + 1;

  private CacheFill() {}

  /** What a map does with its cache, on an index alone. */
  private static final class Cached {
    final RealIndex index = RealIndex.ofSmallRecords(IndexMap.Fault.NONE);
    final CopiedValues cache = new CopiedValues(100_000);

    int get() {
      Object value = cache.get(KEY);
      if (value == null) {
        value = cache.load(KEY, missing -> load());
      }
      return value == null ? index.read(KEY) : (Integer) value;
    }

    private CopiedValues.@Nullable Loaded load() {
      Integer value = index.map.tryGet(KEY);
      return value == null ? null : new CopiedValues.Loaded(value, Integer.BYTES);
    }

    /** Puts the old value back, and leaves the cache empty. */
    void restore() {
      index.put(KEY, OLD);
      cache.drop(KEY);
      index.map.recycle();
    }
  }

  private static Cached dropping() {
    Cached cached = new Cached();
    cached.index.map.onChange(cached.cache::drop);
    return cached;
  }

  /** Whatever the reader has loaded, a later read gives the new value. */
  @JCStressTest
  @Outcome(id = "10, 11", expect = Expect.ACCEPTABLE, desc = "read before the put")
  @Outcome(id = "11, 11", expect = Expect.ACCEPTABLE, desc = "read after the put")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the cache has kept the old value")
  @State
  public static class Load {
    private static final Pool<Cached> POOL = new Pool<>(CacheFill::dropping);

    private final Cached cached = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(II_Result result) {
      meeting.begin();
      result.r1 = cached.get();
    }

    @Actor
    public void writer() {
      meeting.begin();
      cached.index.put(KEY, NEW);
    }

    @Arbiter
    public void afterwards(II_Result result) {
      result.r2 = cached.get();
      cached.restore();
      POOL.give(cached);
    }
  }

  /** The same, dropped before the change only: the harness must notice. */
  @JCStressTest
  @Outcome(id = "10, 11", expect = Expect.ACCEPTABLE, desc = "read before the put")
  @Outcome(id = "11, 11", expect = Expect.ACCEPTABLE, desc = "read after the put")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the cache has kept the old value")
  @State
  public static class BrokenLoad {
    private static final Pool<Cached> POOL = new Pool<>(Cached::new);

    private final Cached cached = POOL.take();
    private final Meeting meeting = new Meeting();

    @Actor
    public void reader(II_Result result) {
      meeting.begin();
      result.r1 = cached.get();
    }

    @Actor
    public void writer() {
      meeting.begin();
      cached.cache.drop(KEY);
      cached.index.put(KEY, NEW);
    }

    @Arbiter
    public void afterwards(II_Result result) {
      result.r2 = cached.get();
      cached.restore();
      POOL.give(cached);
    }
  }

  /** A map with its cache: two reads never go back, and a later one gives what was put last. */
  @JCStressTest
  @Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "both before the put")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "one before the put")
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "both after the put")
  @Outcome(expect = Expect.FORBIDDEN, desc = "back to the old value, or the cache has kept it")
  @State
  public static class GetBesidePut {
    private static final PersistentMap<String, String> MAP = Maps.copied(String.class);
    private static final Pool<String> KEYS = Maps.keys();

    private final String key = KEYS.take();
    private final Meeting meeting = new Meeting();

    public GetBesidePut() {
      MAP.set(key, "old");
    }

    private int read() {
      String value = MAP.get(key);
      return "new".equals(value) ? 1 : "old".equals(value) ? 0 : -1;
    }

    @Actor
    public void reader(III_Result result) {
      meeting.begin();
      result.r1 = read();
      result.r2 = read();
    }

    @Actor
    public void writer() {
      meeting.begin();
      MAP.set(key, "new");
    }

    @Arbiter
    public void afterwards(III_Result result) {
      result.r3 = read();
      KEYS.give(key);
    }
  }
}
