package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapException;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.DiskLog;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.LoopFileSystem;
import io.persistentmap.testing.RecordingDisk;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Guards the promise against the loss of power at any moment, whatever the device did with what it
 * was not asked to flush: wrote it, lost it, wrote it in another order, tore it. So a sync that is
 * missing anywhere shows here.
 *
 * <p>Lives of a map on XFS, Btrfs and ext4, in place, with snapshots and portable in any order,
 * some of them killed, are recorded at the level of the device; then images of the device are
 * built, mounted and opened. Some tens by default; {@code ./torture} runs thousands.
 */
final class CrashImageTest {
  private static final String SUITE = "images";
  private static final Workload.Values VALUES = Workload.Values.ALL_SIZES;
  private static final int IMAGES = 16;
  private static final int IMAGES_OF_A_LIFE = 100;
  private static final int LIVES = 2;
  private static final double SHARE = 1 / 3.0;
  private static final int CLEAN_EVERY = 4;

  /** Of so many images, the file system itself may refuse one: that is not about the map. */
  private static final int ONE_REFUSED_OF = 50;

  @FileSystemTest(XFS)
  void crash_xfs_lastOrInFlight(Path scratch) throws IOException {
    crashAgainAndAgain(scratch, XFS);
  }

  @FileSystemTest(XFS)
  void crash_btrfs_lastOrInFlight(Path scratch) throws IOException {
    crashAgainAndAgain(scratch, BTRFS);
  }

  @FileSystemTest(XFS)
  void crash_ext4_lastOrInFlight(Path scratch) throws IOException {
    crashAgainAndAgain(scratch, EXT4);
  }

  /** Guards this very test: without syncs, it must find that checkpoints are lost. */
  @FileSystemTest(XFS)
  void crash_withoutSyncs_isFound(Path scratch) throws IOException {
    long seed = TestSeeds.next("CrashImageTest.withoutSyncs");
    for (Usage usage : Usage.values()) {
      List<String> found = new ArrayList<>();
      Lives lives =
          new Lives(
              scratch,
              XFS,
              List.of(usage),
              files -> FaultyFileSystem.omitting(files, FaultyFileSystem.SYNCS),
              seed);
      lives.crash(
          IMAGES,
          (survivors, problem) -> {
            found.add(String.valueOf(problem));
            return problem == null;
          });
      assertThat(found).as("%s without syncs", usage).anyMatch(problem -> !problem.equals("null"));
    }
  }

  private static void crashAgainAndAgain(Path scratch, FileSystemKind kind) throws IOException {
    LoopFileSystem.require(kind);
    long seed = TestSeeds.next("CrashImageTest." + kind);
    SplittableRandom random = new SplittableRandom(seed);
    String place = kind + ", " + Usage.on(kind);
    Torture torture =
        Torture.begin(SUITE, SHARE, IMAGES, "crash image of the device after lives", place);
    int refused = 0;
    while (torture.goesOn()) {
      Lives lives =
          new Lives(scratch, kind, Usage.on(kind), UnaryOperator.identity(), random.nextLong());
      for (int life = 0; life < LIVES && lives.canGoOn && torture.goesOn(); life++) {
        lives.crash(
            Torture.isLong(SUITE) ? IMAGES_OF_A_LIFE : IMAGES / LIVES,
            (survivors, problem) -> {
              torture.count(survivors.toString());
              if (problem != null) {
                torture.violation("seed " + seed + ", " + problem);
              }
              return torture.goesOn();
            });
      }
      refused += lives.refused;
      assertThat(refused)
          .as("images that %s refuses, beside %s", kind, torture.cases())
          .isLessThanOrEqualTo(Math.max(1, (int) torture.cases() / ONE_REFUSED_OF));
    }
    if (refused > 0) {
      torture.note(refused + " more that the file system itself refuses");
    }
    torture.end();
  }

  /** What becomes of the result of a crash; returns whether there is to be another. */
  private interface Verdict {
    boolean pass(CrashImages.Survivors survivors, @Nullable String problem);
  }

  /**
   * Lives of one map, each of which goes on where a crash in the one before left it: so recovery is
   * cut short by power failures, too.
   */
  private static final class Lives {
    private final Path scratch;
    private final FileSystemKind kind;
    private final List<Usage> usages;
    private final UnaryOperator<FileSystem> calls;
    private final SplittableRandom random;
    private final long seed;
    private @Nullable CrashOracle before;
    private int number;
    private int refused;

    /** Whether there is an image for the next life to begin with. */
    private boolean canGoOn = true;

    Lives(
        Path scratch,
        FileSystemKind kind,
        List<Usage> usages,
        UnaryOperator<FileSystem> calls,
        long seed) {
      this.scratch = scratch;
      this.kind = kind;
      this.usages = usages;
      this.calls = calls;
      this.random = new SplittableRandom(seed);
      this.seed = seed;
    }

    /** Records the next life, and crashes in it at some moments, in order. */
    void crash(int images, Verdict verdict) throws IOException {
      Path backing = scratch.resolve("backing");
      if (number++ == 0) {
        LoopFileSystem.format(kind, backing, 2 * kind.smallBytes());
      } else {
        Files.move(scratch.resolve("chosen"), backing);
      }
      Path base = scratch.resolve("base");
      CrashImages.cloneFile(backing, base);
      Path log = scratch.resolve("log");
      record(backing, log);
      try (DiskLog disk = DiskLog.read(log);
          CrashImages crashes = new CrashImages(disk, base, kind.atomicBytes())) {
        CrashOracle oracle =
            before == null
                ? new CrashOracle(seed, VALUES, disk.entries())
                : new CrashOracle(before, disk.entries());
        crash(crashes, oracle, moments(disk.entries(), images), verdict);
      }
      Files.delete(log);
    }

    private void record(Path backing, Path log) throws IOException {
      try (RecordingDisk disk = RecordingDisk.start(backing, log);
          LoopFileSystem mounted = LoopFileSystem.attach(kind, disk.disk())) {
        CountedWorkload workload = new CountedWorkload(seed, VALUES);
        new RecordedLife(disk, calls, usages, workload, random.split())
            .run(mounted.root().resolve("store"));
      }
      Files.delete(backing);
    }

    private void crash(
        CrashImages crashes, CrashOracle oracle, SortedSet<Integer> moments, Verdict verdict)
        throws IOException {
      int chosen = random.nextInt(moments.size());
      canGoOn = false;
      for (int moment : moments) {
        oracle.advance(moment);
        CrashImages.Survivors survivors = CrashImages.Survivors.random(random);
        Path image = scratch.resolve("image");
        crashes.crash(moment, survivors, random, image);
        boolean isChosen = chosen-- <= 0 && !canGoOn;
        if (isChosen) {
          Files.deleteIfExists(scratch.resolve("chosen"));
          CrashImages.cloneFile(image, scratch.resolve("chosen"));
          before = new CrashOracle(oracle, List.of());
        }
        boolean goOn = random.nextInt(CLEAN_EVERY) == 0;
        String problem;
        try (LoopFileSystem mounted = LoopFileSystem.attach(kind, image)) {
          canGoOn |= isChosen;
          problem = look(mounted.root().resolve("store"), oracle, goOn);
          System.gc(); // else the mapping of the file keeps it mounted
        } catch (LoopFileSystem.RefusedException e) {
          System.out.println(
              kind + " refuses " + survivors + " before " + moment + ": " + e.getMessage());
          refused++;
          continue;
        } finally {
          Files.delete(image);
        }
        String what = "life " + number + " cut before " + moment + ", survives " + survivors + ": ";
        if (!verdict.pass(survivors, problem == null ? null : what + problem)) {
          break;
        }
      }
    }

    /** Any moments. */
    private SortedSet<Integer> moments(List<DiskLog.Entry> entries, int images) {
      SortedSet<Integer> moments = new TreeSet<>();
      while (moments.size() < Math.min(images, entries.size() / 4)) {
        moments.add(random.nextInt(entries.size()));
      }
      return moments;
    }

    private @Nullable String look(Path file, CrashOracle oracle, boolean goOn) {
      String problem = open(file, oracle, goOn);
      return problem == null && goOn ? openAgain(file) : problem;
    }

    private @Nullable String open(Path file, CrashOracle oracle, boolean goOn) {
      Usage usage = Usage.random(usages, random);
      try (PersistentMap<Object, byte[]> map =
          FaultInjection.into(PersistentMap.builder(Object.class, byte[].class), usage.files())
              .allowPackage("io.persistentmap")
              .snapshotMode(usage.snapshotMode())
              .closeMode(CloseMode.DISCARD)
              .cacheBytes(0)
              .open(file)) {
        String problem = oracle.difference(map);
        if (problem == null && goOn) {
          map.put("after", new byte[] {1});
          map.checkpoint();
          map.put("after", new byte[] {2});
        }
        return problem == null ? null : problem + "; " + map.recovery();
      } catch (PersistentMapException e) {
        return "not opened, " + usage + ": " + e;
      }
    }

    private @Nullable String openAgain(Path file) {
      try (PersistentMap<Object, byte[]> map =
          PersistentMap.builder(Object.class, byte[].class)
              .allowPackage("io.persistentmap")
              .open(file)) {
        byte[] after = map.get("after");
        return after != null && after.length == 1 && after[0] == 1
            ? null
            : "what was put after recovery is not there";
      } catch (PersistentMapException e) {
        return "not opened again: " + e;
      }
    }
  }
}
