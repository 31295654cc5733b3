package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.PortableFiles;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Guards that interrupts change nothing: every call does its work, and keeps the flag. */
final class ThreadInterruptTest {
  private static final String LARGE = "x".repeat(1 << 20);
  private static final int LARGE_VALUES = 10;

  @FileSystemTest({DEFAULT, XFS})
  void interrupted_allCalls_work(Path directory) {
    requireAllCalls(FileSystem.ofPlatform(), directory.resolve("store"));
  }

  @FileSystemTest({DEFAULT, XFS})
  void interrupted_allCallsPortable_work(Path directory) {
    requireAllCalls(PortableFiles.create(), directory.resolve("store"));
  }

  private static void requireAllCalls(FileSystem files, Path file) {
    Map<String, String> expected = new HashMap<>();
    Thread.currentThread().interrupt();
    try {
      try (PersistentMap<String, String> map = open(files, file)) {
        requireFlag("open");
        expected.put("a", "1");
        map.put("a", "1");
        for (int i = 0; i < LARGE_VALUES; i++) {
          expected.put("large" + i, i + LARGE);
          map.put("large" + i, i + LARGE);
        }
        requireFlag("put");
        assertThat(map.get("a")).isEqualTo("1");
        assertThat(map.compute("a", (key, value) -> value + "2")).isEqualTo("12");
        expected.put("a", "12");
        requireFlag("get and compute");
        long number = map.checkpoint().number();
        requireFlag("checkpoint");
        assertThat(number).isPositive();
        assertThat(new HashMap<>(map)).isEqualTo(expected);
        requireFlag("iterate");
        map.remove("large1");
        expected.remove("large1");
      }
      requireFlag("close");
      try (PersistentMap<String, String> map = open(files, file)) {
        assertThat(new HashMap<>(map)).isEqualTo(expected);
        requireFlag("read");
      }
    } finally {
      assertThat(Thread.interrupted()).as("interrupt flag at the end").isTrue();
    }
  }

  private static void requireFlag(String call) {
    assertThat(Thread.currentThread().isInterrupted()).as("flag after %s", call).isTrue();
  }

  private static PersistentMap<String, String> open(FileSystem files, Path file) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files)
        .cacheBytes(0)
        .open(file);
  }
}
