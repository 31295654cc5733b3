package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards the exact cut of a checkpoint that is made while operations go on: what it has of a
 * sequence of operations is a prefix, each as a whole, whatever kinds of values they are about.
 */
@Timeout(180)
final class CutTest {
  private static final int KEYS = 40;
  private static final int CHECKPOINTS = Integer.getInteger("persistentmap.cuts", 60);
  private static final int CLEAR_EVERY = 3001;

  /** More steps that leave no value than ever follow each other; a clear leaves none at all. */
  private static final int MOST_REMOVALS = 200;

  private static final int LONGEST_HISTORY = 5;

  @TempDir Path dir;

  private final AtomicBoolean stop = new AtomicBoolean();

  /** Threads that take turns in one sequence. */
  @Test
  void checkpoint_oneSequenceByThreeThreads_prefix() throws Exception {
    run(ValueMode.AUTO, List.of(3), 0);
  }

  /** Threads that have a sequence each. */
  @Test
  void checkpoint_threeSequences_prefixOfEach() throws Exception {
    run(ValueMode.AUTO, List.of(1, 1, 1), 0);
  }

  /** Enough values for a dirty pass by several threads. */
  @Test
  void checkpoint_besideManyLiveValues_prefixOfEach() throws Exception {
    run(ValueMode.AUTO, List.of(2, 1), 10_000);
  }

  @Test
  void checkpoint_allValuesLive_prefixOfEach() throws Exception {
    run(ValueMode.LIVE, List.of(2, 1), 0);
  }

  private void run(ValueMode mode, List<Integer> threadsOfSequences, int others) throws Exception {
    long seed = TestSeeds.next("cut");
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < threadsOfSequences.size(); i++) {
      sequences.add(new Sequence(i, seed, threadsOfSequences.size() == 1));
    }
    ExecutorService threads = Executors.newCachedThreadPool();
    try (PersistentMap<Object, Object> map =
        PersistentMap.builder(Object.class, Object.class)
            .allowPackage("io.persistentmap")
            .valueMode(mode)
            .snapshotMode(SnapshotMode.IN_PLACE)
            .closeMode(CloseMode.DISCARD)
            .open(dir.resolve("x.map"))) {
      for (int i = 0; i < others; i++) {
        map.put("other" + i, new Cell(i));
      }
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < sequences.size(); i++) {
        Sequence sequence = sequences.get(i);
        for (int j = 0; j < threadsOfSequences.get(i); j++) {
          running.add(threads.submit(() -> sequence.perform(map)));
        }
      }
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < CHECKPOINTS; i++) {
        Thread.sleep(0, random.nextInt(999_999));
        map.checkpoint();
        // Writers wait meanwhile, or they would be ever further ahead.
        sequences.forEach(sequence -> sequence.turn.lock());
        checkImage(i, sequences, others);
        sequences.forEach(sequence -> sequence.turn.unlock());
      }
      stop.set(true);
      for (Future<?> one : running) {
        one.get();
      }
      sequences.forEach(sequence -> assertThat(sequence.checked).isPositive());
    } finally {
      stop.set(true);
      threads.shutdownNow();
    }
  }

  /**
   * A copy of the file is what a crash now would leave: nothing of the checkpoint is overwritten.
   */
  private void checkImage(int number, List<Sequence> sequences, int others) throws IOException {
    Path image = dir.resolve("image");
    Files.copy(dir.resolve("x.map"), image);
    try (PersistentMap<Object, Object> map =
        PersistentMap.builder(Object.class, Object.class)
            .allowPackage("io.persistentmap")
            .valueMode(ValueMode.COPIED)
            .snapshotMode(SnapshotMode.IN_PLACE)
            .closeMode(CloseMode.DISCARD)
            .open(image)) {
      List<Map<Object, Object>> found = new ArrayList<>();
      sequences.forEach(sequence -> found.add(new HashMap<>()));
      int foundOthers = 0;
      for (Map.Entry<Object, Object> entry : map.entrySet()) {
        String key =
            entry.getKey() instanceof List<?> list ? "" + list.get(0) : "" + entry.getKey();
        if (key.startsWith("other")) {
          foundOthers++;
        } else {
          found.get(key.charAt(0) - '0').put(entry.getKey(), entry.getValue());
        }
      }
      for (int i = 0; i < sequences.size(); i++) {
        sequences.get(i).requirePrefix(number, found.get(i));
      }
      if (sequences.size() > 1) {
        assertThat(foundOthers).isEqualTo(others);
      }
    }
    for (Path file : List.of(image, dir.resolve("image.lock"))) {
      Files.deleteIfExists(file);
    }
  }

  /** Operations in a fixed order, on keys that nobody else changes. */
  private final class Sequence {
    private final int number;
    private final long seed;
    private final boolean clears;
    private final ReentrantLock turn = new ReentrantLock();
    private int next = 1;

    private final Map<Object, Object> model = new HashMap<>();
    private int checked;

    Sequence(int number, long seed, boolean clears) {
      this.number = number;
      this.seed = seed;
      this.clears = clears;
    }

    void perform(PersistentMap<Object, Object> map) {
      while (!stop.get()) {
        turn.lock();
        try {
          step(next++, map);
        } finally {
          turn.unlock();
        }
      }
    }

    /** The same for a map and for its model. */
    private void step(int step, Map<Object, Object> map) {
      SplittableRandom random = new SplittableRandom(seed + step * 31L + number);
      Object key = key(random.nextInt(KEYS));
      if (clears && step % CLEAR_EVERY == 0) {
        map.clear();
        return;
      }
      switch (random.nextInt(10)) {
        case 0, 1 -> map.put(key, new Cell(step));
        case 2 -> map.put(key, step);
        case 3, 4, 5 -> map.compute(key, (same, value) -> changed(value, step));
        case 6 -> map.remove(key);
        case 7 -> map.merge(key, new Cell(step), (value, other) -> changed(value, step));
        case 8 -> map.computeIfPresent(key, (same, value) -> step % 2 == 0 ? null : "" + step);
        default -> map.replace(key, new Cell(step));
      }
    }

    private Object key(int of) {
      String text = number + "/" + of;
      return of % 4 == 0 ? new ArrayList<>(List.of(text)) : text;
    }

    /** Changes an object in two places, so that half a change can be seen. */
    private Object changed(@org.jspecify.annotations.Nullable Object value, int step) {
      return value instanceof Cell cell && cell.history.size() < LONGEST_HISTORY
          ? cell.push(step)
          : new Cell(step);
    }

    /** Finds how many steps were done; after the last that left something, some only removed. */
    void requirePrefix(int image, Map<Object, Object> found) {
      int last = found.values().stream().mapToInt(Sequence::stepOf).max().orElse(0);
      while (checked < last) {
        step(++checked, model);
      }
      List<String> fewest = differences(found);
      int nearest = checked;
      for (int tried = 0; !model.equals(found); tried++) {
        if (tried == (clears ? CLEAR_EVERY : 0) + MOST_REMOVALS) {
          throw new AssertionError(
              "image %d, seed %d: no prefix of sequence %d; nearest is %d with %s"
                  .formatted(image, seed, number, nearest, fewest));
        }
        step(++checked, model);
        List<String> differences = differences(found);
        if (differences.size() < fewest.size()) {
          fewest = differences;
          nearest = checked;
        }
      }
    }

    private List<String> differences(Map<Object, Object> found) {
      List<String> differences = new ArrayList<>();
      if (!model.equals(found)) {
        model.forEach(
            (key, value) -> {
              if (!value.equals(found.get(key))) {
                differences.add(key + ": " + found.get(key) + " instead of " + value);
              }
            });
        found.forEach(
            (key, value) -> {
              if (!model.containsKey(key)) {
                differences.add(key + ": " + value + " instead of none");
              }
            });
      }
      return differences;
    }

    private static int stepOf(Object value) {
      return value instanceof Cell cell ? cell.number : Integer.parseInt("" + value);
    }
  }
}
