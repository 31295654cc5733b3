package io.persistentmap.store;

import io.persistentmap.CloseMode;
import io.persistentmap.CorruptFileException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.Relocation;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The state of one file, read as opening would read it, for whoever looks into files. Nothing is
 * changed, no class of an entry is loaded, and no lock is taken.
 */
public final class ReadState implements AutoCloseable {
  private final DataFile file;
  private final Store.Parts parts;
  private final Image image;
  private final long replayedBytes;

  private ReadState(DataFile file, Store.Parts parts, Image image, long replayedBytes) {
    this.file = file;
    this.parts = parts;
    this.image = image;
    this.replayedBytes = replayedBytes;
  }

  /**
   * Reads a file.
   *
   * @param superblock one that the file has; the state is that of its checkpoint
   * @throws CorruptFileException if image or log are not as they were written
   * @throws StorageFailureException if the device can't read them
   */
  public static ReadState of(FileSystem files, Path path, Superblock superblock) {
    DataFile file = files.openForRead(path);
    try {
      Store.Parts parts = new Store.Parts(config(files, path), file, superblock);
      Replay replay =
          new Replay(file, superblock, parts.segments, parts.mapping, parts.catalog, parts.indexes);
      Image image = replay.run();
      return new ReadState(file, parts, image, replay.bytes());
    } catch (InternalError e) { // a page of the mapping
      file.close();
      throw new StorageFailureException(
          path + ": can't be read: the device failed, or somebody cut the file short", e);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  private static StoreConfig config(FileSystem files, Path path) {
    return new StoreConfig(
        StoreFiles.of(path),
        SnapshotMode.IN_PLACE,
        CloseMode.DISCARD,
        Duration.ZERO,
        true,
        false,
        null,
        Duration.ZERO,
        Duration.ZERO,
        files);
  }

  /** Returns the superblock of the state. */
  public Superblock superblock() {
    return parts.superblock;
  }

  /** Returns the number of entries. */
  public long entries() {
    return parts.indexes.count();
  }

  /** Says whether the index of a map has that record where it looks for a key with that hash. */
  public boolean names(int map, long hash, long address) {
    return new Relocation(parts.indexes, parts.log, parts.health).mayName(map, hash, address);
  }

  /** Passes on the addresses of the records of all entries of all maps. */
  public void forEachAddress(LongConsumer action) {
    parts.indexes.list().forEach(index -> index.forEachAddress(action));
  }

  /** Returns the segments. */
  public SegmentTable segments() {
    return parts.segments;
  }

  /** Returns the maps and classes. */
  public Catalog catalog() {
    return parts.catalog;
  }

  /** Returns the numbers of the segments of the index image. */
  public List<Integer> imageSegments() {
    return image.segments();
  }

  /** Returns the bytes of log that the image did not cover. */
  public long replayedBytes() {
    return replayedBytes;
  }

  @Override
  public void close() {
    file.close();
  }
}
