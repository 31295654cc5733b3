package io.persistentmap.crash;

import static io.persistentmap.crash.ClosedMaps.full;
import static io.persistentmap.crash.ClosedMaps.openObjects;
import static io.persistentmap.crash.ClosedMaps.openStrings;
import static io.persistentmap.crash.ClosedMaps.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.FileLockedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.UnstorableException;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guards that a store whose closing failed is neither lost nor locked for ever. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FailedClosesTest {
  @TempDir Path dir;

  private final FileSystem real = FileSystem.ofPlatform();

  // ---- a store whose closing failed
  // --------------------------------------------------------------

  /** Guards that a map which try-with-resources could not close leaves its store usable. */
  @Test
  void open_afterCloseFailedInTryWithResources_hasEverything() {
    AtomicBoolean full = new AtomicBoolean();
    Path file = dir.resolve("store");
    assertThatThrownBy(
            () -> {
              try (PersistentMap<String, String> map = strings(full(full)).open(file)) {
                map.put("a", "1");
                full.set(true);
              }
            })
        .isInstanceOf(DiskFullException.class);
    assertThatThrownBy(() -> openStrings(file))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("PersistentMap.discard(path)");
    full.set(false);
    try (PersistentMap<Object, Object> map = PersistentMap.open(file)) { // of other types
      assertThat(map).isEqualTo(Map.of("a", "1"));
    }
  }

  /** Guards that a store is found by each of its names. */
  @Test
  void open_afterCloseFailed_byLinkOrRelativePath_takesOver() throws Exception {
    for (String way : List.of("symbolic", "dotted")) {
      AtomicBoolean full = new AtomicBoolean();
      Path file = dir.resolve(way);
      PersistentMap<String, String> map = strings(full(full)).open(file);
      map.put("a", "1");
      full.set(true);
      assertThatThrownBy(map::close).isInstanceOf(DiskFullException.class);
      full.set(false);
      Files.createDirectories(dir.resolve("x"));
      Path other =
          way.equals("symbolic")
              ? Files.createSymbolicLink(dir.resolve("link"), file)
              : dir.resolve("x/../" + way);
      try (PersistentMap<String, String> again = openStrings(other)) {
        assertThat(again).as(way).isEqualTo(Map.of("a", "1"));
      }
    }
  }

  /** Guards that only maps whose close failed are given up. */
  @Test
  void discard_openOrNoMap_false() {
    Path file = dir.resolve("store");
    try (PersistentMap<String, String> map = openStrings(file)) {
      map.put("a", "1");
      assertThat(PersistentMap.discard(file)).isFalse();
      assertThat(map.get("a")).isEqualTo("1");
      assertThatThrownBy(() -> openStrings(file)).isInstanceOf(FileLockedException.class);
    }
    assertThat(PersistentMap.discard(file)).isFalse();
    assertThat(PersistentMap.discard(dir.resolve("nothing"))).isFalse();
  }

  /** Guards a store whose file is gone: nothing can be saved, and only discarding leads on. */
  @Test
  void open_afterCloseFailedForDeletedFile_discardIsTheWayOut() throws Exception {
    Path file = dir.resolve("store");
    PersistentMap<String, String> map =
        PersistentMap.builder(String.class, String.class)
            .snapshotMode(SnapshotMode.IN_PLACE)
            .open(file);
    map.put("a", "1");
    Files.delete(file);
    assertThatThrownBy(map::close).isInstanceOf(FileAccessException.class);
    assertThatThrownBy(() -> openStrings(file))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("PersistentMap.discard(path)");
    assertThat(map.get("a")).isEqualTo("1");
    assertThat(PersistentMap.discard(file)).isTrue();
    try (PersistentMap<String, String> again = openStrings(file)) {
      assertThat(again).isEmpty();
    }
  }

  /** Guards that a value which can't be written keeps its map, until it can or is removed. */
  @Test
  void close_unstorableValue_staysOpenAndIsTakenOver() {
    Path file = dir.resolve("store");
    PersistentMap<String, Object> map = openObjects(real, file);
    List<Object> list = new ArrayList<>(List.of("fine"));
    map.put("a", list);
    map.put("b", "other");
    list.add(new Thread("not storable"));
    assertThatThrownBy(map::close).isInstanceOf(UnstorableException.class);
    assertThatThrownBy(() -> openObjects(real, file))
        .isInstanceOf(UnstorableException.class)
        .hasMessageContaining("PersistentMap.discard(path)");
    list.remove(1);
    try (PersistentMap<String, Object> again = openObjects(real, file)) {
      assertThat(again).isEqualTo(Map.of("a", List.of("fine"), "b", "other"));
    }
  }
}
