package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.DiskFullException;
import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Guards that a system call which fails costs nothing that was promised: after a full disk the same
 * call works once there is space, and nothing in memory is lost; any other failure fails the map
 * for good, and opening it again gives the last checkpoint or the one in flight. With copied and
 * with live values. A sample of the calls, or all with {@code -Dpersistentmap.exhaustive=true}.
 */
final class FailAtEachCallTest {
  private static final int COLLECT_EVERY = 10;
  private static final int SAMPLE = 8;

  private final FileSystem real = FileSystem.ofPlatform();

  /** Guards that a full disk can be waited out. */
  @FileSystemTest({DEFAULT, XFS, BTRFS})
  void diskFull_atEachCall_sameCallWorksAgain(Path directory, FileSystemKind kind)
      throws IOException {
    atEachCall(
        directory,
        kind,
        "no space at each call, repeated",
        FaultyFileSystem.SPACE_CALLS,
        call -> new DiskFullException("injected at " + call),
        1,
        (life, failure) -> {
          if (failure != null) {
            throw new AssertionError("the repeated call failed: " + failure, failure);
          }
        });
  }

  /** Guards that a full disk leaves a state to recover, too, if the process then ends. */
  @FileSystemTest({DEFAULT, XFS, BTRFS})
  void diskFull_thenCrash_recoversLastOrInFlight(Path directory, FileSystemKind kind)
      throws IOException {
    atEachCall(
        directory,
        kind,
        "no space at each call, then a crash",
        FaultyFileSystem.SPACE_CALLS,
        call -> new DiskFullException("injected at " + call),
        0,
        (life, failure) -> life.faulty().crash());
  }

  /** Guards that nobody goes on working on a store in an unknown state. */
  @FileSystemTest({DEFAULT, XFS, BTRFS})
  void storageFailure_atEachChange_failsForGoodAndRecovers(Path directory, FileSystemKind kind)
      throws IOException {
    storageFailures(directory, kind, "that changes something", FaultyFileSystem.CHANGES);
  }

  /** The same for calls that only look. */
  @FileSystemTest({DEFAULT, XFS})
  void storageFailure_whileLooking_failsForGoodAndRecovers(Path directory, FileSystemKind kind)
      throws IOException {
    storageFailures(directory, kind, "that looks", FaultyFileSystem.LOOKS);
  }

  private void storageFailures(
      Path directory, FileSystemKind kind, String what, Set<String> operations) throws IOException {
    atEachCall(
        directory,
        kind,
        "I/O error at each call " + what,
        operations,
        call -> new StorageFailureException("injected at " + call),
        0,
        (life, failure) -> {
          if (failure instanceof StorageFailureException) {
            requireRefusal(life.scenario().map());
          } else if (failure != null) {
            throw new AssertionError("not the failure that was injected", failure);
          }
        });
  }

  private static void requireRefusal(@Nullable PersistentMap<String, String> map) {
    if (map != null) {
      refused(() -> map.get("a"));
      refused(() -> map.put("a", "no"));
      refused(map::checkpoint);
      refused(() -> map.forEach((key, value) -> {}));
    }
  }

  /** A map that was closed before, or failed while closing, says that it is closed. */
  private static void refused(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfAny(StorageFailureException.class, MapClosedException.class)
        .message()
        .containsIgnoringCase("open");
  }

  private record Life(FaultyFileSystem faulty, Scenario scenario) {}

  private interface Judge {
    void judge(Life life, @Nullable RuntimeException failure);
  }

  private void atEachCall(
      Path directory,
      FileSystemKind kind,
      String faultName,
      Set<String> operations,
      Function<FaultyFileSystem.Call, Throwable> fault,
      int retries,
      Judge judge)
      throws IOException {
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    Torture torture = Torture.begin("calls", 0, 1, faultName, kind, mode);
    for (ValueMode values : List.of(ValueMode.COPIED, ValueMode.LIVE)) {
      for (int number :
          SampledCalls.of(
              "FailAtEachCallTest." + kind,
              directory,
              mode,
              values,
              Scenario.Story.LIFE,
              operations,
              SAMPLE)) {
        Path place = Files.createDirectory(directory.resolve("at" + number));
        FaultyFileSystem faulty = FaultyFileSystem.strikingAt(real, number, operations, fault);
        Path file = place.resolve("store");
        Scenario scenario = new Scenario(faulty, file, mode, values, retries);
        live(faulty, scenario, judge, values, torture);
        StoreDirectory.delete(place);
        if (number % COLLECT_EVERY == 0) {
          System.gc(); // memory outside the heap is released only with the objects that own it
        }
      }
    }
    torture.end();
  }

  private void live(
      FaultyFileSystem faulty, Scenario scenario, Judge judge, ValueMode values, Torture torture) {
    RuntimeException failure = null;
    try {
      scenario.run(Scenario.Story.LIFE);
    } catch (RuntimeException e) {
      failure = e;
    }
    boolean struck = faulty.hasStruck();
    String when = "failure at " + faulty.struckCall() + ", values " + values;
    assertThat(struck || failure == null).as("%s: %s", when, failure).isTrue();
    try {
      judge.judge(new Life(faulty, scenario), failure);
    } catch (AssertionError e) {
      torture.violation(when + ": " + e.getMessage());
    }
    scenario.abandon();
    faulty.endProcess();
    try {
      scenario.verifyRecovery(real, when);
    } catch (AssertionError e) {
      torture.violation(String.valueOf(e.getMessage()));
    }
    torture.count(failure == null ? "went on" : "failed clearly");
  }
}
