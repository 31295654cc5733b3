package io.persistentmap.crash;

import static io.persistentmap.crash.Workload.WRITERS;
import static io.persistentmap.crash.Workload.counterKey;

import io.persistentmap.PersistentMap;
import io.persistentmap.testing.DiskLog;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says what a map must have after a crash at some moment of a {@link RecordedLife}, as the marks up
 * to that moment tell. The moments must not go backwards.
 *
 * <p>The map must be of a checkpoint from the last one that had succeeded to the last one that had
 * begun, and have what its step counters say: of each writer at least the steps that were done when
 * that checkpoint began, and none that began after it had succeeded.
 */
final class CrashOracle {
  private final long seed;
  private final Workload.Values values;
  private final List<DiskLog.Entry> entries;

  /** By number of a checkpoint: the fewest and the most steps of each writer that it has. */
  private final Map<Long, long[]> fewest = new HashMap<>();

  private final Map<Long, long[]> most = new HashMap<>();
  private int seen;
  private long succeeded;
  private long begun;

  /** Of a life that began with nothing. */
  CrashOracle(long seed, Workload.Values values, List<DiskLog.Entry> entries) {
    this.seed = seed;
    this.values = values;
    this.entries = entries;
    fewest.put(0L, new long[WRITERS]);
    most.put(0L, new long[WRITERS]);
  }

  /** Of the life that went on where a crash in another one left it. */
  CrashOracle(CrashOracle before, List<DiskLog.Entry> entries) {
    this(before.seed, before.values, entries);
    fewest.putAll(before.fewest);
    most.putAll(before.most);
    succeeded = before.succeeded;
    begun = before.begun;
  }

  /** Takes in what happened before an entry of the log. */
  void advance(int to) {
    for (; seen < to; seen++) {
      if (entries.get(seen).kind() == DiskLog.Kind.MARK) {
        mark(entries.get(seen).text().split(" ", -1));
      }
    }
  }

  private void mark(String[] words) {
    long number = Long.parseLong(words[1]);
    long[] steps = Arrays.stream(words).skip(2).mapToLong(Long::parseLong).toArray();
    switch (words[0]) {
      case RecordedLife.OPEN -> begun = number; // not durable, if its process was killed
      case RecordedLife.BEGIN -> {
        begun = number;
        fewest.put(number, steps);
        most.remove(number);
      }
      case RecordedLife.SUCCESS -> {
        succeeded = number;
        most.put(number, steps);
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  /** Returns what is wrong with what was recovered, or null. */
  @Nullable String difference(PersistentMap<Object, byte[]> map) {
    long number = map.recovery().checkpoint();
    if (number < succeeded || number > begun) {
      return "checkpoint " + number + ", expected " + succeeded + " to " + begun;
    }
    long[] least = Objects.requireNonNull(fewest.get(number), "no mark of its beginning");
    long[] ended = most.get(number);
    for (int writer = 0; writer < WRITERS; writer++) {
      long steps = Workload.number(map.get(counterKey(writer)), 0);
      if (steps < least[writer] || (ended != null && steps > ended[writer])) {
        String expected = least[writer] + " to " + (ended == null ? "any" : ended[writer]);
        return "writer " + writer + " at step " + steps + ", expected " + expected;
      }
    }
    List<String> differences = new WorkloadModel(seed, values).differences(map);
    return differences.isEmpty() ? null : differences.toString();
  }
}
