package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
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
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Guards the promise against the loss of power at any moment, whatever the device did with what it
 * was not asked to flush: wrote it, lost it, wrote it in another order, tore it. So a sync that is
 * missing anywhere shows here.
 *
 * <p>The life of a map on XFS, Btrfs and ext4 is recorded at the level of the device; then images
 * of the device are built, mounted and opened. Some tens by default; {@code ./torture} runs
 * thousands.
 */
final class CrashImageTest {
  private static final String SUITE = "images";
  private static final int IMAGES = 16;
  private static final int IMAGES_OF_A_LIFE = 250;
  private static final double SHARE = 1 / 3.0;
  private static final int CLEAN_EVERY = 4;

  @FileSystemTest(XFS)
  void crash_xfsWithSnapshots_lastOrInFlight(Path scratch) throws IOException {
    crashAgainAndAgain(scratch, XFS, SnapshotMode.REFLINK);
  }

  @FileSystemTest(XFS)
  void crash_btrfsWithSnapshots_lastOrInFlight(Path scratch) throws IOException {
    crashAgainAndAgain(scratch, BTRFS, SnapshotMode.REFLINK);
  }

  @FileSystemTest(XFS)
  void crash_ext4InPlace_lastOrInFlight(Path scratch) throws IOException {
    crashAgainAndAgain(scratch, EXT4, SnapshotMode.IN_PLACE);
  }

  /** Guards this very test: without syncs, it must find that checkpoints are lost. */
  @FileSystemTest(XFS)
  void crash_withoutSyncs_isFound(Path scratch) throws IOException {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("CrashImageTest.withoutSyncs"));
    FileSystem careless =
        FaultyFileSystem.omitting(FileSystem.ofPlatform(), FaultyFileSystem.SYNCS);
    for (SnapshotMode mode : List.of(SnapshotMode.REFLINK, SnapshotMode.IN_PLACE)) {
      Life life = Life.record(scratch, XFS, mode, careless, random.nextLong());
      List<String> found = new ArrayList<>();
      life.crash(IMAGES, random, (survivors, problem) -> found.add(String.valueOf(problem)));
      assertThat(found).as("%s without syncs", mode).anyMatch(problem -> !problem.equals("null"));
    }
  }

  private static void crashAgainAndAgain(Path scratch, FileSystemKind kind, SnapshotMode mode)
      throws IOException {
    LoopFileSystem.require(kind);
    SplittableRandom random = new SplittableRandom(TestSeeds.next("CrashImageTest." + kind));
    Torture torture =
        Torture.begin(SUITE, SHARE, IMAGES, "crash image of the device", kind + ", " + mode);
    while (torture.goesOn()) {
      long seed = random.nextLong();
      Life life = Life.record(scratch, kind, mode, FileSystem.ofPlatform(), seed);
      int images = Torture.isLong(SUITE) ? IMAGES_OF_A_LIFE : IMAGES;
      life.crash(
          images,
          random.split(),
          (survivors, problem) -> {
            torture.count(survivors.toString());
            if (problem != null) {
              torture.violation("life " + seed + ": " + problem);
            }
            return torture.goesOn();
          });
    }
    torture.end();
  }

  /** What becomes of the result of a crash; returns whether there is to be another. */
  private interface Verdict {
    boolean pass(CrashImages.Survivors survivors, @Nullable String problem);
  }

  /** A life that was recorded, and can be cut short anywhere. */
  private record Life(
      Path scratch, FileSystemKind kind, SnapshotMode mode, long seed, Path base, Path log) {

    static Life record(
        Path scratch, FileSystemKind kind, SnapshotMode mode, FileSystem files, long seed)
        throws IOException {
      Path backing = scratch.resolve("backing");
      LoopFileSystem.format(kind, backing, kind.smallBytes());
      Path base = Files.copy(backing, scratch.resolve("base"));
      Path log = scratch.resolve("log");
      try (RecordingDisk disk = RecordingDisk.start(backing, log);
          LoopFileSystem mounted = LoopFileSystem.attach(kind, disk.disk())) {
        new RecordedLife(disk, files, mode, seed).run(mounted.root().resolve("store"));
      }
      Files.delete(backing);
      return new Life(scratch, kind, mode, seed, base, log);
    }

    /** Crashes at some moments, in order. */
    void crash(int images, SplittableRandom random, Verdict verdict) throws IOException {
      try (DiskLog disk = DiskLog.read(log);
          CrashImages crashes = new CrashImages(disk, base)) {
        CrashOracle oracle = new CrashOracle(seed, disk.entries());
        for (int moment : moments(disk.entries(), images, random)) {
          oracle.advance(moment);
          CrashImages.Survivors survivors = CrashImages.Survivors.random(random);
          Path image = scratch.resolve("image");
          crashes.crash(moment, survivors, random, image);
          String problem = look(image, oracle, random.nextInt(CLEAN_EVERY) == 0);
          Files.delete(image);
          String what = "crash before " + moment + ", " + survivors + " survive: " + problem;
          if (!verdict.pass(survivors, problem == null ? null : what)) {
            break;
          }
        }
      }
      Files.delete(log);
    }

    /** Any moments, from the first flush after creation began. */
    private static TreeSet<Integer> moments(
        List<DiskLog.Entry> entries, int images, SplittableRandom random) {
      TreeSet<Integer> moments = new TreeSet<>();
      while (moments.size() < Math.min(images, entries.size() / 4)) {
        moments.add(random.nextInt(entries.size()));
      }
      return moments;
    }

    private @Nullable String look(Path image, CrashOracle oracle, boolean goOn) throws IOException {
      try (LoopFileSystem mounted = LoopFileSystem.attach(kind, image)) {
        Path file = mounted.root().resolve("store");
        String problem = open(file, oracle, goOn);
        if (problem == null && goOn) {
          problem = openAgain(file);
        }
        System.gc(); // else the mapping of the file keeps it mounted
        return problem;
      }
    }

    private @Nullable String open(Path file, CrashOracle oracle, boolean goOn) {
      try (PersistentMap<String, byte[]> map =
          PersistentMap.builder(String.class, byte[].class)
              .snapshotMode(mode)
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
        return "not opened: " + e;
      }
    }

    private @Nullable String openAgain(Path file) {
      try (PersistentMap<String, byte[]> map =
          PersistentMap.open(file, String.class, byte[].class)) {
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
