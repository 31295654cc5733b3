package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Guards that a map which is filled without a checkpoint lies in whole huge pages: the blocks of an
 * index image that a newer one has overtaken before any checkpoint named it are given back before
 * the log comes there, and no state that can be recovered misses them.
 */
final class UnnamedImageTest {
  private static final String BULKY = "v".repeat(100_000);

  /** About twenty segments: from there on, single free ones are kept for the log to use again. */
  private static final int FIRST = 800;

  private static final int ALL = 1_600;

  @FileSystemTest(DEFAULT)
  void fill_withoutCheckpoint_blocksOfOvertakenImagesGivenBack(Path directory) throws Exception {
    Path crashed = directory.resolve("crashed");
    FaultyFileSystem recording = FaultyFileSystem.recording(FileSystem.ofPlatform());
    try (PersistentMap<String, String> map =
        FaultInjection.into(PersistentMap.builder(String.class, String.class), recording)
            .open(Files.createDirectory(directory.resolve("whole")).resolve("store"))) {
      fill(map, FIRST);
      map.checkpoint();
      recording.forgetCalls();
      fill(map, ALL);
      assertThat(recording.calls()).extracting(FaultyFileSystem.Call::operation).contains("punch");
      assertThat(map.values()).hasSize(ALL).containsOnly(BULKY);
      StoreDirectory.copy(directory.resolve("whole"), crashed);
    }
    try (PersistentMap<String, String> map =
        PersistentMap.open(crashed.resolve("store"), String.class, String.class)) {
      assertThat(map.values()).hasSize(FIRST).containsOnly(BULKY);
    }
  }

  /** Fills it up to a number of entries, and has each image written when it is due. */
  private static void fill(PersistentMap<String, String> map, int entries)
      throws InterruptedException {
    for (int i = (int) map.mappingCount(); i < entries; i++) {
      map.put("key" + i, BULKY);
      if (i % 10 == 0) {
        FaultInjection.awaitMaintenance(map);
      }
    }
  }
}
