package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A store that lives through many crashes: a {@link SigkillChild} works on it until it is struck,
 * and then the store must have the last checkpoint that the child said was successful, or one that
 * was being made, to the last byte. Half of the children have live values, the others copied ones.
 */
final class StruckStore {
  private static final int MOST_CHECKPOINTS = 60;
  private static final long MOST_WORK_MILLIS = 1500;

  private final Path file;
  private final SnapshotMode mode;
  private final long seed;
  private final Workload.Values values;
  private final Torture torture;
  private final SplittableRandom random;
  private final WorkloadModel model;
  private int strikes;
  private long previous;

  StruckStore(Path file, SnapshotMode mode, long seed, Workload.Values values, Torture torture) {
    this.file = file;
    this.mode = mode;
    this.seed = seed;
    this.values = values;
    this.torture = torture;
    this.random = new SplittableRandom(seed);
    this.model = new WorkloadModel(seed, values);
  }

  /** What ends the child, and whatever else; afterwards it is gone. */
  interface Strike {
    void end(ChildJvm child) throws IOException, InterruptedException;
  }

  /** Strikes at some moment: at work, while it checkpoints, cleans, opens, recovers or closes. */
  void strike(Strike strike) throws IOException, InterruptedException {
    strikes++;
    int checkpointers = 1 + strikes % 2;
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
                values.name(),
                (strikes % 4 < 2 ? ValueMode.AUTO : ValueMode.COPIED).name()),
            said::line)) {
      awaitMoment(child);
      boolean alive = child.isAlive();
      strike.end(child);
      if (alive) {
        verify(said.last, checkpointers);
      } else {
        torture.violation(when() + "the child had ended by itself: " + child.report());
      }
    }
  }

  /** A part of the strikes comes while the child opens or recovers, the others after some work. */
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
  private void verify(long last, int checkpointers) {
    try (PersistentMap<Object, byte[]> map =
        PersistentMap.builder(Object.class, byte[].class)
            .allowPackage("io.persistentmap")
            .snapshotMode(mode)
            .closeMode(CloseMode.DISCARD)
            .cacheBytes(0)
            .readOnly(file.toFile().exists() && random.nextBoolean())
            .open(file)) {
      long recovered = map.recovery().checkpoint();
      torture.count(recovered == last ? "last acknowledged" : "in flight");
      if (recovered < last || recovered > last + checkpointers) {
        torture.violation(when() + "recovered " + recovered + ", acknowledged " + last);
      }
      previous = recovered;
      List<String> differences = model.differences(map);
      if (!differences.isEmpty()) {
        torture.violation(when() + map.recovery() + ": " + differences);
      }
    } catch (RuntimeException e) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      torture.violation(when() + "acknowledged " + last + ": " + text);
    }
  }

  private String when() {
    return "seed " + seed + ", strike " + strikes + ": ";
  }

  /** What a child has said so far. */
  private static final class Transcript {
    private long last;

    Transcript(long last) {
      this.last = last;
    }

    void line(String line) {
      String[] words = line.split(" ", -1);
      if (words.length == 2) {
        last = Math.max(last, Long.parseLong(words[1]));
      }
    }
  }
}
