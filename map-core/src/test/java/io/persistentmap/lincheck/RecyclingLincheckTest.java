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
 * Guards readers against buffers of the tail that are written to the file and used again: there is
 * room for two records in each.
 */
@Tag(Search.TAG)
final class RecyclingLincheckTest {
  private static final int FILLER_BYTES = 1800;

  @Test
  void readBesideReuse_modelChecking_linearizable() {
    ModelCheckingOptions search = Search.modelChecking(0, 300);
    for (String read : List.of("get 0", "get 3")) {
      for (String change : List.of("flush", "checkpoint", "putAndFlush 0 2", "putAndFlush 3 2")) {
        search.addCustomScenario(Search.scenario(Operations.class, change, read, read));
      }
    }
    search.sequentialSpecification(MapModel.class).check(Operations.class);
  }

  @Test
  void anySteps_modelChecking_linearizable() {
    Search.modelChecking(10, 100).sequentialSpecification(MapModel.class).check(Operations.class);
  }

  @Test
  void anySteps_stress_linearizable() {
    Search.stress(10, 1000).sequentialSpecification(MapModel.class).check(Operations.class);
  }

  /** What threads do. */
  @Param(name = "key", gen = IntGen.class, conf = "0:2")
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public static final class Operations {
    private final IndexMap map =
        new IndexMap(
            new MemoryFile(),
            size -> ArrayMemory.allocate(IndexMap.SMALL_TAIL_BYTES),
            ArrayMemory::allocate,
            IndexMap.Fault.NONE,
            FILLER_BYTES);

    @Operation
    public @Nullable Integer get(@Param(name = "key") int key) {
      return map.get(key);
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
    public void relocate(@Param(name = "key") int key) {
      map.relocate(key);
    }

    /** Writes both buffers, and puts into one of them again; for itself beside reads only. */
    public @Nullable Integer putAndFlush(int key, int value) {
      map.put(key, value, When.ALWAYS);
      map.flush();
      map.put(key, value, When.ALWAYS);
      return map.put(key, value, When.ALWAYS);
    }

    @Operation
    public void flush() {
      map.flush();
    }

    @Operation
    public void checkpoint() {
      map.checkpoint();
    }
  }
}
