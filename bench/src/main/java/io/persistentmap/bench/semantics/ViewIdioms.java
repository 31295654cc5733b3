package io.persistentmap.bench.semantics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows about iterators and views, and about what methods return. */
final class ViewIdioms {
  private ViewIdioms() {}

  static void addTo(List<Idiom> all) {
    addViews(all);
    addContract(all);
  }

  /** What changes the map through its views. */
  @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // the very thing that is tried
  private static void addViews(List<Idiom> all) {
    all.add(
        Idiom.of(
                "`for (e : entrySet()) e.setValue(1)`",
                stage -> Idioms.putTwo(stage, 0, 0),
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
                stage -> Idioms.putTwo(stage, 1, 2),
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
                stage -> Idioms.putTwo(stage, 1, 2),
                (stage, prepared) -> stage.map.keySet().removeIf("b"::equals),
                Idioms::getTwo)
            .lost("1 and 2"));
    all.add(
        Idiom.of(
                "`keySet().retainAll(..)`",
                stage -> Idioms.putTwo(stage, 1, 2),
                (stage, prepared) -> stage.map.keySet().retainAll(Set.of("a")),
                Idioms::getTwo)
            .lost("1 and 2"));
    all.add(
        Idiom.of(
                "`values().remove(v)`",
                stage -> Idioms.putTwo(stage, Idioms.listOf("v"), Idioms.listOf("w")),
                (stage, prepared) -> stage.map.values().remove(List.of("w")),
                Idioms::getTwo)
            .lost("[v] and [w]"));
    all.add(
        Idiom.of(
                "`for (k : keySet()) put(new key, ..)`",
                ViewIdioms::putHundred,
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
                ViewIdioms::putHundred,
                (stage, prepared) -> {
                  for (Object key : stage.map.keySet()) {
                    stage.map.remove(key);
                  }
                },
                stage -> stage.map.size())
            .lost("100"));
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
                stage -> stage.map.put("k", Idioms.listOf("a")),
                (stage, prepared) -> stage.map.remove("k", List.of("a")),
                stage -> stage.map.size())
            .lost("1"));
    all.add(
        Idiom.of(
                "`replace(k, v, w)` with an equal `v` of another class",
                stage -> stage.map.put("k", Idioms.listOf("a")),
                (stage, prepared) -> stage.map.replace("k", List.of("a"), "w"),
                stage -> stage.map.get("k"))
            .lost("[a]"));
    all.add(
        Idiom.of(
            "`containsValue(v)` with an equal `v` of another class",
            stage -> stage.map.put("k", Idioms.listOf("a")),
            (stage, prepared) -> {},
            stage -> stage.map.containsValue(List.of("a"))));
    all.add(
        Idiom.of(
            "`equals` (both ways), `hashCode`, `toString` as those of a HashMap",
            Idioms::putList,
            (stage, prepared) -> {},
            ViewIdioms::differences));
  }

  private static @Nullable Object putHundred(Stage stage) {
    for (int i = 0; i < 100; i++) {
      stage.map.put("key " + i, i);
    }
    return null;
  }

  private static Object or(@Nullable Object value) {
    return value == null ? "nothing" : value;
  }

  private static String differences(Stage stage) {
    Map<Object, Object> same = new HashMap<>();
    same.put("k", Idioms.listOf("a"));
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
