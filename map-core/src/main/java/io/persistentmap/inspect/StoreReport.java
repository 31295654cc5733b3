package io.persistentmap.inspect;

import io.persistentmap.Snapshots;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a store is, without reading its entries.
 *
 * @param files what the superblocks of the hash file and the snapshots say; those that exist
 * @param others other files of the store that exist
 * @param snapshots which snapshot is the newest
 * @param inUse who has the store open, if somebody has it open for writing
 * @param opens what opening the store would do, for a person
 * @param refusal why opening would be refused, if it would
 * @param remarks what else was found that a careful person would want to know
 * @param state the state that opening would give, if it can be read while others use the store
 */
public record StoreReport(
    List<FileFacts> files,
    List<OtherFile> others,
    Snapshots.Latest snapshots,
    Optional<String> inUse,
    String opens,
    Optional<String> refusal,
    List<String> remarks,
    Optional<StateFacts> state) {
  /** Copies the lists. */
  public StoreReport {
    files = List.copyOf(files);
    others = List.copyOf(others);
    remarks = List.copyOf(remarks);
  }

  /**
   * What the superblocks of a file say.
   *
   * @param file the file
   * @param bytes its length
   * @param newest its newest superblock, if one can be read
   * @param older the other superblock, if it can be read
   * @param problem why one of them can't be trusted
   */
  public record FileFacts(
      Path file,
      long bytes,
      Optional<CheckpointFacts> newest,
      Optional<CheckpointFacts> older,
      Optional<String> problem) {}

  /**
   * A file that holds no state.
   *
   * @param file the file
   * @param bytes its length
   * @param use what it is for
   */
  public record OtherFile(Path file, long bytes, String use) {}

  /**
   * What a superblock says.
   *
   * @param store which store it is of
   * @param formatVersion version of the file format
   * @param generation counts superblocks
   * @param checkpoint number of the checkpoint
   * @param completed the highest checkpoint known to be durable
   * @param time when the checkpoint was taken
   * @param entries entries at that checkpoint
   * @param closed whether the file was closed
   * @param reflink whether snapshots are what counts after a crash
   */
  public record CheckpointFacts(
      UUID store,
      int formatVersion,
      long generation,
      long checkpoint,
      long completed,
      Instant time,
      long entries,
      boolean closed,
      boolean reflink) {}

  /**
   * A state.
   *
   * @param file what it is read from
   * @param maps the maps
   * @param classes the classes of what is in them
   * @param entries number of entries
   * @param liveBytes bytes of the log that entries need
   * @param logBytes bytes of all segments that hold records
   * @param imageBytes bytes of segments that hold the index image
   * @param freeBytes bytes of segments that are free, or about to be
   * @param replayBytes bytes of log that opening has to replay
   * @param fragmentation the share of the log that entries do not need, from 0 to 1
   */
  public record StateFacts(
      Path file,
      List<MapFacts> maps,
      List<ClassFacts> classes,
      long entries,
      long liveBytes,
      long logBytes,
      long imageBytes,
      long freeBytes,
      long replayBytes,
      double fragmentation) {
    /** Copies the lists. */
    public StateFacts {
      maps = List.copyOf(maps);
      classes = List.copyOf(classes);
    }
  }

  /**
   * A map.
   *
   * @param number its number
   * @param name its name, "" for the one of a store with one map
   * @param keyType declared class of the keys
   * @param valueType declared class of the values
   */
  public record MapFacts(int number, String name, String keyType, String valueType) {}

  /**
   * A class, or one of its shapes if it has changed.
   *
   * @param number its number
   * @param name its name
   * @param layout how its objects are laid out
   * @param fields how many fields
   */
  public record ClassFacts(int number, String name, String layout, int fields) {}
}
