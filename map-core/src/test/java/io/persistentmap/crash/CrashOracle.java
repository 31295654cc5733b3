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

  /** Of a life that began with nothing. */
  CrashOracle(Workload workload, List<DiskLog.Entry> entries) {
    this.workload = workload;
    this.entries = entries;
  }

  /** Of the life that went on where a crash in another one left it. */
  CrashOracle(CrashOracle before, List<DiskLog.Entry> entries) {
    this(before.workload, entries);
    steps.putAll(before.steps);
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
    switch (words[0]) {
      case RecordedLife.OPEN -> {
        succeeded = number;
        begun = number;
      }
      case RecordedLife.BEGIN -> {
        begun = number;
        steps.put(number, Long.parseLong(words[2]));
        states.remove(number);
      }
      case RecordedLife.SUCCESS -> succeeded = number;
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  /** Returns, for each checkpoint so far, how many steps it has. */
  Map<Long, Long> steps() {
    return Map.copyOf(steps);
  }

  /** Returns what is wrong with what was recovered, or null. */
  @Nullable String difference(PersistentMap<Object, byte[]> map) {
    long number = map.recovery().checkpoint();
    if (number < succeeded || number > begun) {
      return "checkpoint " + number + ", expected " + succeeded + " to " + begun;
    }
    Map<String, Workload.Version> expected = state(number);
    int found = 0;
    for (Map.Entry<Object, byte[]> entry : map.entrySet()) {
      found++;
      Workload.Version version = expected.get(entry.getKey().toString());
      if (!workload.isValue(entry.getValue(), version)) {
        return entry.getKey() + " is not " + version + " as in checkpoint " + number;
      }
    }
    if (found != expected.size() || map.size() != found) {
      return found + " entries, size " + map.size() + ", expected " + expected.size();
    }
    return null;
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
