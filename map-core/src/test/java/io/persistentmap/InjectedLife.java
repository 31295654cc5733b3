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
import java.util.stream.Stream;

/**
 * A life of a store, in which one operation meets an error at one call or allocation. What comes
 * afterwards must be right: others work, and the operation is done or not; or everything refuses,
 * and the last checkpoint is what opens. Loaded by the loader that injects.
 */
public final class InjectedLife implements Function<Object[], String> {
  private static final long LIMIT_SECONDS = 20;
  private static final int ENTRIES = 20;
  private static final String WORKER = "injected worker";

  /** Operations that fill so many segments: 16 may wait for the file. */
  private static final Map<String, Integer> FILLING =
      Map.of("flush", 4, "flush many", 20, "image", 4);

  /** Operations that close the map. */
  private static final Map<String, CloseMode> CLOSING =
      Map.of(
          "close", CloseMode.CHECKPOINT,
          "close with image", CloseMode.CHECKPOINT,
          "discard", CloseMode.DISCARD);

  /** Operations during which the error comes in a thread of ours, and a part of its name. */
  private static final Map<String, String> BACKGROUND =
      Map.of(
          "clean", "cleaner",
          "flush", "flusher",
          "flush many", "flusher",
          "image", "cleaner",
          "visit", " monitor");

  /** Operations of which only the work of one class, and what it calls, meets the error. */
  private static final Map<String, String> WITHIN =
      Map.of("image", "io.persistentmap.store.ImageWriter");

  private String keys = "";
  private boolean live;

  /** What the last checkpoint before the operation has. */
  private Map<Object, Object> base = Map.of();

  /** What the map has: before the operation, or, if that notes each of its steps, so far. */
  private Map<Object, Object> pending = Map.of();

  /** What the map may have after the operation. */
  private List<Map<Object, Object>> states = List.of();

  /** What is done with the map. */
  private interface Operation {
    void run(PersistentMap<Object, Object> map) throws Exception;
  }

  /**
   * Lives a life.
   *
   * @param arguments directory, operation, keys ("bytes" or "equality"), whether values are live,
   *     kind, number, whether it persists, whether only the first time at each place counts
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
          (Boolean) arguments[6],
          (Boolean) arguments[7]);
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

  private String live(
      Path file, String name, Injection.Kind kind, long number, boolean persistent, boolean places)
      throws Exception {
    base = new HashMap<>();
    try (PersistentMap<Object, Object> map = open(file)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.put(key(i), value("first" + i));
        base.put(key(i), value("first" + i));
      }
    }
    PersistentMap<Object, Object> map = open(file);
    pending = new HashMap<>(base);
    prepare(name, map);
    states = states(name);
    boolean background = BACKGROUND.containsKey(name);
    String thread = BACKGROUND.getOrDefault(name, WORKER);
    Injection.begin(thread, WITHIN.get(name), kind, number, persistent, places);
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
    CloseMode mode = CLOSING.get(name);
    String outcome =
        mode == null
            ? afterwards(file, map, recoverable("checkpoint".equals(name) || background, thrown))
            : afterClosing(file, map, mode, thrown, number % 2 == 0);
    return struck ? outcome : "completed";
  }

  /**
   * Returns the states of which one is recovered if the store has failed for good.
   *
   * @param durable whether the operation makes what is pending durable, unless it throws
   */
  private List<Map<Object, Object>> recoverable(boolean durable, Optional<Throwable> thrown) {
    if (!durable) {
      return List.of(base);
    }
    return thrown.isEmpty() ? List.of(pending) : List.of(base, pending);
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
      Path file, PersistentMap<Object, Object> map, List<Map<Object, Object>> recoverable)
      throws Exception {
    Map<Object, Object> found = new HashMap<>();
    Optional<Throwable> refusal =
        within("other", "another thread", () -> attempt(open -> goOn(open, found), map));
    if (refusal.isEmpty()) {
      return afterGoingOn(file, map, found);
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
    return recovered(file, recoverable, "refused");
  }

  private String afterGoingOn(
      Path file, PersistentMap<Object, Object> map, Map<Object, Object> found) throws Exception {
    if (!states.contains(without(found))) {
      return "VIOLATION: " + text(without(found)) + " is none of " + text(states);
    }
    Optional<Throwable> close = within("other", "close", () -> attempt(PersistentMap::close, map));
    if (close.isPresent()) {
      throw new IllegalStateException("can't be closed", close.get());
    }
    try (PersistentMap<Object, Object> again = open(file)) {
      Map<Object, Object> contents = new HashMap<>(again);
      return contents.equals(found)
          ? "went on"
          : "VIOLATION: reopened with " + text(contents) + " and not " + text(found);
    }
  }

  private String recovered(Path file, List<Map<Object, Object>> recoverable, String outcome) {
    try (PersistentMap<Object, Object> again = open(file)) {
      Map<Object, Object> contents = new HashMap<>(again);
      boolean right = recoverable.contains(contents) || recoverable.contains(without(contents));
      return right
          ? outcome
          : "VIOLATION: recovered " + text(contents) + " and none of " + text(recoverable);
    }
  }

  private static String text(Object states) {
    return states.toString().replaceAll("(.{40})\\1+", "$1...");
  }

  /**
   * The map is closed, with the state that was promised; or it is open, and can be used, or at
   * least closed again, by its owner or by who opens the file. Only a store that has failed for
   * good may be closed without what was to be saved.
   *
   * @param byOwner whether its owner closes it once more
   */
  private String afterClosing(
      Path file,
      PersistentMap<Object, Object> map,
      CloseMode mode,
      Optional<Throwable> thrown,
      boolean byOwner)
      throws Exception {
    Map<Object, Object> found = new HashMap<>();
    Optional<Throwable> refusal =
        within("other", "another thread", () -> attempt(open -> goOn(open, found), map));
    if (refusal.isEmpty()) {
      return thrown.isPresent()
          ? afterGoingOn(file, map, found)
          : "VIOLATION: open after close() has returned";
    }
    if (!(refusal.get() instanceof MapClosedException
        || refusal.get() instanceof StorageFailureException)) {
      throw new IllegalStateException("refused with something else", refusal.get());
    }
    // An opening that takes over a store which then fails for good says so, once.
    Operation next = byOwner ? PersistentMap::close : same -> open(file).close();
    Optional<Throwable> again = within("other", "closing again", () -> attempt(next, map));
    if (!byOwner && again.isPresent() && !isFailure(again)) {
      throw new IllegalStateException("can't be opened", again.get());
    }
    boolean failed = Stream.of(thrown, again).anyMatch(InjectedLife::isFailure);
    List<Map<Object, Object>> recoverable =
        mode == CloseMode.DISCARD && thrown.isEmpty()
            ? List.of(base)
            : failed || mode == CloseMode.DISCARD ? List.of(base, pending) : List.of(pending);
    String outcome = thrown.isEmpty() ? "closed" : failed ? "refused" : "closed, and threw";
    return within("other", "opening", () -> recovered(file, recoverable, outcome));
  }

  private static boolean isFailure(Optional<Throwable> thrown) {
    return thrown.filter(StorageFailureException.class::isInstance).isPresent();
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
  private void prepare(String name, PersistentMap<Object, Object> map) {
    switch (name) {
      case "roll" -> add(map, 200, "r".repeat(3 << 20));
      case "checkpoint", "visit", "close", "discard", "compute during pass" -> {
        for (int i = 0; i < 5; i++) {
          add(map, i, "pending");
          add(map, 300 + i, "pending");
        }
      }
      case "close with image" -> add(map, 4, "enough for an image".repeat(100_000));
      case "clean" -> {
        for (int i = 0; i < 6; i++) {
          add(map, i % 2, "garbage".repeat(300_000));
        }
      }
      default -> {}
    }
  }

  private void add(PersistentMap<Object, Object> map, int key, String text) {
    map.put(key(key), value(text));
    pending.put(key(key), value(text));
  }

  /** Fills segments; what it has put, it notes. */
  private void fill(PersistentMap<Object, Object> map, int segments) {
    for (int i = 0; i < segments; i++) {
      String text = i + "x".repeat(3 << 20);
      try {
        map.put(key(i % 3), value(text));
      } catch (Throwable e) {
        Map<Object, Object> withIt = new HashMap<>(pending);
        withIt.put(key(i % 3), value(text));
        states = List.of(pending, withIt);
        throw e;
      }
      pending.put(key(i % 3), value(text));
    }
  }

  private static void background(PersistentMap<Object, Object> map) throws Exception {
    map.checkpoint();
    map.store().awaitMaintenance();
    map.checkpoint();
  }

  /** The pass of a checkpoint waits for a monitor meanwhile; what it makes durable is tried. */
  private void computeDuringPass(PersistentMap<Object, Object> map) throws Exception {
    Thread checkpoint = new Thread(() -> attempt(PersistentMap::checkpoint, map), "checkpoint");
    Object held = Objects.requireNonNull(map.get(key(1)));
    synchronized (held) {
      checkpoint.start();
      while (Thread.getAllStackTraces().keySet().stream().noneMatch(InjectedLife::isWaiting)) {
        Thread.onSpinWait();
      }
      map.compute(key(3), (key, old) -> value("compute during pass"));
      map.put(key(4), Objects.requireNonNull(map.get(key(4)))); // told of once more
    }
    checkpoint.join();
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getName().contains(" monitor") && thread.getState() == Thread.State.BLOCKED;
  }

  /** Returns the states that the operation goes through. */
  private List<Map<Object, Object>> states(String name) {
    if (FILLING.containsKey(name)) {
      return List.of(pending);
    }
    Map<Object, Object> before = pending;
    List<Map<Object, Object>> states = new ArrayList<>(List.of(before));
    Map<Object, Object> after = new LinkedHashMap<>(before);
    switch (name) {
      case "put new", "set new", "put if absent", "compute if absent", "compute new" ->
          after.put(key(100), value("new"));
      case "put over", "replace", "compute over", "compute during pass", "merge", "roll" ->
          after.put(key(3), value(name));
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
    CloseMode mode = CLOSING.get(name);
    if (mode != null) {
      return map -> map.close(mode);
    }
    Integer segments = FILLING.get(name);
    if (segments != null) {
      return map -> {
        fill(map, segments);
        background(map);
      };
    }
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
      case "compute during pass" -> this::computeDuringPass;
      case "checkpoint", "visit" -> PersistentMap::checkpoint;
      case "clean" -> InjectedLife::background;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
