package io.persistentmap.bench.semantics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The rows about objects that are changed. */
final class ValueIdioms {
  private ValueIdioms() {}

  static void addTo(List<Idiom> all) {
    addChangedObjects(all);
    addFunctions(all);
  }

  /** Objects in the map are changed without telling the map. */
  private static void addChangedObjects(List<Idiom> all) {
    all.add(
        Idiom.of(
                "`get(k).add(x)`",
                Idioms::putList,
                (stage, prepared) -> stage.list("k").add("b"),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
                "`computeIfAbsent(k, ArrayList::new).add(x)`",
                stage -> null,
                (stage, prepared) -> computeIfAbsentList(stage).add("a"),
                stage -> stage.map.get("k"))
            .lost("[]"));
    all.add(
        Idiom.of(
                "`for (v : values()) v.set(1)`",
                stage -> Idioms.putTwo(stage, new AtomicInteger(), new AtomicInteger()),
                (stage, prepared) ->
                    stage.map.values().forEach(value -> ((AtomicInteger) value).set(1)),
                Idioms::getTwo)
            .lost("0 and 0"));
    all.add(
        Idiom.of(
                "`for (e : entrySet()) e.getValue().x = 1`",
                stage -> Idioms.putTwo(stage, new Point(0), new Point(0)),
                (stage, prepared) -> {
                  for (Map.Entry<Object, Object> entry : stage.map.entrySet()) {
                    ((Point) entry.getValue()).x = 1;
                  }
                },
                Idioms::getTwo)
            .lost("Point 0 and Point 0"));
    all.add(
        Idiom.of(
                "`forEach((k, v) -> v.add(x))`",
                Idioms::putList,
                (stage, prepared) -> stage.map.forEach((key, value) -> Idioms.added(value, "b")),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
                "`values().stream().filter(..).forEach(v -> v.x = 1)`",
                stage -> Idioms.putTwo(stage, new Point(0), new Point(7)),
                (stage, prepared) ->
                    stage.map.values().stream()
                        .map(Point.class::cast)
                        .filter(point -> point.x == 0)
                        .forEach(point -> point.x = 1),
                Idioms::getTwo)
            .lost("Point 0 and Point 7"));
    all.add(
        Idiom.of(
                "`v = get(k)`, saved, much later `v.x = 1`",
                stage -> {
                  stage.map.put("k", new Point(0));
                  return stage.map.get("k");
                },
                (stage, prepared) -> {
                  for (int i = 0; i < 500; i++) {
                    stage.map.put("other " + i, new Point(i));
                  }
                  stage.save();
                  ((Point) Objects.requireNonNull(prepared)).x = 1;
                },
                stage -> stage.map.get("k"))
            .lost("Point 0"));
    all.add(
        Idiom.of(
                "`put(k, v); v.x = 1`",
                stage -> null,
                (stage, prepared) -> {
                  Point point = new Point(0);
                  stage.map.put("k", point);
                  point.x = 1;
                },
                stage -> stage.map.get("k"))
            .lost("Point 0")
            .note(
                "MVStore has the change if its background commit, once a second, comes after it"));
    all.add(
        Idiom.of(
                "`put(k, v)`, saved, `v.x = 1`",
                stage -> null,
                (stage, prepared) -> {
                  Point point = new Point(0);
                  stage.map.put("k", point);
                  stage.save();
                  point.x = 1;
                },
                stage -> stage.map.get("k"))
            .lost("Point 0"));
    all.add(
        Idiom.of(
            "`get(k) == get(k)`",
            Idioms::putList,
            (stage, prepared) -> {},
            stage -> {
              Object first = stage.map.get("k");
              return first == stage.map.get("k");
            }));
    all.add(
        Idiom.of(
                "`put(a, v); put(b, v); get(a) == get(b)`",
                stage -> {
                  List<Object> shared = Idioms.listOf("a");
                  return Idioms.putTwo(stage, shared, shared);
                },
                (stage, prepared) -> {},
                stage -> stage.map.get("a") == stage.map.get("b"))
            .decided("until restart")
            .note(
                "each entry is written on its own, so one object becomes two in the next process"));
  }

  /** Functions that the map calls. */
  private static void addFunctions(List<Idiom> all) {
    all.add(
        Idiom.of(
                "`compute(k, (k, v) -> { v.add(x); return v; })`",
                Idioms::putList,
                (stage, prepared) ->
                    stage.map.compute("k", (key, value) -> Idioms.added(value, "b")),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
                "`merge(k, more, (v, m) -> { v.addAll(m); return v; })`",
                Idioms::putList,
                (stage, prepared) ->
                    stage.map.merge(
                        "k", Idioms.listOf("b"), (value, more) -> Idioms.added(value, "b")),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
                "`merge(k, 1, Integer::sum)`",
                stage -> stage.map.put("k", 1),
                (stage, prepared) ->
                    stage.map.merge("k", 1, (one, other) -> (Integer) one + (Integer) other),
                stage -> stage.map.get("k"))
            .lost("1"));
    all.add(
        Idiom.of(
                "`computeIfAbsent(k, k -> { put(other, 2); return 1; })`",
                stage -> null,
                (stage, prepared) ->
                    stage.map.computeIfAbsent(
                        "a",
                        key -> {
                          stage.map.put("b", 2);
                          return 1;
                        }),
                Idioms::getTwo)
            .note("a HashMap forbids its function to change the map"));
    all.add(
        Idiom.of(
                "`computeIfAbsent(k, f)` by 4 threads calls `f` once",
                stage -> null,
                (stage, prepared) -> stage.map.put("calls", callsByThreads(stage)),
                stage -> stage.map.get("calls"))
            .wanted("called once")
            .note("a HashMap is not for threads"));
    all.add(
        Idiom.of(
                "`replaceAll((k, v) -> v + 1)`",
                stage -> Idioms.putTwo(stage, 1, 2),
                (stage, prepared) -> stage.map.replaceAll((key, value) -> (Integer) value + 1),
                Idioms::getTwo)
            .lost("1 and 2"));
    all.add(
        Idiom.of(
                "`replaceAll((k, v) -> { v.add(x); return v; })`",
                Idioms::putList,
                (stage, prepared) -> stage.map.replaceAll((key, value) -> Idioms.added(value, "b")),
                stage -> stage.map.get("k"))
            .lost("[a]"));
  }

  @SuppressWarnings("unchecked") // which the function has just put there
  private static List<Object> computeIfAbsentList(Stage stage) {
    return (List<Object>) stage.map.computeIfAbsent("k", key -> new ArrayList<>());
  }

  /** Lets threads compute the value of one key, which takes long. */
  private static String callsByThreads(Stage stage) throws InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch together = new CountDownLatch(4);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                together.countDown();
                while (together.getCount() > 0) {
                  Thread.onSpinWait();
                }
                stage.map.computeIfAbsent(
                    "k",
                    key -> {
                      calls.incrementAndGet();
                      LockSupport.parkNanos(200_000_000);
                      return "v";
                    });
              });
      thread.setUncaughtExceptionHandler((failed, e) -> {}); // a HashMap throws: calls tell enough
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return calls.get() == 1 ? "called once" : "called " + calls.get() + " times";
  }
}
