package io.persistentmap.store;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.Hashing;
import io.persistentmap.index.IndexReplay;
import io.persistentmap.index.Indexes;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.OffHeapMemory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Makes a hash file of entries and of the maps and classes that they refer to, all of them as
 * bytes: what is in them need not be understood. The file has one checkpoint, and is closed.
 *
 * <p>Not thread-safe. The file is nobody's until it is finished: a crash leaves what can be
 * deleted.
 */
public final class StoreBuilder implements AutoCloseable {
  /** Log that opening replays in a few milliseconds. */
  private static final long WORTH_AN_IMAGE = 1 << 20;

  private final FileSystem files;
  private final DataFile file;
  private final UUID store;
  private final long hashSeed = new SecureRandom().nextLong();
  private final Log log;
  private final Catalog catalog = new Catalog(false);
  private final Indexes indexes;
  private final Map<Integer, IndexReplay> entries = new HashMap<>();
  private final Checkpointer checkpointer;
  private final RecordBuffer record = new RecordBuffer();
  private boolean finished;

  private StoreBuilder(FileSystem files, DataFile file, UUID store, long checkpoint) {
    this.files = files;
    this.file = file;
    this.store = store;
    StoreHealth health = new StoreHealth(file.path());
    SegmentTable segments = new SegmentTable(file.path());
    this.log =
        new Log(
            file,
            store,
            segments,
            new SegmentMapping(file),
            health,
            OffHeapMemory::allocateUnzeroed,
            () -> {},
            () -> {});
    this.indexes = new Indexes(log, health);
    SuperblockFile superblocks = new SuperblockFile(file);
    long now = System.currentTimeMillis();
    this.checkpointer =
        new Checkpointer(
            log,
            indexes,
            catalog,
            file,
            superblocks,
            new InPlaceCommits(files, StoreFiles.of(file.path()), file, superblocks),
            health,
            Superblock.create(store, 1, checkpoint - 1, hashSeed, now, Log.START),
            Image.none(Log.START),
            new FoundState(files, file.path(), file, Leftovers.NONE, true),
            new Participants(),
            new Gate(health, indexes.stripes().heldKeys(), Duration.ZERO, Duration.ZERO));
    catalog.attach(log);
  }

  /**
   * Starts a file.
   *
   * @param path where there is none yet
   * @param store the store that it will be of
   * @param checkpoint the number that its checkpoint gets, from 1
   */
  public static StoreBuilder create(FileSystem files, Path path, UUID store, long checkpoint) {
    DataFile file = files.create(path);
    try {
      return new StoreBuilder(files, file, store, checkpoint);
    } catch (Throwable e) {
      file.close();
      files.delete(path);
      throw e;
    }
  }

  /**
   * Adds a map or a class, as its record in another store has it.
   *
   * @param kind of the record
   * @param number of the map or class
   * @param description of it
   */
  public void describe(int kind, int number, byte[] description) {
    long address = log.append(Catalog.record(kind, number, description), 0, 0);
    if (kind == RecordLayout.CATALOG) {
      indexes.add(number);
    }
    catalog.replay(kind, number, new String(description, StandardCharsets.UTF_8), address);
  }

  /**
   * Adds an entry, whose key has not been added before.
   *
   * @param map its number, which has been described
   * @param flags those that the record of the entry needs, whatever store it is in
   * @param bytes the key, and behind it the value
   */
  public void add(int map, int flags, byte[] bytes, int from, int keyLength, int valueLength) {
    record.begin();
    record.writer().writeBytes(bytes, from, keyLength);
    record.endKey();
    record.writer().writeBytes(bytes, from + keyLength, valueLength);
    record.finish(RecordLayout.PUT, map);
    log.awaitRoom();
    long address = log.append(record, 0, flags);
    boolean byEquality = (flags & RecordLayout.BY_EQUALITY) != 0;
    entries
        .computeIfAbsent(map, number -> new IndexReplay(indexes.add(number), hashSeed))
        .add(byEquality, Hashing.hash(hashSeed, bytes, from, keyLength), address);
  }

  /** Completes the file, durably, and closes it. */
  public void finish() {
    if (log.lsn() - Log.START.lsn() > WORTH_AN_IMAGE) {
      checkpointer.offer(ImageWriter.write(file, store, log, catalog, indexes, () -> {}));
    }
    var unused = checkpointer.checkpoint();
    checkpointer.markClean(() -> {});
    file.sync();
    finished = true;
    file.close();
  }

  /** Deletes the file, if it was not finished. */
  @Override
  public void close() {
    if (!finished) {
      file.close();
      files.delete(file.path());
    }
  }
}
