package io.persistentmap.crash;

import static io.persistentmap.crash.Workload.CLEARED;
import static io.persistentmap.crash.Workload.WRITERS;
import static io.persistentmap.crash.Workload.counterKey;

import io.persistentmap.PersistentMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a map must have, computed from the step counters in it. A map only ever goes
 * forward, so the model does, too.
 */
final class WorkloadModel {
  private static final int MAX_REPORTED = 10;

  private final List<Workload> workloads = new ArrayList<>();
  private final List<Map<String, Workload.Version>> entries = new ArrayList<>();
  private final long[] steps = new long[WRITERS];
  private long clearedAt;

  WorkloadModel(long seed, Workload.Values values) {
    for (int writer = 0; writer < WRITERS; writer++) {
      workloads.add(new Workload(seed, writer, values));
      entries.add(new HashMap<>());
    }
  }

  /** Returns how the map differs from what its own step counters say; empty if it does not. */
  List<String> differences(PersistentMap<Object, byte[]> map) {
    List<String> found = new ArrayList<>();
    byte[] cleared = map.get(CLEARED);
    if (Workload.number(cleared, 0) != clearedAt) {
      clearedAt = Workload.number(cleared, 0);
      for (int writer = 0; writer < WRITERS; writer++) {
        entries.get(writer).clear();
        steps[writer] = Workload.number(cleared, writer);
      }
    }
    long expected = cleared == null ? 0 : 1;
    for (int writer = 0; writer < WRITERS; writer++) {
      byte[] counter = map.get(counterKey(writer));
      advance(writer, Workload.number(counter, 0), found);
      expected += (counter == null ? 0 : 1) + settleNextStep(writer, map);
    }
    compareAll(map, found);
    if (map.size() != expected) {
      found.add("size " + map.size() + ", expected " + expected);
    }
    return found;
  }

  private void advance(int writer, long to, List<String> found) {
    if (to < steps[writer]) {
      found.add("writer " + writer + " went back from step " + steps[writer] + " to " + to);
    }
    while (steps[writer] < to) {
      Workload.Step step = workloads.get(writer).step(++steps[writer]);
      if (step.kind() == Workload.Kind.CLEAR) {
        found.add("step " + step + " is counted, but not its removal of all entries");
      } else {
        apply(writer, step, entries.get(writer));
      }
    }
  }

  private void apply(int writer, Workload.Step step, Map<String, Workload.Version> target) {
    Workload.Version after = workloads.get(writer).after(step, target.get(step.key()));
    if (after == null) {
      target.remove(step.key());
    } else {
      target.put(step.key(), after);
    }
  }

  /** A checkpoint may fall between a step and its count: then the key has what the step leaves. */
  private int settleNextStep(int writer, PersistentMap<Object, byte[]> map) {
    Workload workload = workloads.get(writer);
    Map<String, Workload.Version> mine = entries.get(writer);
    Workload.Step next = workload.step(steps[writer] + 1);
    if (next.kind() != Workload.Kind.CLEAR
        && !workload.isValue(map.get(Workload.mapKey(next.key(), -1)), mine.get(next.key()))) {
      apply(writer, next, mine);
    }
    return mine.size();
  }

  private void compareAll(PersistentMap<Object, byte[]> map, List<String> found) {
    long seen = 0;
    for (Map.Entry<Object, byte[]> entry : map.entrySet()) {
      String key = entry.getKey().toString();
      int slash = key.indexOf('/');
      if (slash > 0) {
        seen++;
        compare(Integer.parseInt(key.substring(0, slash)), key, entry.getValue(), found);
      }
    }
    long expected = entries.stream().mapToLong(Map::size).sum();
    if (seen != expected) {
      found.add(seen + " entries when iterating, expected " + expected + missing(map));
    }
  }

  private void compare(int writer, String key, byte[] value, List<String> found) {
    Workload.@Nullable Version expected = entries.get(writer).get(key);
    if (!workloads.get(writer).isValue(value, expected) && found.size() < MAX_REPORTED) {
      found.add(
          key + ": " + value.length + " bytes of " + Workload.decode(value) + ", not " + expected);
    }
  }

  private String missing(PersistentMap<Object, byte[]> map) {
    List<String> keys = new ArrayList<>();
    for (Map<String, Workload.Version> mine : entries) {
      mine.keySet().stream()
          .filter(key -> !map.containsKey(Workload.mapKey(key, -1)))
          .limit(MAX_REPORTED)
          .forEach(keys::add);
    }
    return ", missing " + keys;
  }
}
