package io.persistentmap.bench.semantics;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows of the table, and pieces that they share. */
final class Idioms {
  /** All, in the order of the table. */
  static final List<Idiom> ALL = all();

  private Idioms() {}

  private static List<Idiom> all() {
    List<Idiom> all = new ArrayList<>();
    ValueIdioms.addTo(all);
    ViewIdioms.addTo(all);
    KeyIdioms.addTo(all);
    FileIdioms.addTo(all);
    return List.copyOf(all);
  }

  static List<Object> listOf(Object element) {
    return new ArrayList<>(List.of(element));
  }

  static @Nullable Object putList(Stage stage) {
    return stage.map.put("k", listOf("a"));
  }

  static @Nullable Object putTwo(Stage stage, Object a, Object b) {
    stage.map.put("a", a);
    return stage.map.put("b", b);
  }

  static String getTwo(Stage stage) {
    return stage.map.get("a") + " and " + stage.map.get("b");
  }

  @SuppressWarnings("unchecked") // which the idiom put there
  static Object added(@Nullable Object list, Object element) {
    ((List<Object>) Objects.requireNonNull(list)).add(element);
    return list;
  }
}
