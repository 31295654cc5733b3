package io.persistentmap.lincheck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.index.HashIndex.When;
import io.persistentmap.index.IndexMap;
import java.util.List;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Guards that index and log together are linearizable: on keys of one shard, two of which have the
 * same tag, and two more that push these from their place; while the cleaner moves records, a
 * checkpoint stops changes, and user code holds a key.
 */
@Tag(Search.TAG)
final class IndexLincheckTest {
  private static final List<String> READS = List.of("get 0", "contains 1", "get 4");

  private static final List<String> CHANGES =
      List.of("put 0 2", "put 4 2", "remove 0", "remove 2", "add 0 -1", "relocate 0", "checkpoint");

  @Test
  void readBesideChange_modelChecking_linearizable() {
    ModelCheckingOptions search = Search.modelChecking(0, 200);
    for (String read : READS) {
      for (String change : CHANGES) {
        search.addCustomScenario(Search.scenario(Intact.class, change, read, read));
      }
    }
    search.sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void changeBesideChange_modelChecking_linearizable() {
    ModelCheckingOptions search = Search.modelChecking(0, 100);
    for (String one : CHANGES) {
      for (String other : List.of("put 0 3", "remove 1", "add 0 2", "relocate 0")) {
        search.addCustomScenario(Search.scenario(Intact.class, one, other, "get 0"));
      }
    }
    search.sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void anySteps_modelChecking_linearizable() {
    Search.modelChecking(10, 100).sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void anySteps_stress_linearizable() {
    Search.stress(10, 1000).sequentialSpecification(MapModel.class).check(Intact.class);
  }

  @Test
  void shardVersionDoesNotChange_modelChecking_reported() {
    assertThatThrownBy(
            () ->
                Search.modelChecking(0, 200)
                    .addCustomScenario(
                        Search.scenario(WithoutVersion.class, "remove 2", "get 0", "get 0"))
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
  @Param(name = "key", gen = IntGen.class, conf = "0:4")
  @Param(name = "value", gen = IntGen.class, conf = "-3:3")
  public abstract static class Operations {
    private final IndexMap map;

    Operations(IndexMap.Fault fault) {
      map =
          new IndexMap(
              new MemoryFile(),
              size -> ArrayMemory.allocate(IndexMap.SMALL_TAIL_BYTES),
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
