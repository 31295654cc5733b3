package io.persistentmap.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.Snapshots;
import io.persistentmap.docs.FileFormatReader.MapContent;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Guards that {@code docs/file-format.md} tells the truth, and enough of it to read a file. */
final class FileFormatTest {
  private static final int KEYS = 20_000;
  private static final int OPERATIONS_PER_CHECKPOINT = 5_000;
  private static final int CHECKPOINTS_PER_LIFE = 60;
  private static final int CHECKPOINTS_PER_LOOK = 15;
  private static final int LARGE = 5 << 20;

  private final SplittableRandom random = new SplittableRandom(TestSeeds.next("format"));
  private final Map<Object, Object> model = new HashMap<>();
  private final Map<Long, Map<Object, Object>> checkpoints = new HashMap<>();

  @FileSystemTest(FileSystemKind.DEFAULT)
  void inPlace_copiedWhileOpenDiscardedAndClosed_readAsModel(Path dir) throws Exception {
    Path file = dir.resolve("format.map");
    checkpoints.put(0L, Map.of());
    try (PersistentMap<Object, Object> map = open(file, SnapshotMode.IN_PLACE, CloseMode.DISCARD)) {
      compare(copy(file));
      for (int i = 1; i <= CHECKPOINTS_PER_LIFE; i++) {
        run(map);
        if (i % CHECKPOINTS_PER_LOOK == 0) {
          operate(map);
          compare(copy(file));
        }
      }
      awaitImageAndCleaner(map);
      operate(map);
    }
    assertThat(compare(file).hasImage()).isTrue();
    closeAndCompare(file, SnapshotMode.IN_PLACE);
  }

  @FileSystemTest(FileSystemKind.XFS)
  void reflink_snapshotsWhileOpenAndClosedFile_readAsModel(Path dir) throws Exception {
    Path file = dir.resolve("format.map");
    checkpoints.put(0L, Map.of());
    try (PersistentMap<Object, Object> map = open(file, SnapshotMode.REFLINK, CloseMode.DISCARD)) {
      for (int i = 1; i <= CHECKPOINTS_PER_LIFE; i++) {
        run(map);
        if (i % CHECKPOINTS_PER_LOOK == 0) {
          operate(map);
          compareSnapshots(file);
        }
      }
      awaitImageAndCleaner(map);
    }
    compareSnapshots(file);
    closeAndCompare(file, SnapshotMode.REFLINK);
    compareSnapshots(file);
  }

  /** What a process wrote behind its last checkpoint must not count, once the log has gone on. */
  @FileSystemTest({FileSystemKind.DEFAULT, FileSystemKind.XFS})
  void crashedAgainAndAgain_leftoversDoNotCount(Path dir, FileSystemKind kind) throws Exception {
    Path file = dir.resolve("format.map");
    SnapshotMode mode = kind == FileSystemKind.XFS ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    checkpoints.put(0L, Map.of());
    for (int life = 0; life < 6; life++) {
      try (PersistentMap<Object, Object> map = open(file, mode, CloseMode.DISCARD)) {
        model.clear();
        model.putAll(checkpoints.get(map.stats().checkpoint()));
        operate(map);
        if (life > 0) { // the first ends before there is a checkpoint
          checkpoint(map);
          compare(mode == SnapshotMode.IN_PLACE ? copy(file) : newestSnapshot(file));
        }
        for (int i = random.nextInt(12); i >= 0; i--) {
          operate(map);
        }
        map.put("large0", large());
        Thread.sleep(100); // so that what is full gets to the file
      }
    }
  }

  private static Path newestSnapshot(Path file) {
    Path even = file.resolveSibling(file.getFileName() + ".even");
    Path odd = file.resolveSibling(file.getFileName() + ".odd");
    return Snapshots.latest(even, odd).path().orElseThrow();
  }

  private PersistentMap<Object, Object> open(Path file, SnapshotMode mode, CloseMode closeMode) {
    return PersistentMap.builder(Object.class, Object.class)
        .allow(Caseless.class)
        .snapshotMode(mode)
        .closeMode(closeMode)
        .open(file);
  }

  /** Opens what was discarded, works on it, closes it, and reads it. */
  private void closeAndCompare(Path file, SnapshotMode mode) throws IOException {
    try (PersistentMap<Object, Object> map = open(file, mode, CloseMode.CHECKPOINT)) {
      model.clear();
      model.putAll(checkpoints.get(map.stats().checkpoint()));
      for (int i = 0; i < CHECKPOINTS_PER_LOOK; i++) {
        run(map);
      }
      operate(map);
      checkpoints.put(map.stats().checkpoint() + 1, new HashMap<>(model));
    }
    assertThat(compare(file).isClosed()).isTrue();
  }

  private void run(PersistentMap<Object, Object> map) {
    operate(map);
    checkpoint(map);
  }

  private void checkpoint(PersistentMap<Object, Object> map) {
    checkpoints.put(map.checkpoint().number(), new HashMap<>(model));
  }

  /** The cleaner and the writer of images work beside the map; this gives them reason and time. */
  private void awaitImageAndCleaner(PersistentMap<Object, Object> map) throws Exception {
    for (int i = 0; map.stats().cleanedSegments() == 0 || map.stats().imageBytes() == 0; i++) {
      assertThat(i).as("%s", map.stats()).isLessThan(100);
      Thread.sleep(20);
      run(map);
    }
    run(map);
  }

  // ---- operations ------------------------------------------------------------------------------

  private void operate(PersistentMap<Object, Object> map) {
    for (int i = 0; i < OPERATIONS_PER_CHECKPOINT; i++) {
      Object key = key(random.nextInt(KEYS));
      switch (random.nextInt(20)) {
        case 0, 1 -> remove(map, key);
        case 2 -> {
          Object value = value();
          map.replace(key, value);
          model.replace(key, modelOf(value));
        }
        default -> put(map, key, value());
      }
    }
    operateRarely(map);
  }

  private void operateRarely(PersistentMap<Object, Object> map) {
    switch (random.nextInt(40)) {
      case 0 -> {
        map.clear();
        model.clear();
      }
      case 1, 2, 3 -> put(map, "large" + random.nextInt(2), large());
      case 4 -> remove(map, "large" + random.nextInt(2));
      default -> {}
    }
  }

  private void put(PersistentMap<Object, Object> map, Object key, Object value) {
    map.put(key, value);
    model.put(key, modelOf(value));
  }

  private void remove(PersistentMap<Object, Object> map, Object key) {
    map.remove(key);
    model.remove(key);
  }

  /** A key about which equality decides; as in a HashMap, the first spelling stays. */
  record Caseless(String text) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Caseless that && text.equalsIgnoreCase(that.text);
    }

    @Override
    public int hashCode() {
      return text.toLowerCase(Locale.ROOT).hashCode();
    }
  }

  private Object key(int number) {
    return switch (number % 6) {
      case 0 -> number;
      case 1 -> (long) number;
      case 2 -> "\u20ac" + number;
      case 3 -> new Caseless((random.nextBoolean() ? "key " : "Key ") + number);
      default -> "key " + number;
    };
  }

  private Object value() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextLong();
      case 2, 3 -> bytes(random.nextInt(250));
      case 4 -> "\u20ac".repeat(random.nextInt(60));
      default -> "v".repeat(random.nextInt(250));
    };
  }

  private byte[] large() {
    return bytes(LARGE + random.nextInt(LARGE));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Object modelOf(Object value) {
    return value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
  }

  // ---- comparison ------------------------------------------------------------------------------

  private void compareSnapshots(Path file) throws IOException {
    FileFormatReader.Superblock even = compare(file.resolveSibling(file.getFileName() + ".even"));
    FileFormatReader.Superblock odd = compare(file.resolveSibling(file.getFileName() + ".odd"));
    assertThat(even.checkpoint() % 2).isZero();
    assertThat(Math.abs(even.checkpoint() - odd.checkpoint())).isEqualTo(1);
  }

  private FileFormatReader.Superblock compare(Path file) throws IOException {
    FileFormatReader reader = FileFormatReader.open(file);
    long checkpoint = reader.superblock().checkpoint();
    assertThat(checkpoints).containsKey(checkpoint);
    Map<Object, Object> expected = checkpoints.getOrDefault(checkpoint, Map.of());
    compare(reader.fromImageAndReplay(), expected);
    compare(reader.fromLogAlone(), expected);
    reader.checkUsedSegments();
    return reader.superblock();
  }

  private static void compare(List<MapContent> maps, Map<Object, Object> expected) {
    if (maps.isEmpty()) {
      assertThat(expected).isEmpty();
      return;
    }
    assertThat(maps).hasSize(1);
    MapContent map = maps.get(0);
    assertThat(map.name()).isEmpty();
    assertThat(map.keyClass()).isEqualTo("java.lang.Object");
    assertThat(map.valueClass()).isEqualTo("java.lang.Object");
    assertThat(differences(map.entries(), encoded(expected))).isEmpty();
  }

  private static Map<Object, Object> encoded(Map<Object, Object> entries) {
    Map<Object, Object> encoded = new HashMap<>();
    entries.forEach((key, value) -> encoded.put(encodedKey(key), value));
    return encoded;
  }

  private static Object encodedKey(Object key) {
    return key instanceof Caseless caseless
        ? new EncodedValues.Decoded(Caseless.class.getName(), Map.of(".text", caseless.text))
        : key;
  }

  /** Keys with values that differ; to print all entries would be too much. */
  private static List<Object> differences(Map<Object, Object> one, Map<Object, Object> other) {
    Set<Object> keys = new HashSet<>(one.keySet());
    keys.addAll(other.keySet());
    return keys.stream().filter(key -> !Objects.equals(one.get(key), other.get(key))).toList();
  }

  private static Path copy(Path file) throws IOException {
    Path copy = file.resolveSibling("copy.map");
    return Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
  }
}
