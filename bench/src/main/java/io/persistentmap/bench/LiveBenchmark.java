package io.persistentmap.bench;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reads and overwrites random live values, beside a ConcurrentHashMap. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LiveBenchmark {
  /** A map whose values are all live. */
  @State(Scope.Benchmark)
  public static class LiveMap {
    private final BenchmarkDirectory directory = BenchmarkDirectory.create();
    final PersistentMap<String, User> map = open(directory);

    static PersistentMap<String, User> open(BenchmarkDirectory directory) {
      return PersistentMap.builder(String.class, User.class)
          .closeMode(CloseMode.DISCARD)
          .open(directory.file("users.map"));
    }

    /** Fills it, and makes a checkpoint: so its entries have records, too. */
    @Setup
    public void fill(Workload workload) {
      LiveBenchmark.fill(map, workload);
      map.checkpoint();
    }

    /** Deletes it. */
    @TearDown
    public void delete() throws IOException {
      map.close();
      directory.delete();
    }
  }

  /** What a live map is measured by. */
  @State(Scope.Benchmark)
  public static class HashMap {
    final ConcurrentMap<String, User> map = new ConcurrentHashMap<>();

    /** Fills it. */
    @Setup
    public void fill(Workload workload) {
      LiveBenchmark.fill(map, workload);
    }
  }

  private static void fill(ConcurrentMap<String, User> map, Workload workload) {
    for (int i = 0; i < workload.entries; i++) {
      map.put(workload.key(i), workload.user(i));
    }
  }

  /** Reads. */
  @Benchmark
  public @Nullable Object concurrentHashMapGet(HashMap state, Workload workload) {
    return state.map.get(workload.randomKey());
  }

  /** Reads. */
  @Benchmark
  public @Nullable Object persistentMapGet(LiveMap state, Workload workload) {
    return state.map.get(workload.randomKey());
  }

  /** Overwrites. */
  @Benchmark
  public @Nullable Object concurrentHashMapPut(HashMap state, Workload workload) {
    return state.map.put(workload.randomKey(), workload.randomUser());
  }

  /** Overwrites. */
  @Benchmark
  public @Nullable Object persistentMapPut(LiveMap state, Workload workload) {
    return state.map.put(workload.randomKey(), workload.randomUser());
  }
}
