package io.persistentmap.lincheck;

import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Guards what goes through all shards: removing all entries, also while user code holds a key, and
 * iterations, which see an entry that is there all the time exactly once.
 */
@Tag(Search.TAG)
final class ClearLincheckTest {
  @Test
  void clearBesideOther_modelChecking_linearizable() {
    ModelCheckingOptions search = Search.modelChecking(0, 100);
    for (String step : List.of("get 0", "put 0 2", "put 4 2", "add 0 1", "clear")) {
      search.addCustomScenario(Search.scenario(Clearing.class, "clear", step, "get 0"));
    }
    search.sequentialSpecification(MapModel.class).check(Clearing.class);
  }

  @Test
  void clear_stress_linearizable() {
    Search.stress(10, 500).sequentialSpecification(MapModel.class).check(Clearing.class);
  }

  @Test
  void iterationBesideChange_modelChecking_seesWhatStaysOnce() {
    ModelCheckingOptions search = Search.modelChecking(5, 100);
    for (String change : List.of("put 4 2", "remove 1", "remove 2", "relocate 0")) {
      search.addCustomScenario(
          Search.scenario(Iterating.class, change, "countIterated", "countIterated"));
    }
    search.sequentialSpecification(MapModel.class).check(Iterating.class);
  }

  @Test
  void iteration_stress_seesWhatStaysOnce() {
    Search.stress(10, 500).sequentialSpecification(MapModel.class).check(Iterating.class);
  }

  private static IndexMap newMap() {
    return new IndexMap(
        new MemoryFile(),
        size -> ArrayMemory.allocate(IndexMap.SMALL_TAIL_BYTES),
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
  @Param(name = "key", gen = IntGen.class, conf = "1:4")
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public static final class Iterating {
    private static final int STAYS = 0;

    private final IndexMap map = newMap();

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

    @Operation
    public void relocate(@Param(name = "key") int ignored) {
      map.relocate(STAYS);
    }
  }
}
