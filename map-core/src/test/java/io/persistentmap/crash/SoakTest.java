package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Guards that a process which works on a map for a long time, closing and opening it now and then,
 * takes no more and more of anything: heap, memory off the heap, open files, threads, mappings,
 * disk. And that the map is right all the time.
 */
final class SoakTest {
  private static final String SUITE = "soak";
  private static final int SHORT_SECONDS = 20;
  private static final double SHARE = 0.5;
  private static final long PAUSE_MILLIS = 300;

  /** Sessions until everything has its size. */
  private static final int WARM_UP = 2;

  /** By how much each may grow: a share of what it was, and an amount on top. */
  private static final double GROWTH = 1.3;

  private static final List<Long> TOP =
      List.of(16L << 20, 192L << 20, 2L, 4L, 40L, 64L << 20, Long.MAX_VALUE);

  @FileSystemTest({EXT4, XFS})
  void work_longTime_takesNoMoreAndMore(Path directory, FileSystemKind kind) throws Exception {
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    long seed = TestSeeds.next("SoakTest." + kind);
    Torture torture = Torture.begin(SUITE, SHARE, 1, "soak: 4 threads, sessions", kind, mode);
    int seconds = Torture.isLong(SUITE) ? (int) (Torture.seconds(SUITE) * SHARE) : SHORT_SECONDS;
    List<SoakFigures> figures = new CopyOnWriteArrayList<>();
    Path place = Files.createDirectory(directory.resolve("place"));
    try (ChildJvm child =
        ChildJvm.start(
            SoakChild.class,
            List.of("-Xmx192m"),
            List.of(place.toString(), mode.name(), Long.toString(seed), Integer.toString(seconds)),
            line -> hear(line, figures, torture))) {
      while (child.isAlive() && mode == SnapshotMode.REFLINK) {
        readSnapshots(place, directory.resolve("snapshots"));
        Thread.sleep(PAUSE_MILLIS);
      }
      child.awaitEndWithin(seconds + ChildJvm.PATIENCE_SECONDS);
      if (child.awaitEnd() != 0) {
        torture.violation("seed " + seed + ": " + child.report());
      }
    }
    judge(figures, torture);
    torture.end();
  }

  /**
   * This process reads copies of the snapshots while the child goes on. It can't get both at once,
   * so they may not fit; but each is whole.
   */
  private static void readSnapshots(Path place, Path copy) throws IOException {
    Files.createDirectories(copy);
    for (String name : List.of("store.even", "store.odd")) {
      try {
        CrashImages.cloneFile(place.resolve(name), copy.resolve(name));
      } catch (FileAccessException e) {
        // There is none yet.
      }
    }
    if (!StoreDirectory.files(copy).isEmpty()) {
      try (PersistentMap<String, byte[]> map =
          PersistentMap.builder(String.class, byte[].class)
              .readOnly(true)
              .acceptOlderCheckpoint(true)
              .open(copy.resolve("store"))) {
        assertThat(new HashMap<>(map)).hasSize(map.size());
      }
    }
    StoreDirectory.delete(copy);
  }

  private static void hear(String line, List<SoakFigures> figures, Torture torture) {
    if (SoakFigures.isLine(line)) {
      figures.add(SoakFigures.of(line));
      torture.count("sessions");
    }
  }

  /** The least of the last third is compared with the most of the first. */
  private static void judge(List<SoakFigures> figures, Torture torture) {
    assertThat(figures).hasSizeGreaterThan(WARM_UP);
    int third = Math.max(1, (figures.size() - WARM_UP) / 3);
    List<SoakFigures> first = figures.subList(WARM_UP, WARM_UP + third);
    List<SoakFigures> last = figures.subList(figures.size() - third, figures.size());
    for (int i = 0; i < SoakFigures.NAMES.size(); i++) {
      int index = i;
      long before = first.stream().mapToLong(each -> each.values().get(index)).max().orElseThrow();
      long after = last.stream().mapToLong(each -> each.values().get(index)).min().orElseThrow();
      torture.note(SoakFigures.describe(i, before, after));
      if (after - TOP.get(i) > before * GROWTH) {
        torture.violation(SoakFigures.NAMES.get(i) + " grew from " + before + " to " + after);
      }
    }
  }
}
