package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.Commands;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.LoopFileSystem;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Guards what a disk costs that is full for real, to the last block, while a process writes and
 * makes checkpoints: exceptions, and time. It goes on when there is space again, nothing is lost,
 * and if it is killed, full disk or not, its last checkpoint is there, also after the file system
 * has been unmounted, which drops every page that is not on the disk.
 */
final class FullDiskTest {
  private static final String SUITE = "full";
  private static final int TIMES = 3;
  private static final double SHARE = 1 / 3.0;
  private static final int BLOCK_BYTES = 4096;
  private static final int MOST_MILLIS_UNTIL_FULL = 4000;
  private static final int MOST_EPISODES = 3;

  @FileSystemTest(DEFAULT)
  void fill_xfsWithSnapshots_goesOnWhenThereIsSpace() throws Exception {
    fillAgainAndAgain(XFS, SnapshotMode.REFLINK, XFS.smallBytes());
  }

  @FileSystemTest(DEFAULT)
  void fill_btrfsWithSnapshots_goesOnWhenThereIsSpace() throws Exception {
    fillAgainAndAgain(BTRFS, SnapshotMode.REFLINK, 2 * BTRFS.smallBytes());
  }

  @FileSystemTest(DEFAULT)
  void fill_ext4InPlace_goesOnWhenThereIsSpace() throws Exception {
    fillAgainAndAgain(EXT4, SnapshotMode.IN_PLACE, 2 * EXT4.smallBytes());
  }

  private static void fillAgainAndAgain(FileSystemKind kind, SnapshotMode mode, long bytes)
      throws IOException, InterruptedException {
    LoopFileSystem.require(kind);
    long seed = TestSeeds.next("FullDiskTest." + kind);
    SplittableRandom random = new SplittableRandom(seed);
    AtomicInteger noticed = new AtomicInteger();
    Torture torture = Torture.begin(SUITE, SHARE, TIMES, "disk full to the last block", kind, mode);
    try (LoopFileSystem fileSystem = LoopFileSystem.mount(kind, bytes)) {
      Path filler = fileSystem.root().resolve("filler");
      StruckStore store =
          new StruckStore(
              fileSystem.root().resolve("store"), mode, seed, Workload.Values.SMALL, torture);
      while (torture.goesOn()) {
        store.strike(
            child -> {
              noticed.addAndGet(fillForAWhile(child, filler, random));
              child.kill();
              Files.deleteIfExists(filler);
              if (random.nextBoolean()) {
                fileSystem.mountAgain();
              }
            });
      }
    }
    torture.end();
    assertThat(noticed).as("refusals for want of space").hasPositiveValue();
  }

  /**
   * Returns how often the child said that the disk is full. Each time but perhaps the last it must
   * go on.
   */
  private static int fillForAWhile(ChildJvm child, Path filler, SplittableRandom random)
      throws IOException, InterruptedException {
    int episodes = 1 + random.nextInt(MOST_EPISODES);
    for (int i = 0; i < episodes; i++) {
      fill(filler);
      child.awaitCount("full", child.count("full") + 1, MOST_MILLIS_UNTIL_FULL);
      Thread.sleep(random.nextInt(100));
      if (i < episodes - 1 || random.nextBoolean()) {
        Files.deleteIfExists(filler);
        awaitGoingOn(child, filler.resolveSibling("."));
      }
    }
    return child.count("full");
  }

  private static void awaitGoingOn(ChildJvm child, Path place)
      throws IOException, InterruptedException {
    try {
      child.awaitMore("ack ", child.count("ack "));
    } catch (AssertionError e) {
      String usage = Commands.attempt(List.of("ls", "-ls", place.toString())).output();
      throw new AssertionError(e.getMessage() + ", with these files: " + usage, e);
    }
  }

  /** Not by reserving space: file systems keep back different amounts from that. */
  private static void fill(Path filler) throws IOException {
    byte[] much = new byte[1 << 20];
    byte[] little = new byte[BLOCK_BYTES];
    for (byte[] bytes : new byte[][] {much, little}) {
      try (OutputStream out =
          Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          out.write(bytes);
        }
      } catch (IOException e) {
        if (!String.valueOf(e.getMessage()).contains("No space left")) {
          throw e;
        }
      }
    }
  }
}
