package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.FileAccessException;
import io.persistentmap.FileLockedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.PortableFiles;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Path;

/** Guards that a store lives through everything where there is no JNA and no Linux. */
final class PortableFileSystemTest {
  private final FileSystem portable = PortableFiles.create();

  /** The same life, and the same promise, as with the system calls of Linux. */
  @FileSystemTest({DEFAULT, XFS})
  void cycle_createToRecovery_sameAsOnLinux(Path directory) {
    Path file = directory.resolve("store");
    Scenario scenario =
        new Scenario(portable, file, SnapshotMode.IN_PLACE, ValueMode.COPIED, false);
    scenario.run();
    scenario.verifyRecovery(portable, "portable");
    try (PersistentMap<String, String> map = builder(FileSystem.ofPlatform()).open(file)) {
      assertThat(map.get("before")).as("read with the system calls of Linux").isEqualTo("close");
      map.put("on", "Linux");
    }
    try (PersistentMap<String, String> map = builder(portable).open(file)) {
      assertThat(map.get("on")).isEqualTo("Linux");
    }
  }

  @FileSystemTest({DEFAULT, XFS})
  void open_storeWithSnapshotsThatCrashed_recovers(Path directory) {
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map =
        builder(FileSystem.ofPlatform()).closeMode(CloseMode.DISCARD).open(file)) {
      map.put("a", "1");
      map.checkpoint();
      map.put("a", "2");
      map.checkpoint();
      map.put("a", "lost");
    }
    for (int i = 2; i < 4; i++) {
      try (PersistentMap<String, String> map =
          builder(portable).closeMode(CloseMode.DISCARD).open(file)) {
        assertThat(map.recovery().wasCrash()).isTrue();
        assertThat(map.get("a")).isEqualTo(Integer.toString(i));
        map.put("a", Integer.toString(i + 1));
        map.checkpoint();
        map.put("a", "lost");
      }
    }
    try (PersistentMap<String, String> map = builder(FileSystem.ofPlatform()).open(file)) {
      assertThat(map.get("a")).isEqualTo("4");
    }
  }

  @FileSystemTest({DEFAULT, XFS})
  void open_twice_refused(Path directory) {
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map = builder(portable).open(file)) {
      assertThatThrownBy(() -> builder(portable).open(file))
          .isInstanceOf(FileLockedException.class);
      map.put("a", "1");
    }
    try (PersistentMap<String, String> map = builder(portable).readOnly(true).open(file)) {
      assertThat(map.get("a")).isEqualTo("1");
    }
  }

  @FileSystemTest(XFS)
  void open_reflink_refused(Path directory) {
    assertThatThrownBy(
            () ->
                builder(portable)
                    .snapshotMode(SnapshotMode.REFLINK)
                    .open(directory.resolve("store")))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("clone");
  }

  private static PersistentMapBuilder<String, String> builder(FileSystem files) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files);
  }
}
