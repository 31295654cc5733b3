package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FailedCalls;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * Guards that one table rules in all threads: the caller's, {@code autoCheckpoint}'s, the flusher's
 * and the cleaner's, which writes images, too. After any error number that may pass, at any call,
 * all goes on, and nothing is lost; after a device's error, every call says so. A sample, or each
 * number with {@code -Dpersistentmap.exhaustive=true}.
 */
@OnFileSystems({EXT4, XFS})
final class FailInEachThreadTest {
  private static final int EIO = 5;
  private static final int SAMPLE = 6;
  private static final int FAR = 60;
  private static final int PATIENCE_SECONDS = 20;

  /** All but the syncs, whose failure is never passing, and the lock. */
  private static final Set<String> CALLS =
      Set.of(
          "open",
          "create",
          "read",
          "size",
          "map",
          "write",
          "clone",
          "rename",
          "truncate",
          "punch",
          "chmod",
          "delete");

  /** Whose calls fail. */
  private enum Caller {
    APPLICATION,
    AUTO_CHECKPOINT,
    FLUSHER,
    CLEANER;

    boolean isThis() {
      String name = Thread.currentThread().getName();
      return switch (this) {
        case APPLICATION -> !name.startsWith("persistentmap ");
        case AUTO_CHECKPOINT -> name.endsWith(" checkpoint");
        case FLUSHER -> name.endsWith(" flusher");
        case CLEANER -> name.endsWith(" cleaner");
      };
    }
  }

  private final FileSystem real = FileSystem.ofPlatform();

  private FaultyFileSystem failing(Caller caller, int errno, int first, int times) {
    AtomicInteger seen = new AtomicInteger();
    return FaultyFileSystem.with(
        real,
        (number, call) -> {
          boolean counts = CALLS.contains(call.operation()) && caller.isThis();
          int count = counts ? seen.incrementAndGet() : 0;
          return count >= first && count < first + times
              ? FailedCalls.of(call.toString(), errno)
              : null;
        });
  }

  @FileSystemTest
  void fail_callerFlusherCleaner_passingGoesOnOtherFails(Path directory, FileSystemKind kind)
      throws IOException {
    SplittableRandom random =
        new SplittableRandom(TestSeeds.next("FailInEachThreadTest." + kind + ".threads"));
    for (Caller caller : List.of(Caller.APPLICATION, Caller.FLUSHER, Caller.CLEANER)) {
      for (int errno : numbers(random)) {
        Path place = Files.createDirectory(directory.resolve(caller + "-" + errno));
        FaultyFileSystem files = failing(caller, errno, 1 + random.nextInt(FAR), 1);
        Scenario scenario =
            new Scenario(files, place.resolve("store"), mode(kind), ValueMode.COPIED, 2);
        RuntimeException failure = null;
        try {
          scenario.run(Scenario.Story.GARBAGE);
        } catch (RuntimeException e) {
          failure = e;
        }
        String when = caller + ", " + files.struckCall() + ", number " + errno;
        if (errno == EIO && files.hasStruck()) {
          assertThat(failure).as(when).isInstanceOf(StorageFailureException.class);
        } else {
          assertThat(failure).as(when).isNull();
        }
        scenario.abandon();
        files.endProcess();
        scenario.verifyRecovery(real, when);
        StoreDirectory.delete(place);
      }
    }
  }

  @FileSystemTest
  void fail_autoCheckpoint_passingGoesOnByItself(Path directory, FileSystemKind kind)
      throws Exception {
    SplittableRandom random =
        new SplittableRandom(TestSeeds.next("FailInEachThreadTest." + kind + ".auto"));
    for (int errno : numbers(random)) {
      Path place = Files.createDirectory(directory.resolve("auto-" + errno));
      Path file = place.resolve("store");
      int first = 1 + random.nextInt(FAR);
      FaultyFileSystem files = failing(Caller.AUTO_CHECKPOINT, errno, first, 3);
      Map<String, String> expected = new HashMap<>();
      if (errno == EIO) {
        failForGood(open(files, file, kind), files);
      } else {
        try (PersistentMap<String, String> map = open(files, file, kind)) {
          for (int i = 0; !files.hasStruck() || i < 100; i++) {
            map.put("key" + i % 50, "value" + i);
            expected.put("key" + i % 50, "value" + i);
            Thread.sleep(1);
          }
          awaitCheckpoint(map);
          expected.put("one", "more");
          assertThat(new HashMap<>(map)).as(files.struckCall()).isEqualTo(expected);
        }
        try (PersistentMap<String, String> map = open(real, file, kind)) {
          assertThat(new HashMap<>(map)).as(files.struckCall()).isEqualTo(expected);
        }
      }
      StoreDirectory.delete(place);
    }
  }

  private static void failForGood(PersistentMap<String, String> map, FaultyFileSystem files)
      throws InterruptedException {
    map.put("key", "value");
    for (int i = 0; !files.hasStruck(); i++) {
      map.put("key" + i, "value");
      Thread.sleep(1);
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (isUsable(map) && System.nanoTime() < end) {
      Thread.sleep(1);
    }
    refused(() -> map.get("key"));
    refused(() -> map.put("key", "no"));
    refused(map::checkpoint);
    refused(map::close);
  }

  private static boolean isUsable(PersistentMap<String, String> map) {
    try {
      return map.get("key") != null;
    } catch (StorageFailureException e) {
      return false;
    }
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(StorageFailureException.class);
  }

  private static void awaitCheckpoint(PersistentMap<String, String> map)
      throws InterruptedException {
    long before = map.stats().checkpoint();
    map.put("one", "more");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (map.stats().checkpoint() == before && System.nanoTime() < end) {
      Thread.sleep(1);
    }
    assertThat(map.stats().checkpoint()).isGreaterThan(before);
  }

  private static PersistentMap<String, String> open(
      FileSystem files, Path file, FileSystemKind kind) {
    return FaultInjection.into(
            PersistentMap.builder(String.class, String.class)
                .snapshotMode(mode(kind))
                .autoCheckpoint(Duration.ofMillis(1)),
            files)
        .open(file);
  }

  private static SnapshotMode mode(FileSystemKind kind) {
    return kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
  }

  /** Some, or all, of those that may pass, and one that does not. */
  private static List<Integer> numbers(SplittableRandom random) {
    List<Integer> numbers = new ArrayList<>(FailedCalls.repeatable().values());
    while (numbers.size() > SAMPLE && !Boolean.getBoolean("persistentmap.exhaustive")) {
      numbers.remove(random.nextInt(numbers.size()));
    }
    numbers.add(EIO);
    return numbers;
  }
}
