package io.persistentmap.bench;

import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** Overwrites random entries. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PutBenchmark {
  /** Returns the old value, as {@code Map} says. */
  @Benchmark
  public @Nullable Object persistentMapPut(PersistentMapState state, Workload workload) {
    return state.map.put(workload.randomKey(), workload.randomUser());
  }

  /** Does not read the old value. */
  @Benchmark
  public void persistentMapPutAll(PersistentMapState state, Workload workload) {
    state.map.putAll(Collections.singletonMap(workload.randomKey(), workload.randomUser()));
  }

  /** Does not read the old value: {@code putReturnsNull}. */
  @Benchmark
  public @Nullable Object chronicleMapPut(ChronicleMapState state, Workload workload) {
    return state.map.put(workload.randomKey(), state.bytes.of(workload.randomUser()));
  }
}
