package io.persistentmap.bench;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.map.ChronicleMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Fills an empty map; one shot is all entries. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class InsertBenchmark {
  /** An empty map for each shot. */
  @State(Scope.Benchmark)
  public static class EmptyPersistentMap {
    @SuppressWarnings("NullAway.Init") // by create
    private BenchmarkDirectory directory;

    @SuppressWarnings("NullAway.Init") // by create
    private PersistentMap<String, User> map;

    /** Creates it. */
    @Setup(Level.Invocation)
    public void create() {
      directory = BenchmarkDirectory.create();
      map = PersistentMapState.open(directory);
    }

    /** Deletes it. */
    @TearDown(Level.Invocation)
    public void delete() throws IOException {
      map.close();
      directory.delete();
    }
  }

  /** An empty map for each shot. */
  @State(Scope.Benchmark)
  public static class EmptyChronicleMap {
    private final Bytes bytes = new Bytes();

    @SuppressWarnings("NullAway.Init") // by create
    private BenchmarkDirectory directory;

    @SuppressWarnings("NullAway.Init") // by create
    private ChronicleMap<String, byte[]> map;

    /** Creates it. */
    @Setup(Level.Invocation)
    public void create(Workload workload) throws IOException {
      directory = BenchmarkDirectory.create();
      map = ChronicleMapState.open(directory, workload);
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
  public void persistentMapPut(EmptyPersistentMap state, Workload workload) {
    for (int i = 0; i < workload.entries; i++) {
      state.map.put(workload.key(i), workload.user(i));
    }
  }

  /** Puts one by one, too. */
  @Benchmark
  public void persistentMapPutAll(EmptyPersistentMap state, Workload workload) {
    for (int i = 0; i < workload.entries; i++) {
      state.map.putAll(Collections.singletonMap(workload.key(i), workload.user(i)));
    }
  }

  /** Puts one by one. */
  @Benchmark
  public void chronicleMapPut(EmptyChronicleMap state, Workload workload) {
    for (int i = 0; i < workload.entries; i++) {
      state.map.put(workload.key(i), state.bytes.of(workload.user(i)));
    }
  }
}
