package io.persistentmap;

import io.persistentmap.crash.Injection;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * A life of a store, in which one operation meets an error at one call or allocation. What comes
 * afterwards must be right: others work, and the operation is done or not; or everything refuses,
 * and the last checkpoint is what opens. Loaded by the loader that injects.
 */
public final class InjectedLife implements Function<Object[], String> {
  private static final long LIMIT_SECONDS = 20;
  private static final int ENTRIES = 20;
  private static final String WORKER = "injected worker";

  /** Operations during which the error comes in a thread of ours, and a part of its name. */
  private static final Map<String, String> BACKGROUND =
      Map.of("clean", "cleaner", "flush", "flusher", "visit", " monitor");

  private String keys = "";
  private boolean live;

  /** What is done with the map. */
  private interface Operation {
    void run(PersistentMap<Object, Object> map) throws Exception;
  }

  /**
   * Lives a life.
   *
   * @param arguments directory, operation, keys ("bytes" or "equality"), whether values are live,
   *     kind, number, whether it persists
   * @return what became of it
   */
  @Override
  public String apply(Object[] arguments) {
    try {
      keys = (String) arguments[2];
      live = (Boolean) arguments[3];
      return live(
          ((Path) arguments[0]).resolve("injected.map"),
          (String) arguments[1],
          (Injection.Kind) arguments[4],
          (Long) arguments[5],
          (Boolean) arguments[6]);
    } catch (TimeoutException e) {
      return "VIOLATION: hangs: " + e.getMessage();
    } catch (Throwable e) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      return "VIOLATION: " + text;
    }
  }

  private Object key(int number) {
    return "equality".equals(keys) ? List.of("key", number) : "key" + number;
  }

  private Object value(String text) {
    return live ? new ArrayList<>(List.of(text)) : text;
  }

  private PersistentMap<Object, Object> open(Path file) {
    return PersistentMap.open(file);
  }

  private String live(Path file, String name, Injection.Kind kind, long number, boolean persistent)
      throws Exception {
    Map<Object, Object> base = new HashMap<>();
    try (PersistentMap<Object, Object> map = open(file)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.put(key(i), value("first" + i));
        base.put(key(i), value("first" + i));
      }
    }
    PersistentMap<Object, Object> map = open(file);
    Map<Object, Object> pending = new HashMap<>(base);
    prepare(name, map, pending);
    List<Map<Object, Object>> states = states(name, pending);
    boolean background = BACKGROUND.containsKey(name);
    String thread = BACKGROUND.getOrDefault(name, WORKER);
    Injection.begin(thread, kind, number, persistent);
    Optional<Throwable> thrown;
    boolean struck;
    try {
      thrown = within(WORKER, name, () -> attempt(operation(name), map));
    } finally {
      struck = Injection.end();
    }
    if (thrown.isEmpty() && !background) {
      states = states.subList(states.size() - 1, states.size());
    }
    if (!struck && thrown.isPresent()) {
      throw new IllegalStateException("without an injection", thrown.get());
    }
    boolean durable = "checkpoint".equals(name) || background;
    String outcome = afterwards(file, map, base, pending, states, durable);
    return struck ? outcome : "completed";
  }

  private static Optional<Throwable> attempt(
      Operation operation, PersistentMap<Object, Object> map) {
    try {
      operation.run(map);
      return Optional.empty();
    } catch (Throwable e) {
      return Optional.of(e);
    }
  }

  private String afterwards(
      Path file,
      PersistentMap<Object, Object> map,
      Map<Object, Object> base,
      Map<Object, Object> pending,
      List<Map<Object, Object>> states,
      boolean durable)
      throws Exception {
    Map<Object, Object> found = new HashMap<>();
    Optional<Throwable> refusal =
        within("other", "another thread", () -> attempt(open -> goOn(open, found), map));
    if (refusal.isEmpty()) {
      if (!states.contains(without(found))) {
        return "VIOLATION: " + without(found) + " is none of " + states;
      }
      if (within("other", "close", () -> attempt(PersistentMap::close, map)).isPresent()) {
        return "VIOLATION: can't be closed";
      }
      try (PersistentMap<Object, Object> again = open(file)) {
        Map<Object, Object> contents = new HashMap<>(again);
        return contents.equals(found)
            ? "went on"
            : "VIOLATION: reopened with " + contents + " and not " + found;
      }
    }
    if (!(refusal.get() instanceof StorageFailureException)) {
      throw new IllegalStateException("refused with something else", refusal.get());
    }
    Optional<Throwable> checkpoint =
        within("other", "checkpoint", () -> attempt(PersistentMap::checkpoint, map));
    Optional<Throwable> close = within("other", "close", () -> attempt(PersistentMap::close, map));
    if (!(checkpoint.orElseThrow() instanceof StorageFailureException) || close.isEmpty()) {
      return "VIOLATION: a failed store gives " + checkpoint + " and " + close;
    }
    try (PersistentMap<Object, Object> again = open(file)) {
      Map<Object, Object> contents = new HashMap<>(again);
      boolean right = contents.equals(base) || (durable && without(contents).equals(pending));
      return right ? "refused" : "VIOLATION: recovered " + contents + " and not " + base;
    }
  }

  /** Works with the map as another thread does. */
  private void goOn(PersistentMap<Object, Object> map, Map<Object, Object> found) {
    for (int i = 0; i < 50; i++) {
      map.put(key(-1 - i), value("later"));
      map.compute(key(1000 + i), (key, old) -> value("last"));
    }
    for (int i = 0; i < 10; i++) {
      Object same = map.get(key(i));
      if (same != null) {
        map.replace(key(i), same);
      }
    }
    map.checkpoint();
    map.forEach(found::put);
  }

  private Map<Object, Object> without(Map<Object, Object> contents) {
    Map<Object, Object> rest = new HashMap<>(contents);
    for (int i = 0; i < 50; i++) {
      rest.remove(key(-1 - i));
      rest.remove(key(1000 + i));
    }
    return rest;
  }

  private static <T> T within(String name, String what, Callable<T> code) throws Exception {
    FutureTask<T> task = new FutureTask<>(code);
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      StringBuilder text = new StringBuilder(what);
      for (StackTraceElement frame : thread.getStackTrace()) {
        text.append("\n  at ").append(frame);
      }
      throw new TimeoutException(text.toString());
    } catch (ExecutionException e) {
      throw new IllegalStateException(what, e.getCause());
    }
  }

  // ---- the operations --------------------------------------------------------------------------

  /** Makes changes that the operation finds, and which no checkpoint has. */
  private void prepare(
      String name, PersistentMap<Object, Object> map, Map<Object, Object> pending) {
    switch (name) {
      case "roll" -> add(map, pending, 200, "r".repeat(3 << 20));
      case "checkpoint", "visit" -> {
        for (int i = 0; i < 5; i++) {
          add(map, pending, i, "pending");
          add(map, pending, 300 + i, "pending");
        }
      }
      case "clean", "flush" -> {
        for (int i = 0; i < 6; i++) {
          add(map, pending, i % 2, "garbage".repeat(300_000));
        }
      }
      default -> {}
    }
  }

  private void add(
      PersistentMap<Object, Object> map, Map<Object, Object> pending, int key, String text) {
    map.put(key(key), value(text));
    pending.put(key(key), value(text));
  }

  private static void background(PersistentMap<Object, Object> map) throws Exception {
    map.checkpoint();
    map.store().awaitMaintenance();
    map.checkpoint();
  }

  /** Returns the states that the operation goes through. */
  private List<Map<Object, Object>> states(String name, Map<Object, Object> before) {
    List<Map<Object, Object>> states = new ArrayList<>(List.of(before));
    Map<Object, Object> after = new LinkedHashMap<>(before);
    switch (name) {
      case "put new", "set new", "put if absent", "compute if absent", "compute new" ->
          after.put(key(100), value("new"));
      case "put over", "replace", "compute over", "merge", "roll" -> after.put(key(3), value(name));
      case "big" -> after.put(key(3), value("big".repeat(2_000_000)));
      case "remove", "compute remove" -> after.remove(key(3));
      case "clear" -> after.clear();
      case "live change" -> after.put(key(3), new ArrayList<>(List.of("first3", "changed")));
      case "iterate" -> {
        after.remove(key(3));
        states.add(after);
        after = new HashMap<>(after);
        after.remove(key(4));
        Map<Object, Object> other = new HashMap<>(before);
        other.remove(key(4));
        states.add(other);
      }
      default -> {}
    }
    states.add(after);
    return states;
  }

  @SuppressWarnings("unchecked")
  private Operation operation(String name) {
    return switch (name) {
      case "put new" -> map -> map.put(key(100), value("new"));
      case "set new" -> map -> map.set(key(100), value("new"));
      case "put if absent" -> map -> map.putIfAbsent(key(100), value("new"));
      case "compute if absent" -> map -> map.computeIfAbsent(key(100), key -> value("new"));
      case "compute new" -> map -> map.compute(key(100), (key, old) -> value("new"));
      case "put over", "roll" -> map -> map.put(key(3), value(name));
      case "replace" -> map -> map.replace(key(3), value(name));
      case "compute over" -> map -> map.compute(key(3), (key, old) -> value(name));
      case "merge" -> map -> map.merge(key(3), value("no"), (old, next) -> value(name));
      case "big" -> map -> map.put(key(3), value("big".repeat(2_000_000)));
      case "remove" -> map -> map.remove(key(3));
      case "compute remove" -> map -> map.compute(key(3), (key, old) -> null);
      case "clear" -> PersistentMap::clear;
      case "live change" ->
          map -> ((List<Object>) Objects.requireNonNull(map.get(key(3)))).add("changed");
      case "iterate" ->
          map -> {
            for (Iterator<Object> i = map.keySet().iterator(); i.hasNext(); ) {
              Object next = i.next();
              if (next.equals(key(3)) || next.equals(key(4))) {
                i.remove();
              }
            }
          };
      case "checkpoint", "visit" -> PersistentMap::checkpoint;
      case "clean", "flush" -> InjectedLife::background;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
