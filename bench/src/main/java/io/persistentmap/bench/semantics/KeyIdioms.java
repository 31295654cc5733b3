package io.persistentmap.bench.semantics;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** The rows about keys, which a HashMap finds by {@code equals} and {@code hashCode}. */
final class KeyIdioms {
  /** Equal by {@code equals}, other bits. */
  private static final double OTHER_NAN = Double.longBitsToDouble(0x7ff8_0000_0000_0001L);

  private KeyIdioms() {}

  static void addTo(List<Idiom> all) {
    addKeys(all);
  }

  /** Keys, which a HashMap finds by {@code equals} and {@code hashCode}. */
  private static void addKeys(List<Idiom> all) {
    all.add(
        Idiom.of(
            "`put(List.of(1), v)`, found by `new ArrayList<>(List.of(1))`",
            stage -> stage.map.put(List.of(1), "v"),
            (stage, prepared) -> {},
            stage -> stage.map.get(Idioms.listOf(1))));
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
                "`put(k, v); k.add(2)`, found by what `k` was",
                stage -> {
                  List<Object> key = Idioms.listOf(1);
                  stage.map.put(key, "v");
                  return key;
                },
                (stage, prepared) -> Idioms.added(prepared, 2),
                stage -> stage.map.get(Idioms.listOf(1)))
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
                Arrays.asList(stage.map.get(0.0), stage.map.get(-0.0), stage.map.get(OTHER_NAN))));
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
                    stage.map.get(Idioms.listOf(1)))));
    all.add(
        Idiom.of(
                "null as key",
                stage -> null,
                (stage, prepared) -> stage.map.put(nothing(), "v"),
                stage -> stage.map.get(nothing()))
            .decided("throws NullPointerException")
            .note("PersistentMap has no nulls, as ConcurrentHashMap"));
    all.add(
        Idiom.of(
                "null as value",
                stage -> null,
                (stage, prepared) -> stage.map.put("k", nothing()),
                stage -> stage.map.containsKey("k"))
            .decided("throws NullPointerException")
            .note("PersistentMap has no nulls, as ConcurrentHashMap"));
  }

  @SuppressWarnings("NullAway") // the very thing that is tried
  private static Object nothing() {
    return null;
  }
}
