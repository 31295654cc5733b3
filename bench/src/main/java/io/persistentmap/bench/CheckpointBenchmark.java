package io.persistentmap.bench;

import io.persistentmap.Checkpoint;
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

/** Makes a checkpoint after random changes; one iteration is one checkpoint. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CheckpointBenchmark {
  /** Changes between two checkpoints. */
  static final int CHANGES = 1_000;

  /** What the checkpoint itself says. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Reported {
    /** How long writers had to wait. */
    public double stopMicros;

    /** How long it took. */
    public double totalMicros;

    /** Changes entries. */
    @Setup(Level.Iteration)
    public void change(PersistentMapState state, Workload workload) {
      for (int i = 0; i < CHANGES; i++) {
        state.map.put(workload.randomKey(), workload.randomUser());
      }
    }

    private void note(Checkpoint checkpoint) {
      stopMicros = checkpoint.stop().toNanos() / 1e3;
      totalMicros = checkpoint.total().toNanos() / 1e3;
    }
  }

  /** Makes it durable. */
  @Benchmark
  public Checkpoint checkpoint(PersistentMapState state, Reported reported) {
    Checkpoint checkpoint = state.map.checkpoint();
    reported.note(checkpoint);
    return checkpoint;
  }
}
