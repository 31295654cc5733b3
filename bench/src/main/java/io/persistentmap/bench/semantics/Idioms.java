package io.persistentmap.bench.semantics;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The rows of the table. */
final class Idioms {
  /** Long enough for MVStore's background commit, which comes once a second. */
  private static final long BACKGROUND_COMMIT_MILLIS = 2_000;

  /** Equal by {@code equals}, other bits. */
  private static final double OTHER_NAN = Double.longBitsToDouble(0x7ff8_0000_0000_0001L);

  /** All, in the order of the table. */
  static final List<Idiom> ALL = all();

  private Idioms() {}

  private static List<Idiom> all() {
    List<Idiom> all = new ArrayList<>();
    addChangedObjects(all);
    addFunctions(all);
    addViews(all);
    addKeys(all);
    addContract(all);
    addFiles(all);
    return List.copyOf(all);
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
                stage -> putTwo(stage, new AtomicInteger(), new AtomicInteger()),
                (stage, prepared) ->
                    stage.map.values().forEach(value -> ((AtomicInteger) value).set(1)),
                Idioms::getTwo)
            .lost("0 and 0"));
    all.add(
        Idiom.of(
                "`for (e : entrySet()) e.getValue().x = 1`",
                stage -> putTwo(stage, new Point(0), new Point(0)),
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
                (stage, prepared) -> stage.map.forEach((key, value) -> stage.list(key).add("b")),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
                "`values().stream().filter(..).forEach(v -> v.x = 1)`",
                stage -> putTwo(stage, new Point(0), new Point(7)),
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
            .note("MVStore has the change if its background commit, once a second, comes after it"));
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
                  List<Object> shared = listOf("a");
                  return putTwo(stage, shared, shared);
                },
                (stage, prepared) -> {},
                stage -> stage.map.get("a") == stage.map.get("b"))
            .decided("until restart")
            .note("each entry is written on its own, so one object becomes two in the next process"));
  }

  /** Functions that the map calls. */
  private static void addFunctions(List<Idiom> all) {
    all.add(
        Idiom.of(
                "`compute(k, (k, v) -> { v.add(x); return v; })`",
                Idioms::putList,
                (stage, prepared) -> stage.map.compute("k", (key, value) -> added(value, "b")),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
                "`merge(k, more, (v, m) -> { v.addAll(m); return v; })`",
                Idioms::putList,
                (stage, prepared) ->
                    stage.map.merge("k", listOf("b"), (value, more) -> added(value, "b")),
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
                "`computeIfAbsent(k, f)` by 4 threads at once calls `f` once",
                stage -> null,
                (stage, prepared) -> stage.map.put("calls", callsByThreads(stage)),
                stage -> stage.map.get("calls"))
            .wanted("called once")
            .note("a HashMap is not for threads"));
    all.add(
        Idiom.of(
                "`replaceAll((k, v) -> v + 1)`",
                stage -> putTwo(stage, 1, 2),
                (stage, prepared) -> stage.map.replaceAll((key, value) -> (Integer) value + 1),
                Idioms::getTwo)
            .lost("1 and 2"));
    all.add(
        Idiom.of(
                "`replaceAll((k, v) -> { v.add(x); return v; })`",
                Idioms::putList,
                (stage, prepared) -> stage.map.replaceAll((key, value) -> added(value, "b")),
                stage -> stage.map.get("k"))
            .lost("[a]"));
  }

  /** What changes the map through its views. */
  @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // the very thing that is tried
  private static void addViews(List<Idiom> all) {
    all.add(
        Idiom.of(
                "`for (e : entrySet()) e.setValue(1)`",
                stage -> putTwo(stage, 0, 0),
                (stage, prepared) -> {
                  for (Map.Entry<Object, Object> entry : stage.map.entrySet()) {
                    entry.setValue(1);
                  }
                },
                Idioms::getTwo)
            .lost("0 and 0"));
    all.add(
        Idiom.of(
                "`iterator.remove()`",
                stage -> putTwo(stage, 1, 2),
                (stage, prepared) -> {
                  Iterator<Object> keys = stage.map.keySet().iterator();
                  keys.next();
                  keys.remove();
                },
                stage -> stage.map.size())
            .lost("2"));
    all.add(
        Idiom.of(
                "`keySet().removeIf(..)`",
                stage -> putTwo(stage, 1, 2),
                (stage, prepared) -> stage.map.keySet().removeIf("b"::equals),
                Idioms::getTwo)
            .lost("1 and 2"));
    all.add(
        Idiom.of(
                "`keySet().retainAll(..)`",
                stage -> putTwo(stage, 1, 2),
                (stage, prepared) -> stage.map.keySet().retainAll(Set.of("a")),
                Idioms::getTwo)
            .lost("1 and 2"));
    all.add(
        Idiom.of(
                "`values().remove(v)`",
                stage -> putTwo(stage, listOf("v"), listOf("w")),
                (stage, prepared) -> stage.map.values().remove(List.of("w")),
                Idioms::getTwo)
            .lost("[v] and [w]"));
    all.add(
        Idiom.of(
                "`for (k : keySet()) put(new key, ..)`",
                Idioms::putHundred,
                (stage, prepared) -> {
                  int added = 0;
                  for (Object key : stage.map.keySet()) {
                    if (added++ < 10) {
                      stage.map.put("new " + key, 1);
                    }
                  }
                },
                stage -> stage.map.size())
            .note("right is to throw, as a HashMap, or to go on, as a ConcurrentHashMap"));
    all.add(
        Idiom.of(
                "`for (k : keySet()) remove(k)`",
                Idioms::putHundred,
                (stage, prepared) -> {
                  for (Object key : stage.map.keySet()) {
                    stage.map.remove(key);
                  }
                },
                stage -> stage.map.size())
            .lost("100"));
  }

  /** Keys, which a HashMap finds by {@code equals} and {@code hashCode}. */
  private static void addKeys(List<Idiom> all) {
    all.add(
        Idiom.of(
            "`put(List.of(1), v)`, found by `new ArrayList<>(List.of(1))`",
            stage -> stage.map.put(List.of(1), "v"),
            (stage, prepared) -> {},
            stage -> stage.map.get(listOf(1))));
    all.add(
        Idiom.of(
                "a `HashSet` as key, found by an equal one in another order",
                stage -> stage.map.put(new HashSet<>(List.of("Aa", "BB")), "v"),
                (stage, prepared) -> {},
                stage -> stage.map.get(new HashSet<>(List.of("BB", "Aa"))))
            .note("`Aa` and `BB` have the same `hashCode`, so the sets have different orders"));
    all.add(
        Idiom.of(
            "an enum as key",
            stage -> stage.map.put(Place.Colour.RED, "v"),
            (stage, prepared) -> {},
            stage -> stage.map.get(Place.Colour.RED)));
    all.add(
        Idiom.of(
                "a record with an enum in it as key",
                stage -> stage.map.put(new Place("High Street", Place.Colour.GREEN), "v"),
                (stage, prepared) -> {},
                stage -> stage.map.get(new Place("High Street", Place.Colour.GREEN)))
            .note("the `hashCode` of an enum is another in each process"));
    all.add(
        Idiom.of(
                "a class of one's own with `equals` and `hashCode` as key",
                stage -> stage.map.put(new Point(1), "v"),
                (stage, prepared) -> {},
                stage -> stage.map.get(new Point(1))));
    all.add(
        Idiom.of(
                "`put(k, v); k.add(2)`: found by what `k` was",
                stage -> {
                  List<Object> key = listOf(1);
                  stage.map.put(key, "v");
                  return key;
                },
                (stage, prepared) -> added(prepared, 2),
                stage -> stage.map.get(listOf(1)))
            .wanted("v")
            .note("a HashMap loses such an entry; PersistentMap has copied the key"));
    all.add(
        Idiom.of(
            "`0.0`, `-0.0` and `NaN` as keys: three, and all NaN are one",
            stage -> stage.map.put(0.0, "plus"),
            (stage, prepared) -> {
              stage.map.put(-0.0, "minus");
              stage.map.put(Double.NaN, "none");
            },
            stage ->
                Arrays.asList(
                    stage.map.get(0.0), stage.map.get(-0.0), stage.map.get(OTHER_NAN))));
    all.add(
        Idiom.of(
            "`BigDecimal` 1.0 and 1.00 as keys: two",
            stage -> stage.map.put(new BigDecimal("1.0"), "one"),
            (stage, prepared) -> stage.map.put(new BigDecimal("1.00"), "another"),
            stage -> stage.map.get(new BigDecimal("1.0"))));
    all.add(
        Idiom.of(
            "keys of several classes in one map",
            stage -> stage.map.put("1", "string"),
            (stage, prepared) -> {
              stage.map.put(1, "int");
              stage.map.put(1L, "long");
              stage.map.put(List.of(1), "list");
            },
            stage ->
                Arrays.asList(
                    stage.map.get("1"),
                    stage.map.get(1),
                    stage.map.get(1L),
                    stage.map.get(listOf(1)))));
    all.add(
        Idiom.of(
                "null as key",
                stage -> null,
                (stage, prepared) -> stage.map.put(nothing(), "v"),
                stage -> stage.map.get(nothing()))
            .note("PersistentMap has no nulls, as ConcurrentHashMap"));
    all.add(
        Idiom.of(
                "null as value",
                stage -> null,
                (stage, prepared) -> stage.map.put("k", nothing()),
                stage -> stage.map.containsKey("k"))
            .note("PersistentMap has no nulls, as ConcurrentHashMap"));
  }

  /** What the methods of a map return. */
  private static void addContract(List<Idiom> all) {
    all.add(
        Idiom.of(
            "`put` returns the old value",
            stage -> stage.map.put("k", "old"),
            (stage, prepared) -> stage.map.put("returned", or(stage.map.put("k", "new"))),
            stage -> stage.map.get("returned")));
    all.add(
        Idiom.of(
            "`putIfAbsent` of what is present returns it, and keeps it",
            stage -> stage.map.put("k", "old"),
            (stage, prepared) -> stage.map.put("returned", or(stage.map.putIfAbsent("k", "new"))),
            stage -> stage.map.get("returned") + ", " + stage.map.get("k")));
    all.add(
        Idiom.of(
                "`remove(k, v)` with an equal `v` of another class",
                stage -> stage.map.put("k", listOf("a")),
                (stage, prepared) -> stage.map.remove("k", List.of("a")),
                stage -> stage.map.size())
            .lost("1"));
    all.add(
        Idiom.of(
                "`replace(k, v, w)` with an equal `v` of another class",
                stage -> stage.map.put("k", listOf("a")),
                (stage, prepared) -> stage.map.replace("k", List.of("a"), "w"),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
            "`containsValue(v)` with an equal `v` of another class",
            stage -> stage.map.put("k", listOf("a")),
            (stage, prepared) -> {},
            stage -> stage.map.containsValue(List.of("a"))));
    all.add(
        Idiom.of(
            "`equals` (both ways), `hashCode`, `toString` as those of a HashMap",
            Idioms::putList,
            (stage, prepared) -> {},
            Idioms::differences));
  }

  /** What is about files and processes. */
  private static void addFiles(List<Idiom> all) {
    all.add(
        Idiom.of(
                "`Thread.interrupt()` before `put`: stored, and the flag is kept",
                stage -> null,
                (stage, prepared) -> {
                  Thread.currentThread().interrupt();
                  boolean kept;
                  try {
                    stage.map.put("k", "stored");
                    stage.save();
                  } finally {
                    kept = Thread.interrupted();
                  }
                  stage.map.put("flag", kept ? "flag kept" : "flag swallowed");
                },
                stage -> stage.map.get("k") + ", " + stage.map.get("flag"))
            .wanted("stored, flag kept"));
    all.add(
        Idiom.of(
                "`put(k, new Thread())`, which can't be stored: refused, nothing changed",
                stage -> stage.map.put("k", "old"),
                (stage, prepared) -> {
                  try {
                    stage.map.put("k", new Thread("not stored"));
                  } catch (RuntimeException e) {
                    stage.map.put("refused by", e.getClass().getSimpleName());
                  }
                },
                stage ->
                    stage.map.containsKey("refused by")
                        ? "refused, " + stage.map.get("k")
                        : "accepted")
            .wanted("refused, old")
            .onlyInFiles()
            .note("a map that finds out only when it writes has told the caller that all is well"));
    all.add(
        Idiom.of(
                "saved with a = b = 1, then `put(a, 2)`, 2 s later kill -9 before `put(b, 2)`:"
                    + " both or none",
                stage -> putTwo(stage, 1, 1),
                (stage, prepared) -> {
                  stage.map.put("a", 2);
                  Thread.sleep(BACKGROUND_COMMIT_MILLIS);
                  stage.awaitKill();
                },
                Idioms::getTwo)
            .wanted("1 and 1")
            .onlyInFiles()
            .note(
                "what a crash leaves is for PersistentMap and MapDB the last save. MVStore saves in"
                    + " the background each second, unless `autoCommitDisabled()`. Chronicle Map has"
                    + " no saves"));
    all.add(
        Idiom.of(
                "a value of 100 kB, where 200 bytes are usual",
                stage -> stage.map.put("k", "old"),
                (stage, prepared) -> stage.map.put("k", new byte[100_000]),
                stage ->
                    stage.map.get("k") instanceof byte[] bytes ? bytes.length + " bytes" : "none")
            .note("Chronicle Map is told sizes when its file is made"));
    all.add(
        Idiom.of(
            "5,000 entries, where 1,000 were expected",
            stage -> null,
            (stage, prepared) -> {
              for (int i = 0; i < 5_000; i++) {
                stage.map.put(i, "v");
              }
            },
            stage -> stage.map.size()));
    all.add(
        Idiom.of(
                "another process opens it: refused",
                Idioms::putList,
                (stage, prepared) -> {},
                Stage::openElsewhere)
            .wanted("refused")
            .onlyInFiles()
            .note("processes may share a Chronicle Map: it is made for that"));
  }

  // ---- pieces of idioms ------------------------------------------------------------------------

  private static List<Object> listOf(Object element) {
    return new ArrayList<>(List.of(element));
  }

  private static @Nullable Object putList(Stage stage) {
    return stage.map.put("k", listOf("a"));
  }

  private static @Nullable Object putTwo(Stage stage, Object a, Object b) {
    stage.map.put("a", a);
    return stage.map.put("b", b);
  }

  private static String getTwo(Stage stage) {
    return stage.map.get("a") + " and " + stage.map.get("b");
  }

  private static @Nullable Object putHundred(Stage stage) {
    for (int i = 0; i < 100; i++) {
      stage.map.put("key " + i, i);
    }
    return null;
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

  @SuppressWarnings("unchecked") // which the idiom put there
  private static Object added(@Nullable Object list, Object element) {
    ((List<Object>) Objects.requireNonNull(list)).add(element);
    return list;
  }

  @SuppressWarnings("NullAway") // the very thing that is tried
  private static Object nothing() {
    return null;
  }

  private static Object or(@Nullable Object value) {
    return value == null ? "nothing" : value;
  }

  private static String differences(Stage stage) {
    Map<Object, Object> same = new HashMap<>();
    same.put("k", listOf("a"));
    List<String> differences = new ArrayList<>();
    if (!stage.map.equals(same)) {
      differences.add("equals");
    }
    if (!same.equals(stage.map)) {
      differences.add("HashMap's equals");
    }
    if (stage.map.hashCode() != same.hashCode()) {
      differences.add("hashCode");
    }
    if (!stage.map.toString().equals(same.toString())) {
      differences.add("toString");
    }
    return differences.isEmpty() ? "as a HashMap" : "not " + String.join(", ", differences);
  }
}
