package io.persistentmap.crash;

import static io.persistentmap.crash.Workload.CLEARED;
import static io.persistentmap.crash.Workload.WRITERS;
import static io.persistentmap.crash.Workload.counterKey;

import io.persistentmap.PersistentMap;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The writers of a {@link Workload}, who count their steps in the map: so the map itself says how
 * far each is, and {@link WorkloadModel} what it must have then.
 */
final class CountedWorkload {
  private final List<Workload> writers = new ArrayList<>();
  private final AtomicLongArray begun = new AtomicLongArray(WRITERS);
  private final AtomicLongArray done = new AtomicLongArray(WRITERS);

  CountedWorkload(long seed, Workload.Values values) {
    for (int writer = 0; writer < WRITERS; writer++) {
      writers.add(new Workload(seed, writer, values));
    }
  }

  /** Goes on where a map is. */
  void resume(PersistentMap<Object, byte[]> map) {
    for (int writer = 0; writer < WRITERS; writer++) {
      long steps = Workload.number(map.get(counterKey(writer)), 0);
      begun.set(writer, steps);
      done.set(writer, steps);
    }
  }

  /** Returns, for each writer, how many steps it has done: a checkpoint that begins has them. */
  long[] done() {
    return numbers(done);
  }

  /** Returns, for each writer, how many steps it has begun: a checkpoint that ends has no more. */
  long[] begun() {
    return numbers(begun);
  }

  private static long[] numbers(AtomicLongArray of) {
    long[] numbers = new long[WRITERS];
    for (int writer = 0; writer < WRITERS; writer++) {
      numbers[writer] = of.get(writer);
    }
    return numbers;
  }

  /** Does the next steps, one after the other, of writers in any order. */
  void step(PersistentMap<Object, byte[]> map, int steps, SplittableRandom random) {
    for (int i = 0; i < steps; i++) {
      int writer = random.nextInt(WRITERS);
      Workload.Step step = begin(writer);
      if (step.kind() == Workload.Kind.CLEAR) {
        map.clear();
        map.put(CLEARED, Workload.encode(step.number(), done.get(1)));
        map.put(counterKey(1), Workload.encode(done.get(1)));
      } else {
        writers.get(writer).perform(step, map);
      }
      end(map, writer, step);
    }
  }

  /**
   * Does the next steps of all writers at once.
   *
   * @param meanwhile what else is done at the same time
   */
  void stepTogether(PersistentMap<Object, byte[]> map, int steps, Runnable meanwhile) {
    List<Thread> threads = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int number = writer;
      Thread thread = new Thread(() -> write(map, number, steps, failure), "writer " + writer);
      threads.add(thread);
      thread.start();
    }
    try {
      meanwhile.run();
    } finally {
      threads.forEach(CountedWorkload::join);
    }
    if (failure.get() instanceof FaultyFileSystem.SimulatedCrash crash) {
      throw crash;
    }
    if (failure.get() != null) {
      throw new IllegalStateException("a writer failed", failure.get());
    }
  }

  /** A clearing is about the other writer's entries, too: it is left to those who are alone. */
  private void write(
      PersistentMap<Object, byte[]> map,
      int writer,
      int steps,
      AtomicReference<Throwable> failure) {
    try {
      for (int i = 0; i < steps; i++) {
        if (next(writer).kind() == Workload.Kind.CLEAR) {
          return;
        }
        Workload.Step step = begin(writer);
        writers.get(writer).perform(step, map);
        end(map, writer, step);
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }

  private Workload.Step next(int writer) {
    return writers.get(writer).step(done.get(writer) + 1);
  }

  private Workload.Step begin(int writer) {
    Workload.Step step = next(writer);
    begun.set(writer, step.number());
    return step;
  }

  private void end(PersistentMap<Object, byte[]> map, int writer, Workload.Step step) {
    map.put(counterKey(writer), Workload.encode(step.number()));
    done.set(writer, step.number());
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
