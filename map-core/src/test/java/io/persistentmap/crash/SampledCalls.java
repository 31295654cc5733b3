package io.persistentmap.crash;

import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The system calls of a {@link Scenario} that a test strikes at: some of them, or all with {@code
 * -Dpersistentmap.exhaustive=true}.
 */
final class SampledCalls {
  private static final boolean ALL = Boolean.getBoolean("persistentmap.exhaustive");

  private SampledCalls() {}

  /**
   * Lives the scenario once to count its calls, and draws.
   *
   * @param name of the test, for the seed
   * @param most how many to draw
   * @return numbers of calls, from 1, ascending
   */
  static List<Integer> of(
      String name,
      Path directory,
      SnapshotMode mode,
      ValueMode values,
      Set<String> operations,
      int most)
      throws IOException {
    FaultyFileSystem counting = FaultyFileSystem.recording(FileSystem.ofPlatform());
    Path place = Files.createDirectory(directory.resolve("count"));
    new Scenario(counting, place.resolve("store"), mode, values, false).run();
    StoreDirectory.delete(place);
    int total =
        (int)
            counting.calls().stream().filter(call -> operations.contains(call.operation())).count();
    SplittableRandom random = new SplittableRandom(TestSeeds.next(name));
    List<Integer> drawn = new ArrayList<>();
    int wanted = ALL ? total : Math.min(most, total);
    for (int number = 1; number <= total; number++) {
      if (random.nextInt(total - number + 1) < wanted - drawn.size()) {
        drawn.add(number);
      }
    }
    System.out.println(name + ": " + drawn.size() + " of " + total + " calls");
    return drawn;
  }
}
