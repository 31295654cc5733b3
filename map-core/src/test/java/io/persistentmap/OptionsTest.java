package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Guards what the options promise. */
@OnFileSystems({FileSystemKind.EXT4, FileSystemKind.XFS})
final class OptionsTest {
  @FileSystemTest
  void readOnly_closedAndCrashed_lastCheckpointAndNothingChanges(Path dir) throws Exception {
    Path file = dir.resolve("x.map");
    PersistentMapBuilder<String, Integer> discarding =
        PersistentMap.builder(String.class, Integer.class).closeMode(CloseMode.DISCARD);
    try (PersistentMap<String, Integer> map = discarding.open(file)) {
      map.put("key", 1);
      map.checkpoint();
      map.put("key", 2);
    }
    byte[] before = Files.readAllBytes(file);
    try (PersistentMap<String, Integer> map =
            PersistentMap.builder(String.class, Integer.class).readOnly(true).open(file);
        PersistentMap<String, Integer> second =
            PersistentMap.builder(String.class, Integer.class).readOnly(true).open(file)) {
      assertThat(map.get("key")).isEqualTo(1);
      assertThat(second).isEqualTo(map);
      assertThat(map.recovery().wasCrash()).isTrue();
      assertThatThrownBy(() -> map.put("key", 3))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("read-only");
      assertThatThrownBy(map::checkpoint).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> discarding.open(file)).isInstanceOf(FileLockedException.class);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @FileSystemTest
  void readOnly_missingFile_refused(Path dir) {
    assertThatThrownBy(
            () ->
                PersistentMap.builder(String.class, Integer.class)
                    .readOnly(true)
                    .open(dir.resolve("none.map")))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("does not exist");
    assertThat(dir.resolve("none.map")).doesNotExist();
  }

  @FileSystemTest
  void autoCheckpoint_discardingClose_keepsWhatWasThere(Path dir) throws Exception {
    Path file = dir.resolve("x.map");
    try (PersistentMap<String, Integer> map =
        PersistentMap.builder(String.class, Integer.class)
            .autoCheckpoint(Duration.ofMillis(20))
            .closeMode(CloseMode.DISCARD)
            .open(file)) {
      map.put("key", 1);
      Instant end = Instant.now().plusSeconds(20);
      while (map.stats().checkpoint() == 0 && Instant.now().isBefore(end)) {
        Thread.sleep(5);
      }
    }
    try (PersistentMap<String, Integer> map =
        PersistentMap.open(file, String.class, Integer.class)) {
      assertThat(map).containsEntry("key", 1);
    }
  }

  @FileSystemTest
  void snapshotMode_reflink_onlyWhereItWorks(Path dir, FileSystemKind kind) {
    PersistentMapBuilder<String, Integer> builder =
        PersistentMap.builder(String.class, Integer.class).snapshotMode(SnapshotMode.REFLINK);
    if (kind == FileSystemKind.XFS) {
      try (PersistentMap<String, Integer> map = builder.open(dir.resolve("x.map"))) {
        assertThat(map.stats().strategy()).isEqualTo(SnapshotMode.REFLINK);
      }
    } else {
      assertThatThrownBy(() -> builder.open(dir.resolve("x.map")))
          .isInstanceOf(FileAccessException.class)
          .hasMessageContaining("ext")
          .hasMessageContaining("SnapshotMode.AUTO");
    }
  }

  /** As after moving the files between file systems: each way is left whole by the other. */
  @FileSystemTest
  void snapshotMode_changedBetweenCrashes_nothingLost(Path dir) {
    Path file = dir.resolve("x.map");
    SnapshotMode[] modes = {
      SnapshotMode.AUTO, SnapshotMode.IN_PLACE, SnapshotMode.AUTO, SnapshotMode.IN_PLACE
    };
    int expected = 0;
    for (SnapshotMode mode : modes) {
      for (CloseMode closeMode : CloseMode.values()) {
        try (PersistentMap<String, Integer> map =
            PersistentMap.builder(String.class, Integer.class)
                .snapshotMode(mode)
                .closeMode(closeMode)
                .open(file)) {
          assertThat(map.getOrDefault("key", 0)).isEqualTo(expected);
          map.put("key", ++expected);
          map.checkpoint();
          map.put("key", ++expected);
          expected -= closeMode == CloseMode.DISCARD ? 1 : 0;
        }
      }
    }
  }

  @FileSystemTest
  void snapshotFiles_named_used(Path dir, FileSystemKind kind) {
    Path even = dir.resolve("first");
    Path odd = dir.resolve("second");
    try (PersistentMap<String, Integer> map =
        PersistentMap.builder(String.class, Integer.class)
            .snapshotFiles(even, odd)
            .open(dir.resolve("x.map"))) {
      map.put("key", 1);
      map.checkpoint();
    }
    assertThat(Files.exists(even)).isEqualTo(kind == FileSystemKind.XFS);
    assertThat(Files.exists(odd)).isEqualTo(kind == FileSystemKind.XFS);
  }

  @FileSystemTest
  void open_otherTypes_refused(Path dir) {
    Path file = dir.resolve("x.map");
    PersistentMap.open(file, String.class, Integer.class).close();
    assertThatThrownBy(() -> PersistentMap.open(file, Integer.class, Integer.class))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("java.lang.String");
    try (PersistentMap<String, Number> map = PersistentMap.open(file, String.class, Number.class)) {
      assertThat(map).isEmpty();
    }
    try (PersistentMap<Object, Object> map = PersistentMap.open(file)) {
      assertThat(map).isEmpty();
    }
  }

  /** Guards that the longest interval there is means never, and does not end in an open store. */
  @FileSystemTest
  void autoCheckpoint_forever_opens(Path directory) {
    Path file = directory.resolve("forever.map");
    for (int i = 0; i < 2; i++) {
      try (PersistentMap<String, String> map =
          PersistentMap.builder(String.class, String.class)
              .autoCheckpoint(ChronoUnit.FOREVER.getDuration())
              .open(file)) {
        map.put("a", "1");
      }
    }
  }
}
