package io.persistentmap.testing;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A disk, {@code src/test/c/recording-disk.c}, that notes every write, every flush, and every mark
 * that the test makes, in order: from its log each image can be rebuilt that the disk could have
 * had at a loss of power.
 */
public final class RecordingDisk implements Closeable {
  private static final long PATIENCE_SECONDS = 10;
  private static final long PAUSE_MILLIS = 5;

  private final Process process;
  private final Path root;
  private final Path log;

  private RecordingDisk(Process process, Path root, Path log) {
    this.process = process;
    this.root = root;
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param backing the file that holds its bytes
   * @param log where it notes what happens
   */
  public static RecordingDisk start(Path backing, Path log) throws IOException {
    Path program = CSources.fuseProgram("recording-disk");
    Path root = LoopFileSystem.newRoot("DISK");
    Process process =
        new ProcessBuilder(program.toString(), backing.toString(), log.toString(), root.toString())
            .inheritIO()
            .start();
    RecordingDisk disk = new RecordingDisk(process, root, log);
    OpenMounts.add(disk);
    disk.awaitMounted();
    return disk;
  }

  private void awaitMounted() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(disk())) {
      if (!process.isAlive() || System.nanoTime() > end) {
        close();
        throw new IOException("recording-disk did not mount " + root);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The disk, as a file. */
  public Path disk() {
    return root.resolve("disk");
  }

  /** Notes a text: what was done before is noted before it, what is done later behind it. */
  public void mark(String text) throws IOException {
    Files.write(
        root.resolve("mark"), text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
  }

  /** Where the notes are; complete once the disk is closed. */
  public Path log() {
    return log;
  }

  /** Unmounts it. What is mounted on it must be unmounted before. */
  @Override
  public void close() throws IOException {
    OpenMounts.remove(this);
    LoopFileSystem.removeRoot(root);
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("recording-disk did not end");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
