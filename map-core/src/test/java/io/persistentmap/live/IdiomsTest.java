package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Guards that what code does with the values of a HashMap is in the next checkpoint, and there
 * after a crash; in a map that is new, and in one whose values come from the file.
 */
@OnFileSystems({FileSystemKind.DEFAULT, FileSystemKind.XFS})
final class IdiomsTest {
  private static final int CELLS = 300;

  @FileSystemTest
  void get_listChanged_kept(Path dir) {
    check(dir, map -> list(map, "list").add(7));
  }

  @FileSystemTest
  void computeIfAbsent_newListChanged_kept(Path dir) {
    check(
        dir,
        map -> {
          asList(map.computeIfAbsent("new", key -> new ArrayList<>())).add(8);
          asList(map.computeIfAbsent("new", key -> new ArrayList<>())).add(9);
          asList(map.computeIfAbsent("list", key -> new ArrayList<>())).add(10);
        });
  }

  @FileSystemTest
  void values_eachChanged_kept(Path dir) {
    check(
        dir,
        map -> {
          for (Object value : map.values()) {
            if (value instanceof Cell cell) {
              cell.push(cell.number + 1);
            }
          }
        });
  }

  @FileSystemTest
  void entrySet_valuesOfEntriesChanged_kept(Path dir) {
    check(
        dir,
        map -> {
          for (Map.Entry<String, Object> entry : map.entrySet()) {
            if (entry.getValue() instanceof Cell cell) {
              cell.number = 1;
            }
          }
        });
  }

  @FileSystemTest
  void setValue_objectChangedAfterwards_kept(Path dir) {
    check(
        dir,
        map -> {
          Cell set = new Cell(5);
          for (Map.Entry<String, Object> entry : map.entrySet()) {
            if (entry.getKey().equals("cell3")) {
              entry.setValue(set);
            }
          }
          set.set(6);
        });
  }

  @FileSystemTest
  void forEach_valuesChanged_kept(Path dir) {
    check(dir, map -> map.forEach((key, value) -> bump(value)));
  }

  @FileSystemTest
  void replaceAll_sameObjectsChanged_kept(Path dir) {
    check(dir, map -> map.replaceAll((key, value) -> bump(value)));
  }

  @FileSystemTest
  void replaceAll_otherObjects_kept(Path dir) {
    check(dir, map -> map.replaceAll((key, value) -> new Cell(key.length())));
  }

  @FileSystemTest
  void stream_valuesChanged_kept(Path dir) {
    check(
        dir,
        map -> {
          map.values().stream().filter(Cell.class::isInstance).forEach(IdiomsTest::bump);
          map.entrySet().parallelStream().forEach(entry -> bump(entry.getValue()));
        });
  }

  @FileSystemTest
  void compute_changedInPlace_kept(Path dir) {
    check(
        dir,
        map -> {
          map.compute("cell1", (key, value) -> bump(value));
          map.computeIfPresent("cell2", (key, value) -> bump(value));
          map.merge("list", 11, IdiomsTest::append);
          map.merge("other list", new ArrayList<>(List.of(1)), IdiomsTest::append);
          asList(map.get("other list")).add(2);
        });
  }

  @FileSystemTest
  void put_objectChangedAfterwards_kept(Path dir) {
    check(
        dir,
        map -> {
          Cell put = new Cell(1);
          map.put("put", put);
          put.push(2);
          Cell instead = new Cell(3);
          map.replace("cell5", instead);
          instead.push(4);
          Map<String, Cell> all = new HashMap<>(Map.of("all", new Cell(5)));
          map.putAll(all);
          Objects.requireNonNull(all.get("all")).set(6);
        });
  }

  @FileSystemTest
  void put_arraysAndNested_kept(Path dir) {
    check(
        dir,
        map -> {
          int[] numbers = {1, 2, 3};
          Map<String, List<Cell>> nested = new HashMap<>();
          map.put("numbers", numbers);
          map.put("nested", nested);
          numbers[1] = 9;
          nested.computeIfAbsent("a", key -> new ArrayList<>()).add(new Cell(4));
          nested.computeIfAbsent("a", key -> new ArrayList<>()).get(0).set(5);
        });
  }

  @FileSystemTest
  void object_keptSinceLongBefore_changeKept(Path dir) {
    Path file = dir.resolve("x.map");
    Cell kept = new Cell(0);
    try (PersistentMap<String, Object> map = open(file)) {
      map.put("kept", kept);
      for (int i = 1; i < 20; i++) {
        kept.push(i);
        map.put("other" + i, i);
        map.checkpoint();
        assertThat(map.get("kept")).isSameAs(kept);
      }
    }
    try (PersistentMap<String, Object> map = open(file)) {
      assertThat(map.get("kept")).isEqualTo(kept).isNotSameAs(kept);
    }
  }

  /** Does the same to a new map, to one that was just opened, and to a HashMap. */
  private static void check(Path dir, Consumer<Map<String, Object>> change) {
    Map<String, Object> model = new HashMap<>();
    fill(model);
    change.accept(model);
    Path file = dir.resolve("new.map");
    try (PersistentMap<String, Object> map = open(file)) {
      fill(map);
      change.accept(map);
      map.checkpoint();
    }
    assertReopened(file, model);

    Path old = dir.resolve("old.map");
    try (PersistentMap<String, Object> map = open(old)) {
      fill(map);
      map.checkpoint();
    }
    try (PersistentMap<String, Object> map = open(old)) {
      change.accept(map);
      map.checkpoint();
    }
    assertReopened(old, model);

    try (PersistentMap<String, Object> map = open(old)) {
      map.clear();
      fill(map);
      map.checkpoint();
      change.accept(map); // what is live and has a record
      map.close(CloseMode.CHECKPOINT);
    }
    assertReopened(old, model);
  }

  private static void fill(Map<String, Object> map) {
    IntStream.range(0, CELLS).forEach(i -> map.put("cell" + i, new Cell(i)));
    map.put("list", new ArrayList<>(List.of(1, 2)));
    map.put("text", "never changes");
  }

  private static void assertReopened(Path file, Map<String, Object> model) {
    try (PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .valueMode(ValueMode.COPIED)
            .readOnly(true)
            .open(file)) {
      assertThat(map.keySet()).isEqualTo(model.keySet());
      model.forEach((key, value) -> assertThat(map.get(key)).as(key).isEqualTo(value));
    }
  }

  private static PersistentMap<String, Object> open(Path file) {
    return PersistentMap.builder(String.class, Object.class)
        .allowPackage("io.persistentmap")
        .closeMode(CloseMode.DISCARD)
        .open(file);
  }

  private static Object bump(Object value) {
    return value instanceof Cell cell ? cell.push(cell.number + 1) : value;
  }

  private static Object append(Object list, Object more) {
    asList(list).add(more);
    return list;
  }

  private static List<Object> list(Map<String, Object> map, String key) {
    return asList(map.get(key));
  }

  @SuppressWarnings("unchecked") // the test knows what it has put
  private static List<Object> asList(@org.jspecify.annotations.Nullable Object value) {
    return (List<Object>) Objects.requireNonNull(value);
  }
}
