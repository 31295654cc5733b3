package io.persistentmap.store;

import io.persistentmap.index.OverdueKeys;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * All who have something on the heap that a checkpoint is to have: it is cut when all of them have
 * written everything. Who joins while a checkpoint is being made has a part in the next.
 * Thread-safe.
 */
final class Participants {
  private final List<HeapValues> all = new CopyOnWriteArrayList<>();

  /** Those of the checkpoint that is being made; changes by its thread. */
  private volatile List<HeapValues> present = List.of();

  void add(HeapValues participant) {
    all.add(participant);
  }

  /** Begins a checkpoint. */
  void begin() {
    present = List.copyOf(all);
    present.forEach(HeapValues::begin);
  }

  /** Appends what has changed. */
  HeapValues.Written write(OverdueKeys leftOut) {
    return sum(present.stream().map(each -> each.write(leftOut)).toList());
  }

  /** Appends what has been changed since. */
  HeapValues.Written writeRest() {
    return sum(present.stream().map(HeapValues::writeRest).toList());
  }

  /** Says that sections have been inside: what they were given is to be written again. */
  void sectionsWereInside() {
    present.forEach(HeapValues::sectionsWereInside);
  }

  /** Says whether everything is in the log, and if so ends what {@link #begin} began. */
  boolean cut() {
    for (HeapValues each : present) {
      if (!each.isComplete()) {
        return false;
      }
    }
    present.forEach(HeapValues::cut);
    return true;
  }

  /** Ends what {@link #begin} began, if {@link #cut} has not. */
  void end() {
    List<HeapValues> begun = present;
    present = List.of();
    begun.forEach(HeapValues::end);
  }

  /** Returns what a thread does that waits for the checkpoint. */
  HeapValues.Help help() {
    List<HeapValues.Help> helps = all.stream().map(HeapValues::help).toList();
    return new HeapValues.Help() {
      @Override
      public void help() {
        helps.forEach(HeapValues.Help::help);
      }

      @Override
      public void end() {
        helps.forEach(HeapValues.Help::end);
      }
    };
  }

  /** Says whether a class is one that calls the code of values. */
  boolean isWriting(Class<?> type) {
    return all.stream().anyMatch(each -> each.writingClass().equals(type));
  }

  /** Returns the classes that call the code of values. */
  List<Class<?>> writingClasses() {
    return all.stream().<Class<?>>map(HeapValues::writingClass).toList();
  }

  /** Drops all that is on the heap: the store is closed. With all stripes. */
  void drop() {
    all.forEach(HeapValues::drop);
  }

  private static HeapValues.Written sum(List<HeapValues.Written> parts) {
    long values = 0;
    long written = 0;
    Duration time = Duration.ZERO;
    for (HeapValues.Written part : parts) {
      values += part.values();
      written += part.written();
      time = time.plus(part.time());
    }
    return new HeapValues.Written(values, written, time);
  }
}
