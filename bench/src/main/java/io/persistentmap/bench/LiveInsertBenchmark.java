package io.persistentmap.bench;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Fills an empty map with live values, beside a ConcurrentHashMap; one shot is all entries. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class LiveInsertBenchmark {
  /** An empty map for each shot. */
  @State(Scope.Benchmark)
  public static class EmptyLiveMap {
    @SuppressWarnings("NullAway.Init") // by create
    private BenchmarkDirectory directory;

    @SuppressWarnings("NullAway.Init") // by create
    private PersistentMap<String, User> map;

    /** Creates it. */
    @Setup(Level.Invocation)
    public void create() {
      directory = BenchmarkDirectory.create();
      map = LiveBenchmark.LiveMap.open(directory);
    }

    /** Deletes it. */
    @TearDown(Level.Invocation)
    public void delete() throws IOException {
      map.close();
      directory.delete();
    }
  }

  /** Puts one by one. */
  @Benchmark
  public long concurrentHashMapPut(Workload workload) {
    ConcurrentMap<String, User> map = new ConcurrentHashMap<>();
    fill(map, workload);
    return map.size();
  }

  /** Puts one by one. */
  @Benchmark
  public void persistentMapPut(EmptyLiveMap state, Workload workload) {
    fill(state.map, workload);
  }

  private static void fill(ConcurrentMap<String, User> map, Workload workload) {
    for (int i = 0; i < workload.entries; i++) {
      map.put(workload.key(i), workload.user(i));
    }
  }
}
