package io.persistentmap.bench;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import java.io.IOException;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A filled map without a cache. */
@State(Scope.Benchmark)
public class PersistentMapState {
  private final BenchmarkDirectory directory = BenchmarkDirectory.create();
  final PersistentMap<String, User> map = open(directory);

  static PersistentMap<String, User> open(BenchmarkDirectory directory) {
    return PersistentMap.builder(String.class, User.class)
        .valueMode(ValueMode.COPIED)
        .cacheBytes(0)
        .closeMode(CloseMode.DISCARD)
        .open(directory.file("users.map"));
  }

  /** Fills it. */
  @Setup
  public void fill(Workload workload) {
    for (int i = 0; i < workload.entries; i++) {
      map.put(workload.key(i), workload.user(i));
    }
  }

  /** Lets the cleaner's segments be used again, outside of what is measured. */
  @Setup(Level.Iteration)
  public void checkpoint() {
    map.checkpoint();
  }

  /** Deletes it. */
  @TearDown
  public void delete() throws IOException {
    map.close();
    directory.delete();
  }
}
