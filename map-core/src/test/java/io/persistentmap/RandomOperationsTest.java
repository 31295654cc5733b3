package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Guards that the map does what a HashMap does, with copied or live values, whatever checkpoints,
 * images, cleaning, closing and discarding happen in between.
 */
@OnFileSystems({FileSystemKind.DEFAULT, FileSystemKind.XFS})
final class RandomOperationsTest {
  private static final int STEPS = 60_000;

  private final Map<String, String> model = new HashMap<>();
  private Map<String, String> checkpointed = new HashMap<>();

  @FileSystemTest
  void anyOperations_closeAndDiscard_likeHashMap(Path dir) throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("operations"));
    Path file = dir.resolve("random.map");
    for (int life = 0; life < 6; life++) {
      boolean discard = random.nextBoolean();
      try (PersistentMap<String, String> map =
          PersistentMap.builder(String.class, String.class)
              .closeMode(discard ? CloseMode.DISCARD : CloseMode.CHECKPOINT)
              .valueMode(random.nextBoolean() ? ValueMode.COPIED : ValueMode.LIVE)
              .cacheBytes(random.nextBoolean() ? 0 : 100_000)
              .open(file)) {
        compare(map);
        for (int step = 0; step < STEPS; step++) {
          step(map, random);
        }
        compare(map);
        map.store().awaitMaintenance();
        compare(map);
      }
      if (discard) {
        model.clear();
        model.putAll(checkpointed);
      }
      checkpointed = new HashMap<>(model);
    }
  }

  private void step(PersistentMap<String, String> map, SplittableRandom random) {
    String key = "key" + random.nextInt(3000);
    String value = value(random);
    switch (random.nextInt(15)) {
      case 0, 1, 2, 3, 4 -> assertThat(map.put(key, value)).isEqualTo(model.put(key, value));
      case 13 -> {
        map.set(key, value);
        model.put(key, value);
      }
      case 5 -> assertThat(map.remove(key)).isEqualTo(model.remove(key));
      case 6 -> assertThat(map.get(key)).isEqualTo(model.get(key));
      case 7 -> assertThat(map.putIfAbsent(key, value)).isEqualTo(model.putIfAbsent(key, value));
      case 8 -> assertThat(map.replace(key, value)).isEqualTo(model.replace(key, value));
      case 9 ->
          assertThat(map.merge(key, "+", (old, plus) -> old.length() > 500 ? null : old + plus))
              .isEqualTo(
                  model.merge(key, "+", (old, plus) -> old.length() > 500 ? null : old + plus));
      case 10 ->
          assertThat(map.computeIfPresent(key, (k, old) -> old.isEmpty() ? null : k))
              .isEqualTo(model.computeIfPresent(key, (k, old) -> old.isEmpty() ? null : k));
      case 11 -> assertThat(map.containsKey(key)).isEqualTo(model.containsKey(key));
      case 12 ->
          assertThat(map.remove(key, value.isEmpty() ? "" : model.get(key)))
              .isEqualTo(model.remove(key, value.isEmpty() ? "" : model.get(key)));
      default -> rare(map, random);
    }
  }

  private void rare(PersistentMap<String, String> map, SplittableRandom random) {
    int choice = random.nextInt(2000);
    if (choice < 200) {
      map.checkpoint();
      checkpointed = new HashMap<>(model);
    } else if (choice < 203) {
      map.clear();
      model.clear();
    } else if (choice < 206) {
      map.replaceAll((key, value) -> value + "!");
      model.replaceAll((key, value) -> value + "!");
    } else if (choice < 220) {
      compare(map);
    }
  }

  private static String value(SplittableRandom random) {
    return switch (random.nextInt(40)) {
      case 0 -> "";
      case 1 -> "\u20ac".repeat(random.nextInt(2000));
      case 2 -> "x".repeat(random.nextInt(20_000));
      default -> "v".repeat(random.nextInt(200));
    };
  }

  private void compare(PersistentMap<String, String> map) {
    assertThat(map.mappingCount()).isEqualTo(model.size());
    Map<String, String> iterated = new HashMap<>();
    List<String> twice = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          if (iterated.put(key, value) != null) {
            twice.add(key);
          }
        });
    assertThat(twice).isEmpty();
    assertThat(iterated).isEqualTo(model);
  }
}
