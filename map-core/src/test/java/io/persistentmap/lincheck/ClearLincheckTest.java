package io.persistentmap.lincheck;

import io.persistentmap.format.FileLayout;
import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Guards what goes through all shards: removing all entries, also while user code holds a key, and
 * iterations, which see an entry that is there all the time exactly once.
 */
final class ClearLincheckTest {
  @Test
  void clear_modelChecking_linearizable() {
    Search.modelChecking(5, 100)
        .loopBound(5000)
        .loopIterationsBeforeThreadSwitch(2000)
        .sequentialSpecification(MapModel.class)
        .check(Clearing.class);
  }

  @Test
  void clear_stress_linearizable() {
    Search.stress(10, 500).sequentialSpecification(MapModel.class).check(Clearing.class);
  }

  @Test
  void iteration_modelChecking_seesWhatStaysOnce() {
    Search.modelChecking(5, 100)
        .loopBound(5000)
        .loopIterationsBeforeThreadSwitch(2000)
        .sequentialSpecification(MapModel.class)
        .check(Iterating.class);
  }

  @Test
  void iteration_stress_seesWhatStaysOnce() {
    Search.stress(10, 500).sequentialSpecification(MapModel.class).check(Iterating.class);
  }

  private static IndexMap newMap() {
    return new IndexMap(
        new MemoryFile(),
        size -> ArrayMemory.allocate(FileLayout.BLOCK_BYTES),
        ArrayMemory::allocate,
        IndexMap.Fault.NONE,
        0);
  }

  /** Operations on the map as a whole and on keys. */
  @Param(name = "key", gen = IntGen.class, conf = "0:2")
  @Param(name = "value", gen = IntGen.class, conf = "-3:3")
  public static final class Clearing {
    private final IndexMap map = newMap();

    @Operation
    public @Nullable Integer get(@Param(name = "key") int key) {
      return map.get(key);
    }

    @Operation
    public @Nullable Integer put(@Param(name = "key") int key, @Param(name = "value") int value) {
      return map.put(key, value, When.ALWAYS);
    }

    @Operation
    public int add(@Param(name = "key") int key, @Param(name = "value") int summand) {
      return map.add(key, summand);
    }

    @Operation
    public void clear() {
      map.clear(() -> {});
    }
  }

  /** One key stays, and others come and go before and behind it. */
  @Param(name = "key", gen = IntGen.class, conf = "1:3")
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public static final class Iterating {
    private static final int STAYS = 0;

    private final IndexMap map = newMap();

    public Iterating() {
      map.put(STAYS, 1, When.ALWAYS);
    }

    @Operation
    public int countIterated() {
      return map.countIterated(STAYS);
    }

    @Operation
    public @Nullable Integer put(@Param(name = "key") int key, @Param(name = "value") int value) {
      return map.put(key, value, When.ALWAYS);
    }

    @Operation
    public @Nullable Integer remove(@Param(name = "key") int key) {
      return map.remove(key);
    }

    /** Its record moves, but it stays. */
    @Operation(runOnce = true)
    public void relocate(@Param(name = "key") int key) {
      map.relocate(STAYS);
    }
  }
}
