package io.persistentmap.bench;

import io.persistentmap.Checkpoint;
import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Makes a checkpoint of live values of which some were changed in place. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DirtyPassBenchmark {
  /** Objects changed between two checkpoints. */
  static final int CHANGES = 1_000;

  /** A map with an object of its own for each key. */
  @State(Scope.Benchmark)
  public static class LiveMap {
    private final BenchmarkDirectory directory = BenchmarkDirectory.create();
    private final SplittableRandom random = new SplittableRandom(3);
    private final PersistentMap<String, User> map =
        PersistentMap.builder(String.class, User.class)
            .closeMode(CloseMode.DISCARD)
            .open(directory.file("users.map"));

    /** Fills it. */
    @Setup
    public void fill(Workload workload) {
      for (int i = 0; i < workload.entries; i++) {
        map.put(workload.key(i), User.random(random));
      }
      map.checkpoint();
    }

    /** Deletes it. */
    @TearDown
    public void delete() throws IOException {
      map.close();
      directory.delete();
    }
  }

  /** What the checkpoint itself says. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Reported {
    /** Time of the dirty pass for each live value. */
    public double passNanosPerValue;

    /** How long changes had to wait. */
    public double stopMicros;

    /** Changes objects. */
    @Setup(Level.Iteration)
    public void change(LiveMap state, Workload workload) {
      for (int i = 0; i < CHANGES; i++) {
        Objects.requireNonNull(state.map.get(workload.randomKey())).birthday();
      }
    }

    private void note(Checkpoint checkpoint) {
      passNanosPerValue = (double) checkpoint.dirtyPass().toNanos() / checkpoint.liveValues();
      stopMicros = checkpoint.stop().toNanos() / 1e3;
    }
  }

  /** Finds what has changed, and makes it durable. */
  @Benchmark
  public Checkpoint checkpoint(LiveMap state, Reported reported) {
    Checkpoint checkpoint = state.map.checkpoint();
    reported.note(checkpoint);
    return checkpoint;
  }
}
