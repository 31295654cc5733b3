package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lives a {@link Scenario} again and again, in a process whose system calls are {@link Faults}, and
 * each time lets another one fail with an error number. Says "case OUTCOME" for each, "VIOLATION
 * ..." for what must not be.
 *
 * <p>Arguments: directory, snapshot mode, seed, and how many cases are drawn, 0 for all of them,
 * one after the other.
 */
final class ErrnoChild {
  private static final int EIO = 5;
  private static final int EINTR = 4;
  private static final int ENOMEM = 12;
  private static final int EXDEV = 18;
  private static final int EINVAL = 22;
  private static final int ENOSPC = 28;
  private static final int EOPNOTSUPP = 95;

  /** What the system may lack for now. */
  private static final Map<String, Integer> EXHAUSTED =
      Map.of(
          "EAGAIN", 11, "ENOMEM", ENOMEM, "ENFILE", 23, "EMFILE", 24, "EFBIG", 27, "ENOSPC", ENOSPC,
          "ENOLCK", 37, "ENOBUFS", 105, "EDQUOT", 122);

  /** What is wrong with a path or the rights to it. */
  private static final Map<String, Integer> ACCESS =
      Map.of(
          "EPERM",
          1,
          "ENOENT",
          2,
          "EACCES",
          13,
          "EBUSY",
          16,
          "ENOTDIR",
          20,
          "EROFS",
          30,
          "ENAMETOOLONG",
          36,
          "ELOOP",
          40);

  private static final int COLLECT_EVERY = 10;
  private static final int FAR = 40;

  private static final List<String> SYNCS = List.of("fsync", "fdatasync");
  private static final List<String> ALL =
      List.of(
          "create",
          "open",
          "read",
          "write",
          "clone",
          "rename",
          "truncate",
          "punch",
          "chmod",
          "delete",
          "lock",
          "size",
          "map",
          "fsync",
          "fdatasync");

  /** All that can be repeated when it fails; of the lock, EAGAIN says that somebody has it. */
  private static final List<String> REPEATABLE =
      ALL.stream().filter(call -> !SYNCS.contains(call) && !call.equals("lock")).toList();

  private static final List<String> INTERRUPTIBLE =
      ALL.stream().filter(call -> !call.equals("size") && !call.equals("map")).toList();

  /** What is expected of a life in which a call fails. */
  private enum Expected {
    /** Nobody notices. */
    UNNOTICED,
    /** The caller is told that something is lacking or no access, and calls again; or nobody is. */
    REPEATED,
    /** The store fails for good, and says so. */
    FAILED,
    /** Either of them. */
    ANY
  }

  /**
   * A kind of failure.
   *
   * @param times how many calls fail, one after the other
   */
  private record Fault(
      String call, String name, int what, int times, Scenario.Story story, Expected expected) {
    @Override
    public String toString() {
      return call + " with " + name + (times == 1 ? "" : " " + times + " times") + ", " + story;
    }
  }

  private final FileSystem real = FileSystem.ofPlatform();
  private final Path directory;
  private final SnapshotMode mode;
  private int cases;

  private ErrnoChild(Path directory, SnapshotMode mode) {
    this.directory = directory;
    this.mode = mode;
  }

  public static void main(String[] arguments) throws IOException {
    ChildJvm.endWithParent();
    ErrnoChild child = new ErrnoChild(Path.of(arguments[0]), SnapshotMode.valueOf(arguments[1]));
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
    int drawn = Integer.parseInt(arguments[3]);
    List<Fault> faults = faults();
    Collections.shuffle(faults, new Random(random.nextLong()));
    for (int i = 0; i < drawn; i++) {
      Fault fault = faults.get(random.nextInt(faults.size()));
      child.run(fault, 1 + random.nextInt(FAR));
    }
    if (drawn == 0) {
      for (Fault fault : faults) {
        child.runAtEachCall(fault);
      }
    }
  }

  private static List<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    for (Scenario.Story story : Scenario.Story.values()) {
      add(faults, INTERRUPTIBLE, "EINTR", EINTR, 1, story, Expected.UNNOTICED);
      add(faults, INTERRUPTIBLE, "EINTR", EINTR, 3, story, Expected.UNNOTICED);
      add(
          faults,
          List.of("read", "write"),
          "half of it",
          Faults.SHORT,
          3,
          story,
          Expected.UNNOTICED);
      EXHAUSTED.forEach(
          (name, number) -> {
            add(faults, REPEATABLE, name, number, 1, story, Expected.REPEATED);
            add(faults, REPEATABLE, name, number, 4, story, Expected.REPEATED);
            add(faults, SYNCS, name, number, 1, story, Expected.FAILED);
          });
      ACCESS.forEach(
          (name, number) -> {
            add(faults, REPEATABLE, name, number, 1, story, Expected.REPEATED);
            add(faults, SYNCS, name, number, 1, story, Expected.FAILED);
          });
      add(faults, SYNCS, "EIO", EIO, 1, story, Expected.FAILED);
      add(faults, ALL, "EIO", EIO, 1, story, Expected.ANY);
      add(faults, List.of("clone"), "EINVAL", EINVAL, 1, story, Expected.ANY);
      add(faults, List.of("clone"), "EOPNOTSUPP", EOPNOTSUPP, 1, story, Expected.ANY);
      add(faults, List.of("clone"), "EXDEV", EXDEV, 1, story, Expected.ANY);
      add(faults, List.of("map"), "ENOMEM", ENOMEM, 5, story, Expected.UNNOTICED);
    }
    return faults;
  }

  private static void add(
      List<Fault> faults,
      List<String> calls,
      String name,
      int what,
      int times,
      Scenario.Story story,
      Expected expected) {
    for (String call : calls) {
      faults.add(new Fault(call, name, what, times, story, expected));
    }
  }

  private void runAtEachCall(Fault fault) throws IOException {
    int number = 1;
    while (run(fault, number)) {
      number++;
    }
  }

  /** Returns whether there was such a call. */
  private boolean run(Fault fault, int number) throws IOException {
    Path place = Files.createDirectory(directory.resolve("case" + ++cases));
    Path file = place.resolve("store");
    Scenario scenario = new Scenario(real, file, mode, ValueMode.COPIED, 2 + fault.times);
    Faults.arm(place, List.of(fault.call), number, fault.times, fault.what);
    Throwable failure = null;
    try {
      scenario.run(fault.story);
    } catch (Exception | AssertionError e) {
      failure = e;
    }
    String struck = Faults.struck();
    Faults.disarm();
    String when = fault + ", at " + number;
    try {
      judge(fault, !struck.isEmpty(), scenario, failure);
      scenario.abandon();
      scenario.verifyRecovery(real, when);
      SigkillChild.say("case " + outcome(struck, scenario, failure));
    } catch (AssertionError e) {
      SigkillChild.say(("VIOLATION " + when + ": " + e).replace('\n', ' '));
      scenario.abandon();
    }
    StoreDirectory.delete(place);
    if (cases % COLLECT_EVERY == 0) {
      System.gc(); // memory outside the heap is released only with the objects that own it
    }
    return !struck.isEmpty();
  }

  private static String outcome(String struck, Scenario scenario, @Nullable Throwable failure) {
    if (struck.isEmpty()) {
      return "completed";
    }
    return failure != null
        ? "failed for good, recovered"
        : scenario.refusedCalls() > 0 ? "refused, then repeated" : "unnoticed";
  }

  private void judge(Fault fault, boolean struck, Scenario scenario, @Nullable Throwable failure) {
    if (failure != null && !(failure instanceof StorageFailureException)) {
      throw new AssertionError("ended with " + failure, failure);
    }
    if (failure != null) {
      assertThat(failure)
          .hasMessageContaining(directory.toString())
          .message()
          .containsIgnoringCase("open");
      requireRefusal(scenario.map());
    }
    Predicate<Expected> is = expected -> struck && fault.expected == expected;
    assertThat(is.test(Expected.UNNOTICED) && (failure != null || scenario.refusedCalls() > 0))
        .as("%s, %s refused", failure, scenario.refusedCalls())
        .isFalse();
    assertThat(is.test(Expected.REPEATED) && failure != null).as("%s", failure).isFalse();
    assertThat(is.test(Expected.FAILED) && failure == null).as("the failure of a sync").isFalse();
  }

  private static void requireRefusal(@Nullable PersistentMap<String, String> map) {
    if (map != null) {
      refused(() -> map.get("a"));
      refused(() -> map.put("a", "no"));
      refused(map::checkpoint);
    }
  }

  private static void refused(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(PersistentMapException.class)
        .isInstanceOfAny(StorageFailureException.class, MapClosedException.class);
  }
}
