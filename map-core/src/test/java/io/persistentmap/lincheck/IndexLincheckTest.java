package io.persistentmap.lincheck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.format.FileLayout;
import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import java.util.List;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Guards that index and log together are linearizable: on keys of one shard, two of which have the
 * same tag, and two more that push these from their place; while the cleaner moves records, a
 * checkpoint stops changes, and user code holds a key.
 */
final class IndexLincheckTest {
  @Test
  void index_modelChecking_linearizable() {
    Search.modelChecking(20, 300).sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void index_stress_linearizable() {
    Search.stress(10, 1000).sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void shardVersionDoesNotChange_modelChecking_reported() {
    assertThatThrownBy(
            () ->
                Search.modelChecking(0, Integer.getInteger("inv", 1000))
                    .addCustomScenario(
                        Search.scenario(
                            WithoutVersion.class,
                            "put 2 1; put 3 1; put 0 1; put 1 1",
                            List.of("remove 2", "get 0"),
                            ""))
                    .minimizeFailedScenario(false)
                    .sequentialSpecification(MapModel.class)
                    .check(WithoutVersion.class))
        .isInstanceOf(LincheckAssertionError.class)
        .hasMessageContaining("Invalid execution results");
  }

  /** As it is. */
  public static final class Intact extends Operations {
    public Intact() {
      super(IndexMap.Fault.NONE);
    }
  }

  /** A broken one. */
  public static final class WithoutVersion extends Operations {
    public WithoutVersion() {
      super(IndexMap.Fault.MOVES_WITHOUT_VERSION);
    }
  }

  /** What threads do. */
  @Param(name = "key", gen = IntGen.class, conf = "0:3")
  @Param(name = "value", gen = IntGen.class, conf = "-3:3")
  public abstract static class Operations {
    private final IndexMap map;

    Operations(IndexMap.Fault fault) {
      map =
          new IndexMap(
              new MemoryFile(),
              size -> ArrayMemory.allocate(FileLayout.BLOCK_BYTES),
              ArrayMemory::allocate,
              fault,
              0);
    }

    @Operation
    public @Nullable Integer get(@Param(name = "key") int key) {
      return map.get(key);
    }

    @Operation
    public boolean contains(@Param(name = "key") int key) {
      return map.contains(key);
    }

    @Operation
    public @Nullable Integer put(@Param(name = "key") int key, @Param(name = "value") int value) {
      return map.put(key, value, When.ALWAYS);
    }

    @Operation
    public @Nullable Integer putIfAbsent(
        @Param(name = "key") int key, @Param(name = "value") int value) {
      return map.put(key, value, When.IF_ABSENT);
    }

    @Operation
    public @Nullable Integer replace(
        @Param(name = "key") int key, @Param(name = "value") int value) {
      return map.put(key, value, When.IF_PRESENT);
    }

    @Operation
    public @Nullable Integer remove(@Param(name = "key") int key) {
      return map.remove(key);
    }

    @Operation
    public int add(@Param(name = "key") int key, @Param(name = "value") int summand) {
      return map.add(key, summand);
    }

    @Operation
    public void relocate(@Param(name = "key") int key) {
      map.relocate(key);
    }

    @Operation
    public void checkpoint() {
      map.checkpoint();
    }
  }
}
