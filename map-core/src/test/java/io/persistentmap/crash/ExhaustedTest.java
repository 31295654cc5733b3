package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.FaultInjection;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Guards that what is lacking for a while, or away, costs no more than exceptions and time: file
 * descriptors, the heap, a limit of file sizes, the hash file, the rights to its directory.
 */
@OnFileSystems({EXT4, XFS})
final class ExhaustedTest {
  private static final int AWAY_MILLIS = 400;

  private static SnapshotMode mode(FileSystemKind kind) {
    return kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
  }

  private static void run(String what, Path directory, FileSystemKind kind, String heap)
      throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            ExhaustedChild.class,
            List.of(heap, "-XX:-MaxFDLimit"),
            List.of(what, directory.resolve("store").toString(), mode(kind).name()),
            line -> {})) {
      assertThat(child.awaitEnd()).as(child.report()).isZero();
      child.await("done");
    }
  }

  @FileSystemTest
  void descriptors_noneLeftAtACheckpoint_refusedAndRepeated(Path directory, FileSystemKind kind)
      throws Exception {
    if (kind.supportsReflinks()) { // in place a checkpoint opens nothing
      run("descriptors", directory, kind, "-Xmx256m");
    }
  }

  @FileSystemTest
  void heap_fullForAWhile_goesOn(Path directory, FileSystemKind kind) throws Exception {
    run("heap", directory, kind, "-Xmx32m");
  }

  @FileSystemTest
  void fileSize_limitReached_refusedClosedAndOpened(Path directory, FileSystemKind kind)
      throws Exception {
    run("size", directory, kind, "-Xmx512m");
  }

  @FileSystemTest
  void autoCheckpoint_hashFileAwayForAWhile_goesOnByItself(Path directory, FileSystemKind kind)
      throws Exception {
    Path file = directory.resolve("store");
    Path elsewhere = directory.resolve("elsewhere");
    goesOnByItself(
        file,
        kind,
        FileSystem.ofPlatform(),
        away -> {
          if (away) {
            Files.move(file, elsewhere);
          } else {
            Files.move(elsewhere, file);
          }
        });
  }

  @FileSystemTest
  void autoCheckpoint_directoryForbiddenForAWhile_goesOnByItself(
      Path directory, FileSystemKind kind) throws Exception {
    AtomicBoolean forbidden = new AtomicBoolean();
    Set<String> calls = Set.of("create", "open", "rename", "delete", "write");
    FileSystem files =
        FaultyFileSystem.with(
            FileSystem.ofPlatform(),
            (number, call) ->
                forbidden.get() && calls.contains(call.operation())
                    ? new FileAccessException("injected at " + call)
                    : null);
    goesOnByItself(directory.resolve("store"), kind, files, forbidden::set);
  }

  private interface Switch {
    void away(boolean away) throws Exception;
  }

  private static void goesOnByItself(Path file, FileSystemKind kind, FileSystem files, Switch place)
      throws Exception {
    PersistentMapBuilder<String, Integer> builder =
        FaultInjection.into(
            PersistentMap.builder(String.class, Integer.class)
                .snapshotMode(mode(kind))
                .autoCheckpoint(Duration.ofMillis(10)),
            files);
    Map<String, Integer> expected = new HashMap<>();
    try (PersistentMap<String, Integer> map = builder.open(file)) {
      expected.put("a", 1);
      map.put("a", 1);
      map.checkpoint();
      place.away(true);
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AWAY_MILLIS);
      for (int i = 0; System.nanoTime() < end; i++) {
        map.put("b" + i % 100, i);
        expected.put("b" + i % 100, i);
        assertThat(map.get("a")).isEqualTo(1);
        Thread.sleep(1);
      }
      place.away(false);
      map.put("c", 3);
      expected.put("c", 3);
      awaitCheckpoint(map);
      assertThat(new HashMap<>(map)).isEqualTo(expected);
    }
    try (PersistentMap<String, Integer> map = builder.open(file)) {
      assertThat(new HashMap<>(map)).isEqualTo(expected);
      assertThat(map.recovery().wasCrash()).isFalse();
    }
  }

  /** One that began after this call: two more. */
  private static void awaitCheckpoint(PersistentMap<String, Integer> map) throws Exception {
    long before = map.stats().checkpoint();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (map.stats().checkpoint() < before + 1 && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    assertThat(map.stats().checkpoint()).isGreaterThan(before);
  }
}
