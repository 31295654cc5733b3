package io.persistentmap.crash;

import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.DiskLog;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The images that a disk could have had when the power failed: everything before the last flush,
 * and any part of what came after it, since a device may write that in any order, or not at all.
 *
 * <p>The part before the flush is built front to back in one image; each crash is a clone of it, so
 * the files must be on a file system that clones.
 */
public final class CrashImages implements AutoCloseable {
  private static final FileSystem FILES = FileSystem.ofPlatform();

  private final DiskLog log;
  private final List<DiskLog.Entry> entries;
  private final Path flushed;
  private final FileChannel channel;
  private final int sectorBytes;
  private int applied;

  /**
   * Begins with an image from before the log.
   *
   * @param flushed the image, which this object goes on to write
   * @param sectorBytes what the device writes as a whole or not at all
   */
  CrashImages(DiskLog log, Path flushed, int sectorBytes) throws IOException {
    this.sectorBytes = sectorBytes;
    this.log = log;
    this.entries = log.entries();
    this.flushed = flushed;
    this.channel = FileChannel.open(flushed, StandardOpenOption.WRITE);
  }

  /** Which of the writes since the last flush reach the disk. */
  enum Survivors {
    NONE("nothing unflushed"),
    ALL("all of it"),
    ANY("any of it"),
    ALL_BUT_ONE("all but one write"),
    ONE("one write"),
    /** Any, and each sector of them by itself. */
    TORN("any, torn");

    private static final List<Survivors> ALL_KINDS = List.of(values());

    private final String text;

    Survivors(String text) {
      this.text = text;
    }

    static Survivors random(SplittableRandom random) {
      return ALL_KINDS.get(random.nextInt(ALL_KINDS.size()));
    }

    /**
     * Says whether a change survives.
     *
     * @param isOne whether it is the one that is chosen where one is to survive, or to be lost
     */
    boolean includes(boolean isOne, SplittableRandom random) {
      return switch (this) {
        case NONE -> false;
        case ALL -> true;
        case ONE -> isOne;
        case ALL_BUT_ONE -> !isOne;
        case ANY, TORN -> random.nextBoolean();
      };
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Makes the image of a crash.
   *
   * @param moment the entry of the log before which the power fails; not before earlier ones
   * @param target the image, which must not exist
   */
  void crash(int moment, Survivors survivors, SplittableRandom random, Path target)
      throws IOException {
    int flush = lastFlush(moment);
    for (; applied < flush; applied++) {
      DiskLog.Entry entry = entries.get(applied);
      if (entry.kind() == DiskLog.Kind.WRITE) {
        log.apply(entry, 0, entry.length(), channel);
      }
    }
    cloneFile(flushed, target);
    List<DiskLog.Entry> writes =
        entries.subList(flush, moment).stream()
            .filter(entry -> entry.kind() == DiskLog.Kind.WRITE)
            .toList();
    if (survivors == Survivors.NONE || writes.isEmpty()) {
      return;
    }
    try (FileChannel image = FileChannel.open(target, StandardOpenOption.WRITE)) {
      int one = random.nextInt(writes.size());
      for (int i = 0; i < writes.size(); i++) {
        if (survivors.includes(i == one, random)) {
          apply(writes.get(i), survivors == Survivors.TORN, random, image);
        }
      }
    }
  }

  private void apply(DiskLog.Entry write, boolean torn, SplittableRandom random, FileChannel image)
      throws IOException {
    if (!torn) {
      log.apply(write, 0, write.length(), image);
      return;
    }
    for (int from = 0; from < write.length(); from += sectorBytes) {
      if (random.nextBoolean()) {
        log.apply(write, from, Math.min(sectorBytes, write.length() - from), image);
      }
    }
  }

  private int lastFlush(int moment) {
    int flush = moment;
    while (flush > applied && entries.get(flush - 1).kind() != DiskLog.Kind.FLUSH) {
      flush--;
    }
    return flush;
  }

  /** Makes a file that shares all blocks of another. */
  public static void cloneFile(Path source, Path target) throws IOException {
    try (DataFile from = FILES.openForRead(source);
        DataFile to = FILES.create(target)) {
      if (!to.cloneFrom(from)) {
        throw new IOException("can't clone " + source);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.delete(flushed);
  }
}
