package io.persistentmap.crash;

import io.persistentmap.PersistentMap;
import io.persistentmap.testing.DiskLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says what a map must have after a crash at some moment of a {@link RecordedLife}, as the marks up
 * to that moment tell. The moments must not go backwards.
 */
final class CrashOracle {
  private final Workload workload;
  private final List<DiskLog.Entry> entries;

  /** By number of a checkpoint: how many steps it has. */
  private final Map<Long, Long> steps = new HashMap<>(Map.of(0L, 0L));

  /** By number of a checkpoint: what it has. */
  private final Map<Long, Map<String, Workload.Version>> states = new HashMap<>();

  private final Map<String, Workload.Version> model = new HashMap<>();
  private long modelSteps;
  private int seen;
  private long succeeded;
  private long begun;

  CrashOracle(long seed, List<DiskLog.Entry> entries) {
    this.workload = new Workload(seed, 0);
    this.entries = entries;
    states.put(0L, Map.of());
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
    if (words[0].equals(RecordedLife.SUCCESS)) {
      succeeded = number;
    } else {
      begun = number;
      steps.put(number, Long.parseLong(words[2]));
    }
  }

  /** Returns what is wrong with what was recovered, or null. */
  @Nullable String difference(PersistentMap<String, byte[]> map) {
    long number = map.recovery().checkpoint();
    if (number < succeeded || number > begun) {
      return "checkpoint " + number + ", expected " + succeeded + " to " + begun;
    }
    Map<String, Workload.Version> expected = state(number);
    int found = 0;
    for (Map.Entry<String, byte[]> entry : map.entrySet()) {
      found++;
      Workload.Version version = expected.get(entry.getKey());
      if (!workload.isValue(entry.getValue(), version)) {
        return entry.getKey() + " is not " + version + " as in checkpoint " + number;
      }
    }
    if (found != expected.size() || map.size() != found) {
      return found + " entries, size " + map.size() + ", expected " + expected.size();
    }
    return null;
  }

  /** Says whether that is the checkpoint which had succeeded last, rather than one in flight. */
  boolean isLast(long number) {
    return number == succeeded;
  }

  private Map<String, Workload.Version> state(long number) {
    return states.computeIfAbsent(number, this::compute);
  }

  /** A crash of the life itself may have taken it back to a step before. */
  private Map<String, Workload.Version> compute(long number) {
    long wanted = steps.getOrDefault(number, -1L);
    if (wanted < modelSteps) {
      model.clear();
      modelSteps = 0;
    }
    while (modelSteps < wanted) {
      apply(workload.step(++modelSteps));
    }
    return Map.copyOf(model);
  }

  private void apply(Workload.Step step) {
    if (step.kind() == Workload.Kind.CLEAR) {
      model.clear();
      return;
    }
    Workload.Version after = workload.after(step, model.get(step.key()));
    if (after == null) {
      model.remove(step.key());
    } else {
      model.put(step.key(), after);
    }
  }
}
