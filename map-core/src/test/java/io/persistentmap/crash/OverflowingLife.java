package io.persistentmap.crash;

import io.persistentmap.PersistentMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A life of a store in which threads with small stacks recurse into the map until their stack
 * overflows, again and again. What they noted of it, they noted in arrays: a call might overflow.
 */
final class OverflowingLife {
  private static final long LIMIT_SECONDS = 60;
  private static final int FRAMES = 12;
  private static final int KEYS = 64;
  private static final int THREADS = 2;
  private static final int OVERFLOWS = 12;
  private static final int SMALLEST_STACK = 160 << 10;
  private static final int LARGEST_STACK = 512 << 10;

  private final SplittableRandom random;
  private final boolean live;
  private final Object[] keys = new Object[THREADS * KEYS];

  /** The number of the value that each key has for certain; 0 for none. */
  private final int[] acknowledged = new int[THREADS * KEYS];

  private int overflows;

  OverflowingLife(long seed, boolean equality, boolean live) {
    this.random = new SplittableRandom(seed);
    this.live = live;
    for (int i = 0; i < keys.length; i++) {
      keys[i] = equality ? List.of("key", i) : (Object) ("key" + i);
    }
  }

  /** Returns how many overflows there were. */
  int overflows() {
    return overflows;
  }

  /** Lives a life, and returns what was wrong, or null. */
  @Nullable String live(Path file) throws Exception {
    try {
      PersistentMap<Object, Object> map = within("opening", 0, () -> open(file));
      List<Recursion> recursions = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        recursions.add(new Recursion(map, i * KEYS, random.split()));
      }
      List<FutureTask<Boolean>> tasks = new ArrayList<>();
      for (Recursion recursion : recursions) {
        int stack = SMALLEST_STACK + random.nextInt(LARGEST_STACK - SMALLEST_STACK);
        tasks.add(start("recursion", stack, recursion::run));
      }
      for (FutureTask<Boolean> task : tasks) {
        await("recursion", task);
      }
      recursions.forEach(recursion -> overflows += recursion.overflows);
      within("working afterwards", 0, () -> work(map));
      within("checkpoint", 0, map::checkpoint);
      within("closing", 0, () -> close(map));
      String found = within("opening again", 0, () -> compare(file));
      return found.isEmpty() ? null : found;
    } catch (TimeoutException e) {
      return "hangs: " + e.getMessage();
    } catch (ExecutionException e) {
      StringBuilder text = new StringBuilder();
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        text.append(cause).append(" at ").append(top(cause.getStackTrace())).append("; ");
      }
      return text.toString();
    }
  }

  private static List<StackTraceElement> top(StackTraceElement[] frames) {
    return List.of(frames).subList(0, Math.min(frames.length, FRAMES));
  }

  private static PersistentMap<Object, Object> open(Path file) {
    return PersistentMap.open(file);
  }

  private static boolean close(PersistentMap<Object, Object> map) {
    map.close();
    return true;
  }

  private Object value(int number) {
    String text = "value" + number;
    if (!live) {
      return text;
    }
    List<Object> value = new ArrayList<>();
    value.add(text);
    return value;
  }

  /** Healthy threads meet every shard, and every key. */
  private boolean work(PersistentMap<Object, Object> map) {
    for (int i = 0; i < keys.length; i++) {
      int key = i;
      int before = acknowledged[key];
      Object seen = map.get(keys[key]);
      Object expected = before == 0 ? null : value(before);
      if (!Objects.equals(seen, expected)) {
        throw new IllegalStateException(keys[key] + " is " + seen + ", not " + expected);
      }
      map.compute(keys[key], (k, old) -> value(1_000_000 + key));
      acknowledged[key] = 1_000_000 + key;
    }
    return true;
  }

  private String compare(Path file) {
    try (PersistentMap<Object, Object> map = open(file)) {
      for (int i = 0; i < keys.length; i++) {
        if (!value(acknowledged[i]).equals(map.get(keys[i]))) {
          return keys[i] + " is " + map.get(keys[i]) + " and not " + acknowledged[i];
        }
      }
      return map.size() == keys.length ? "" : map.size() + " entries";
    }
  }

  // ---- within a time limit ---------------------------------------------------------------------

  private interface Step<T> {
    T run() throws Exception;
  }

  private static <T> FutureTask<T> start(String name, int stack, Step<T> step) {
    FutureTask<T> task = new FutureTask<>(step::run);
    Thread thread = new Thread(null, task, name, stack);
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static <T> T within(String what, int stack, Step<T> step) throws Exception {
    return await(what, start(what, stack, step));
  }

  private static <T> T await(String what, FutureTask<T> task) throws Exception {
    try {
      return task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      StringBuilder text = new StringBuilder(what);
      Thread.getAllStackTraces()
          .forEach(
              (thread, frames) -> text.append("\n").append(thread.getName()).append(top(frames)));
      throw new TimeoutException(text.toString());
    }
  }

  // ---- recursing -------------------------------------------------------------------------------

  /** Overflows again and again, with keys of its own. */
  private final class Recursion {
    private final PersistentMap<Object, Object> map;
    private final int first;
    private final SplittableRandom choice;
    private int overflows;
    private int next = 1;

    /** What is under way: the key, or -1, and the number of its value afterwards. */
    private int underWay = -1;

    private int underWayNumber;

    Recursion(PersistentMap<Object, Object> map, int first, SplittableRandom choice) {
      this.map = map;
      this.first = first;
      this.choice = choice;
    }

    boolean run() {
      while (overflows < OVERFLOWS) {
        int padding = choice.nextInt(64); // so that the stack ends elsewhere each time
        try {
          pad(padding);
        } catch (StackOverflowError e) {
          overflows++;
        }
        settle();
      }
      return true;
    }

    private void pad(int frames) {
      if (frames > 0) {
        pad(frames - 1);
      } else {
        recurse(0);
      }
    }

    @SuppressWarnings("InfiniteRecursion") // that is what it is for
    private void recurse(int depth) {
      int key = first + choice.nextInt(KEYS);
      int number = ++next;
      Object value = value(number);
      int what = choice.nextInt(8);
      if (what == 7 && depth % 4 == 0) {
        // Never returns but with an error: then the key is as it was.
        Object unused =
            map.compute(
                keys[key],
                (same, old) -> {
                  recurse(depth + 1);
                  return value;
                });
      }
      underWayNumber = what == 6 ? 0 : number;
      underWay = key;
      switch (what) {
        case 6 -> map.remove(keys[key]);
        case 5 -> map.compute(keys[key], (same, old) -> value);
        case 4 -> map.merge(keys[key], value, (old, mine) -> mine);
        case 3 -> map.set(keys[key], value);
        default -> map.put(keys[key], value);
      }
      acknowledged[key] = underWayNumber;
      underWay = -1;
      recurse(depth + 1);
    }

    /** What was under way is done or not. */
    private void settle() {
      int key = underWay;
      if (key >= 0) {
        underWay = -1;
        Object seen = map.get(keys[key]);
        Object after = underWayNumber == 0 ? null : value(underWayNumber);
        if (Objects.equals(seen, after)) {
          acknowledged[key] = underWayNumber;
        }
      }
    }
  }
}
