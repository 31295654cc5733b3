package io.persistentmap.lincheck;

import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import io.persistentmap.value.CopiedValues;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Guards that the cache never gives a value that a writer has replaced. By threads that run: the
 * model checker can't follow Caffeine, whose maintenance asks for the common pool of the JDK.
 */
@Tag(Search.TAG)
final class CacheLincheckTest {
  @Test
  void anySteps_stress_linearizable() {
    Search.stress(10, 1000).sequentialSpecification(MapModel.class).check(Operations.class);
  }

  /** What threads do. Public, as all that Lincheck looks at. */
  @Param(name = "key", gen = IntGen.class, conf = "0:1")
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public static final class Operations {
    private final IndexMap map =
        new IndexMap(
            new MemoryFile(),
            size -> ArrayMemory.allocate(IndexMap.SMALL_TAIL_BYTES),
            ArrayMemory::allocate,
            IndexMap.Fault.NONE,
            0);

    private final CopiedValues cache = new CopiedValues(100_000);

    public Operations() {
      map.onChange(cache::drop);
    }

    @Operation
    public @Nullable Integer get(@Param(name = "key") int key) {
      Object cached = cache.get(key);
      if (cached == null) {
        cached = cache.load(key, missing -> load(key));
      }
      return cached == null ? map.get(key) : (Integer) cached;
    }

    private CopiedValues.@Nullable Loaded load(int key) {
      Integer value = map.tryGet(key);
      return value == null ? null : new CopiedValues.Loaded(value, Integer.BYTES);
    }

    @Operation
    public @Nullable Integer put(@Param(name = "key") int key, @Param(name = "value") int value) {
      return map.put(key, value, When.ALWAYS);
    }

    @Operation
    public @Nullable Integer remove(@Param(name = "key") int key) {
      return map.remove(key);
    }
  }
}
