package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Guards the promise itself: a process that is killed with SIGKILL at any moment (at work, while it
 * checkpoints, cleans, opens, recovers or closes) leaves exactly the state of the last successful
 * checkpoint, or of the one that was being made.
 *
 * <p>Half of the processes have live values, the others copied ones. One store lives through all
 * kills of a file system. {@code -Dpersistentmap.kills=1000} for more of them; half are of stores
 * in place, half of stores with snapshots.
 */
@OnFileSystems({EXT4, XFS, BTRFS})
final class SigkillTest {
  private static final int KILLS = Integer.getInteger("persistentmap.kills", 50);
  private static final int PROGRESS_EVERY = 25;
  private static final int MOST_CHECKPOINTS = 60;
  private static final long MOST_WORK_MILLIS = 1500;

  @FileSystemTest
  void kill_anyMoment_recoversLastOrInFlight(Path directory, FileSystemKind kind) throws Exception {
    long seed = TestSeeds.next("SigkillTest." + kind);
    int kills = kind.supportsReflinks() ? (KILLS + 3) / 4 : (KILLS + 1) / 2;
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    Run run = new Run(directory.resolve("store"), seed, mode);
    for (int kill = 1; kill <= kills && run.violations.isEmpty(); kill++) {
      run.killOnce(kill);
      if (kill % PROGRESS_EVERY == 0 && kill < kills) {
        System.out.println("kills " + kind + ": " + kill + " of " + kills + run.size());
      }
    }
    System.out.println(run.summary(kind));
    assertThat(run.violations).as("seed %s, %s", seed, run.files()).isEmpty();
  }

  /** A store, and what is known about it. */
  private static final class Run {
    private final Path file;
    private final long seed;
    private final SnapshotMode mode;
    private final SplittableRandom random;
    private final WorkloadModel model;
    private final List<String> violations = new ArrayList<>();
    private final List<Long> openMillis = new ArrayList<>();
    private int kills;
    private long acknowledged;
    private long previous;
    private int recoveredLast;
    private int recoveredInFlight;

    Run(Path file, long seed, SnapshotMode mode) {
      this.file = file;
      this.seed = seed;
      this.mode = mode;
      this.random = new SplittableRandom(seed);
      this.model = new WorkloadModel(seed);
    }

    void killOnce(int kill) throws Exception {
      int checkpointers = 1 + kill % 2;
      Transcript said = new Transcript(previous);
      try (ChildJvm child =
          ChildJvm.start(
              SigkillChild.class,
              List.of("-Xmx192m"),
              List.of(
                  file.toString(),
                  Long.toString(seed),
                  Long.toString(random.nextLong()),
                  mode.name(),
                  Integer.toString(checkpointers),
                  (kill % 4 < 2 ? ValueMode.AUTO : ValueMode.COPIED).name()),
              said::line)) {
        awaitMoment(child);
        boolean alive = child.isAlive();
        child.kill();
        kills++;
        acknowledged += said.acks;
        if (!alive) {
          violations.add("kill " + kill + ": the child had ended by itself: " + child.report());
        } else {
          verify(kill, said.last, checkpointers);
        }
      }
    }

    /** A part of the kills comes while the child opens or recovers, the others after some work. */
    private void awaitMoment(ChildJvm child) throws InterruptedException {
      child.await("opening");
      if (random.nextInt(4) > 0) {
        child.await("open ");
        child.awaitCount("ack ", random.nextInt(MOST_CHECKPOINTS), MOST_WORK_MILLIS);
        Thread.sleep(random.nextInt(20));
      } else {
        Thread.sleep(random.nextInt(200));
      }
    }

    /**
     * Each thread that makes checkpoints may have made one that it had no time to say. Half of the
     * looks change nothing on disk, so that the next child recovers what this one left.
     */
    private void verify(int kill, long last, int checkpointers) {
      long start = System.nanoTime();
      try (PersistentMap<Object, byte[]> map =
          PersistentMap.builder(Object.class, byte[].class)
              .allowPackage("io.persistentmap")
              .snapshotMode(mode)
              .closeMode(CloseMode.DISCARD)
              .cacheBytes(0)
              .readOnly(kill > 1 && random.nextBoolean())
              .open(file)) {
        openMillis.add((System.nanoTime() - start) / 1_000_000);
        long recovered = map.recovery().checkpoint();
        if (recovered == last) {
          recoveredLast++;
        } else {
          recoveredInFlight++;
        }
        if (recovered < last || recovered > last + checkpointers) {
          violations.add("kill " + kill + ": recovered " + recovered + ", acknowledged " + last);
        }
        previous = recovered;
        for (String difference : model.differences(map)) {
          violations.add("kill " + kill + ": " + map.recovery() + ": " + difference);
        }
      } catch (RuntimeException e) {
        violations.add("kill " + kill + ": acknowledged " + last + ": " + stackOf(e));
      }
    }

    private static String stackOf(Throwable failure) {
      java.io.StringWriter text = new java.io.StringWriter();
      failure.printStackTrace(new java.io.PrintWriter(text));
      return text.toString();
    }

    String size() {
      return ", hash file " + (file.toFile().length() >> 20) + " MiB";
    }

    String files() {
      return file.toString();
    }

    String summary(FileSystemKind kind) {
      List<Long> sorted = openMillis.stream().sorted().toList();
      long median = sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
      long max = sorted.isEmpty() ? 0 : sorted.get(sorted.size() - 1);
      return String.format(
          "| %-8s | %-5s | %5d | %12d | %8d | %9d | %10d | %6d | %6d |",
          mode,
          kind,
          kills,
          acknowledged,
          recoveredLast,
          recoveredInFlight,
          violations.size(),
          median,
          max);
    }
  }

  /** What a child has said so far. */
  private static final class Transcript {
    private long last;
    private int acks;

    Transcript(long last) {
      this.last = last;
    }

    void line(String line) {
      String[] words = line.split(" ", -1);
      if (words.length == 2) {
        last = Math.max(last, Long.parseLong(words[1]));
        acks += words[0].equals("ack") ? 1 : 0;
      }
    }
  }
}
