package io.persistentmap.lincheck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.format.FileLayout;
import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import io.persistentmap.value.CopiedValues;
import java.util.List;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Guards that the cache never gives a value that a writer has replaced. */
final class CacheLincheckTest {
  @Test
  void readBesideChange_modelChecking_linearizable() {
    ModelCheckingOptions search = Search.modelChecking(0, 200);
    for (String change : List.of("put 0 2", "remove 0")) {
      search.addCustomScenario(Search.scenario(Intact.class, change, "get 0", "get 0"));
    }
    search.sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void anySteps_modelChecking_linearizable() {
    Search.modelChecking(5, 100).sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void anySteps_stress_linearizable() {
    Search.stress(10, 1000).sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void droppedBeforeTheChange_modelChecking_reported() {
    assertThatThrownBy(
            () ->
                Search.modelChecking(0, 200)
                    .addCustomScenario(
                        Search.scenario(DroppedBefore.class, "put 0 2", "get 0", "get 0"))
                    .minimizeFailedScenario(false)
                    .sequentialSpecification(MapModel.class)
                    .check(DroppedBefore.class))
        .isInstanceOf(LincheckAssertionError.class)
        .hasMessageContaining("Invalid execution results");
  }

  /** As it is. */
  public static final class Intact extends Operations {
    public Intact() {
      super(false);
    }
  }

  /** A broken one: between dropping and changing, a reader may load the old value. */
  public static final class DroppedBefore extends Operations {
    public DroppedBefore() {
      super(true);
    }
  }

  /** What threads do. */
  @Param(name = "key", gen = IntGen.class, conf = "0:1")
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public abstract static class Operations {
    private final IndexMap map =
        new IndexMap(
            new MemoryFile(),
            size -> ArrayMemory.allocate(FileLayout.BLOCK_BYTES),
            ArrayMemory::allocate,
            IndexMap.Fault.NONE,
            0);

    private final CopiedValues cache = new CopiedValues(100_000);
    private final boolean dropBefore;

    Operations(boolean dropBefore) {
      this.dropBefore = dropBefore;
      if (!dropBefore) {
        map.onChange(cache::drop);
      }
    }

    private void beforeChange(int key) {
      if (dropBefore) {
        cache.drop(key);
      }
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
      beforeChange(key);
      return map.put(key, value, When.ALWAYS);
    }

    @Operation
    public @Nullable Integer remove(@Param(name = "key") int key) {
      beforeChange(key);
      return map.remove(key);
    }
  }
}
