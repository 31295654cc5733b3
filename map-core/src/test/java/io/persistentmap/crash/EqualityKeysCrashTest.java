package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Guards keys about which equality decides through many lives of a store, each ended by closing,
 * discarding, or a crash at a random system call, with images and cleaning in between: after each,
 * all hashes are other ones, and the map is that of the last checkpoint or of the one in flight.
 */
@OnFileSystems({FileSystemKind.DEFAULT, FileSystemKind.XFS})
final class EqualityKeysCrashTest {
  private static final int LIVES = 12;
  private static final int MOST_LIVES = 60;
  private static final int STEPS = 8000;
  private static final int KEYS = 2500;
  private static final int CALLS = 400;

  /** An entry that the map must have: with the key that was put first. */
  private record Entry(Object key, String value) {}

  private final FileSystem real = FileSystem.ofPlatform();
  private Map<String, Entry> model = new TreeMap<>();
  private Map<String, Entry> acknowledged = Map.of();
  private @Nullable Map<String, Entry> inFlight;
  private long checkpoint;
  private int crashes;
  private long cleaned;
  private long images;

  @FileSystemTest
  void lives_endingAnyhow_mapIsThatOfLastCheckpoint(Path dir) throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("equality"));
    Path file = dir.resolve("equality.map");
    for (int life = 0; life < LIVES || (life < MOST_LIVES && !hasSeenAll()); life++) {
      int strike = random.nextInt(3) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(CALLS);
      live(file, random, strike);
      SpelledKey.rehash(random.nextInt());
      recover(file, random);
      SpelledKey.rehash(random.nextInt());
    }
    assertThat(hasSeenAll()).isTrue();
  }

  private boolean hasSeenAll() {
    return crashes > 0 && cleaned > 0 && images > 0;
  }

  // ---- a life ----------------------------------------------------------------------------------

  private void live(Path file, SplittableRandom random, int strike) throws InterruptedException {
    FaultyFileSystem faulty =
        FaultyFileSystem.strikingAt(
            real, strike, FaultyFileSystem.CHANGES, call -> new FaultyFileSystem.SimulatedCrash());
    CloseMode closeMode = random.nextBoolean() ? CloseMode.CHECKPOINT : CloseMode.DISCARD;
    PersistentMap<Object, String> map = null;
    try {
      map = open(faulty, file, closeMode);
      for (int step = random.nextInt(STEPS); step > 0; step--) {
        step(map, random);
      }
      FaultInjection.awaitMaintenance(map);
      cleaned += map.stats().cleanedSegments();
      images += map.stats().imageBytes();
      if (closeMode == CloseMode.CHECKPOINT) {
        inFlight = Map.copyOf(model);
      }
      map.close();
    } catch (FaultyFileSystem.SimulatedCrash e) {
      // What it is all about.
    } catch (RuntimeException e) {
      assertThat(faulty.hasStruck()).as(() -> "call failed: " + e).isTrue();
    }
    crashes += faulty.hasStruck() ? 1 : 0;
    faulty.crash();
    abandon(map);
    faulty.endProcess();
  }

  private static void abandon(@Nullable PersistentMap<Object, String> map) {
    if (map != null) {
      try {
        map.close();
      } catch (Throwable e) {
        // Its system calls fail; what matters is what is on disk.
      }
    }
  }

  private PersistentMap<Object, String> open(FileSystem files, Path file, CloseMode closeMode) {
    return FaultInjection.into(
            PersistentMap.builder(Object.class, String.class)
                .allowPackage("io.persistentmap")
                .allow(SpelledKey.class)
                .closeMode(closeMode),
            files)
        .open(file);
  }

  private void step(PersistentMap<Object, String> map, SplittableRandom random) {
    int number = random.nextInt(KEYS);
    String id = id(number);
    Object key = key(number, random);
    Entry old = model.get(id);
    String oldValue = old == null ? null : old.value;
    String value = random.nextInt() + "v".repeat(random.nextInt(10) == 0 ? 20_000 : 300);
    switch (random.nextInt(8)) {
      case 0 -> {
        assertThat(map.remove(key)).isEqualTo(oldValue);
        model.remove(id);
      }
      case 1 -> {
        assertThat(map.merge(key, value, (present, more) -> null))
            .isEqualTo(oldValue == null ? value : null);
        change(id, key, oldValue == null ? value : null);
      }
      case 2 -> {
        assertThat(map.putIfAbsent(key, value)).isEqualTo(oldValue);
        change(id, key, oldValue == null ? value : oldValue);
      }
      case 3 -> rare(map, random);
      default -> {
        assertThat(map.put(key, value)).isEqualTo(oldValue);
        change(id, key, value);
      }
    }
  }

  private void change(String id, Object key, @Nullable String value) {
    Entry old = model.get(id);
    if (value == null) {
      model.remove(id);
    } else {
      model.put(id, new Entry(old == null ? key : old.key, value));
    }
  }

  private void rare(PersistentMap<Object, String> map, SplittableRandom random) {
    int choice = random.nextInt(1000);
    if (choice < 60) {
      inFlight = Map.copyOf(model);
      checkpoint = map.checkpoint().number();
      acknowledged = inFlight;
      inFlight = null;
    } else if (choice < 63) {
      map.clear();
      model.clear();
    }
  }

  // ---- keys ------------------------------------------------------------------------------------

  private static String id(int number) {
    return switch (number % 3) {
      case 0 -> "spelled " + number;
      case 1 -> "list " + number;
      default -> "string " + number;
    };
  }

  /** Each time spelled anew; what {@code toString} gives is the id. */
  private static Object key(int number, SplittableRandom random) {
    String id = id(number);
    List<Object> parts = List.of(id, number);
    return switch (number % 3) {
      case 0 -> new SpelledKey(id, random.nextInt(1000));
      case 1 -> random.nextBoolean() ? new ArrayList<>(parts) : new CopyOnWriteArrayList<>(parts);
      default -> id;
    };
  }

  private static String idOf(Object key) {
    return key instanceof List<?> list ? (String) list.get(0) : key.toString();
  }

  private static boolean isSame(Object key, Object other) {
    return key.getClass() == other.getClass()
        && key.equals(other)
        && (!(key instanceof SpelledKey spelled)
            || spelled.spelling() == ((SpelledKey) other).spelling());
  }

  // ---- afterwards ------------------------------------------------------------------------------

  private void recover(Path file, SplittableRandom random) {
    CloseMode closeMode = random.nextBoolean() ? CloseMode.CHECKPOINT : CloseMode.DISCARD;
    try (PersistentMap<Object, String> map = open(real, file, closeMode)) {
      long found = map.recovery().checkpoint();
      Map<String, Entry> next = inFlight;
      if (found != checkpoint && next != null) {
        acknowledged = next;
        checkpoint++;
      }
      inFlight = null;
      assertThat(found).as("%s", map.recovery()).isEqualTo(checkpoint);
      model = new TreeMap<>(acknowledged);
      compare(map, random);
    }
    checkpoint = numberOf(file);
  }

  /** Closing may have made a checkpoint of the same state, with a new image. */
  private static long numberOf(Path file) {
    try (PersistentMap<Object, String> map =
        PersistentMap.builder(Object.class, String.class)
            .allowPackage("io.persistentmap")
            .readOnly(true)
            .open(file)) {
      return map.recovery().checkpoint();
    }
  }

  private void compare(PersistentMap<Object, String> map, SplittableRandom random) {
    assertThat(map).hasSize(model.size());
    List<String> wrong = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          Entry expected = model.get(idOf(key));
          if (expected == null || !isSame(key, expected.key) || !value.equals(expected.value)) {
            wrong.add(key + "=" + value.substring(0, 10) + ", not " + expected);
          }
        });
    for (int number = 0; number < KEYS; number++) {
      Entry expected = model.get(id(number));
      String value = map.get(key(number, random));
      if (!Objects.equals(value, expected == null ? null : expected.value)) {
        wrong.add(id(number) + ": got " + value);
      }
    }
    assertThat(wrong).isEmpty();
  }
}
