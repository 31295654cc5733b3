package io.persistentmap.bench;

import java.io.IOException;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A filled Chronicle Map of the same bytes, in a file of the same file system. */
@State(Scope.Benchmark)
public class ChronicleMapState {
  private final BenchmarkDirectory directory = BenchmarkDirectory.create();
  final Bytes bytes = new Bytes();

  @SuppressWarnings("NullAway.Init") // by fill
  ChronicleMap<String, byte[]> map;

  static ChronicleMap<String, byte[]> open(BenchmarkDirectory directory, Workload workload)
      throws IOException {
    return ChronicleMapBuilder.of(String.class, byte[].class)
        .entries(workload.entries)
        .averageKeySize(Keys.LENGTH)
        .averageValueSize(workload.averageUserBytes())
        .putReturnsNull(true) // else each put reads and copies the old value, too
        .createPersistedTo(directory.file("users.chronicle").toFile());
  }

  /** Fills it. */
  @Setup
  public void fill(Workload workload) throws IOException {
    map = open(directory, workload);
    for (int i = 0; i < workload.entries; i++) {
      map.put(workload.key(i), bytes.of(workload.user(i)));
    }
  }

  /** Deletes it. */
  @TearDown
  public void delete() throws IOException {
    map.close();
    directory.delete();
  }
}
