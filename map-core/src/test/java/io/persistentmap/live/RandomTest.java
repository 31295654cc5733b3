package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Guards that a map of objects that are changed in place is like a HashMap of them, and that what
 * is found after discarding is what the last checkpoint had; with keys of both kinds.
 */
@OnFileSystems({FileSystemKind.DEFAULT, FileSystemKind.BTRFS})
final class RandomTest {
  private static final int LIVES = 8;
  private static final int STEPS = 15_000;
  private static final int KEYS = 500;

  private Map<Object, Object> model = new HashMap<>();
  private Map<Object, Object> checkpointed = new HashMap<>();

  @FileSystemTest
  void anyOperations_changedInPlace_likeHashMap(Path dir) {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("live"));
    for (int life = 0; life < LIVES; life++) {
      boolean discard = random.nextBoolean();
      try (PersistentMap<Object, Object> map =
          PersistentMap.builder(Object.class, Object.class)
              .allow(Cell.class)
              .closeMode(discard ? CloseMode.DISCARD : CloseMode.CHECKPOINT)
              .valueMode(random.nextInt(3) == 0 ? ValueMode.LIVE : ValueMode.AUTO)
              .cacheBytes(random.nextBoolean() ? 0 : 10_000)
              .open(dir.resolve("x.map"))) {
        compare(map);
        for (int step = 0; step < STEPS; step++) {
          step(map, random);
        }
        compare(map);
      }
      if (discard) {
        model = copy(checkpointed);
      } else {
        model = copy(model);
        checkpointed = copy(model);
      }
    }
  }

  private void step(PersistentMap<Object, Object> map, SplittableRandom random) {
    Object key = key(random.nextInt(KEYS));
    int number = random.nextInt(1000);
    switch (random.nextInt(16)) {
      case 0, 1 ->
          assertThat(map.put(key, new Cell(number))).isEqualTo(model.put(key, new Cell(number)));
      case 2 -> assertThat(map.put(key, "" + number)).isEqualTo(model.put(key, "" + number));
      case 3, 4, 5, 6 ->
          assertThat(changed(map, key, number)).isEqualTo(changed(model, key, number));
      case 7 -> assertThat(map.remove(key)).isEqualTo(model.remove(key));
      case 8 ->
          assertThat(map.compute(key, (same, value) -> push(value, number)))
              .isEqualTo(model.compute(key, (same, value) -> push(value, number)));
      case 9 ->
          assertThat(map.putIfAbsent(key, new Cell(number)))
              .isEqualTo(model.putIfAbsent(key, new Cell(number)));
      case 10 ->
          assertThat(map.replace(key, new Cell(number)))
              .isEqualTo(model.replace(key, new Cell(number)));
      case 11 ->
          assertThat(map.remove(key, model.getOrDefault(key, "none")))
              .isEqualTo(model.remove(key, model.getOrDefault(key, "none")));
      case 12 -> assertThat(map.containsKey(key)).isEqualTo(model.containsKey(key));
      case 13 -> assertThat(map.mappingCount()).isEqualTo(model.size());
      default -> rare(map, random, number);
    }
  }

  private void rare(PersistentMap<Object, Object> map, SplittableRandom random, int number) {
    int choice = random.nextInt(1000);
    if (choice < 60) {
      map.checkpoint();
      checkpointed = copy(model);
    } else if (choice < 62) {
      map.clear();
      model.clear();
    } else if (choice < 70) {
      map.values().forEach(value -> push(value, number));
      model.values().forEach(value -> push(value, number));
    } else if (choice < 76) {
      map.values().removeIf(value -> value.hashCode() % 5 == 0);
      model.values().removeIf(value -> value.hashCode() % 5 == 0);
    } else if (choice < 80) {
      map.replaceAll((key, value) -> value instanceof Cell ? value : new Cell(number));
      model.replaceAll((key, value) -> value instanceof Cell ? value : new Cell(number));
    } else if (choice < 90) {
      compare(map);
    }
  }

  private static Object changed(Map<Object, Object> map, Object key, int number) {
    return push(map.getOrDefault(key, "none"), number);
  }

  private static Object push(@org.jspecify.annotations.Nullable Object value, int number) {
    if (value instanceof Cell cell) {
      return cell.history.size() < 10 ? cell.push(number) : cell;
    }
    return value == null ? new Cell(number) : value;
  }

  private static Object key(int number) {
    return number % 3 == 0 ? List.of("key", number) : "key" + number;
  }

  private void compare(PersistentMap<Object, Object> map) {
    assertThat(map.mappingCount()).isEqualTo(model.size());
    Set<Object> seen = new HashSet<>();
    for (Iterator<Map.Entry<Object, Object>> all = map.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Object, Object> entry = all.next();
      assertThat(seen.add(entry.getKey())).as("%s comes once", entry.getKey()).isTrue();
      assertThat(entry.getValue()).isEqualTo(model.get(entry.getKey()));
    }
    assertThat(seen).isEqualTo(model.keySet());
  }

  private static Map<Object, Object> copy(Map<Object, Object> map) {
    Map<Object, Object> copy = new HashMap<>();
    map.forEach((key, value) -> copy.put(key, value instanceof Cell cell ? copy(cell) : value));
    return copy;
  }

  private static Cell copy(Cell cell) {
    Cell copy = new Cell(cell.number);
    copy.history.addAll(cell.history);
    return copy;
  }
}
