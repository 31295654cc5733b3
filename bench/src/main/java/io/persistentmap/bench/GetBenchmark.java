package io.persistentmap.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reads random entries, without a cache. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GetBenchmark {
  /** The array that Chronicle Map may use again. */
  @State(Scope.Thread)
  public static class Reused {
    private byte @Nullable [] bytes;
  }

  /** Reads and deserialises. */
  @Benchmark
  public @Nullable Object persistentMapGet(PersistentMapState state, Workload workload) {
    return state.map.get(workload.randomKey());
  }

  /** Reads into an array that is used again, and deserialises. */
  @Benchmark
  public Object chronicleMapGetUsing(ChronicleMapState state, Reused reused, Workload workload) {
    byte[] bytes = state.map.getUsing(workload.randomKey(), reused.bytes);
    reused.bytes = bytes;
    return state.bytes.user(bytes);
  }
}
