package io.persistentmap.store;

import io.persistentmap.Checkpoint;
import io.persistentmap.CloseMode;
import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.Recovery;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.Stats;
import io.persistentmap.StorageFailureException;
import io.persistentmap.UnstorableException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.index.Indexes;
import io.persistentmap.index.Operation;
import io.persistentmap.index.OperationPool;
import io.persistentmap.index.OverdueKeys;
import io.persistentmap.index.Relocation;
import io.persistentmap.index.Stripes;
import io.persistentmap.log.Log;
import io.persistentmap.log.Segment;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.OffHeapMemory;
import io.persistentmap.platform.StackReserve;

/**
 * An open store: the log and the indexes of its maps, checkpoints, and the work in the background
 * (writing full segments, cleaning, images). Thread-safe.
 */
public final class Store {
  /**
   * A new image is due when the log since the last one exceeds the index's size that many times,
   */
  private static final long IMAGE_EVERY_INDEX_SIZES = 4;

  /** or this, so that replay takes about a second at most, */
  private static final long LONG_REPLAY = 128L << 20;

  /** but not before it exceeds the index's size by half: else images would be most of the work. */
  private static final double LEAST_INDEX_SIZES = 1.5;

  /** Log that opening a closed file may replay: a few milliseconds. */
  private static final long REPLAY_AFTER_CLOSE = 1 << 20;

  private static final int FREE_RESERVE_SHARE = 8;

  /** The parts that reading the file fills. */
  static final class Parts {
    final Superblock superblock;
    final DataFile file;
    final StoreHealth health;
    final SegmentTable segments;
    final SegmentMapping mapping;
    final Catalog catalog;
    final SuperblockFile superblockFile;
    final Log log;
    final Indexes indexes;
    private volatile Runnable beforeFirstWrite = () -> {};
    private volatile Runnable onSealed = () -> {};

    Parts(StoreConfig config, DataFile file, Superblock superblock) {
      this.superblock = superblock;
      this.file = file;
      this.health = new StoreHealth(config.files().hash());
      this.segments = new SegmentTable(config.files().hash());
      this.mapping = new SegmentMapping(file);
      this.catalog = new Catalog(config.readOnly());
      this.superblockFile = new SuperblockFile(file);
      this.log =
          new Log(
              file,
              superblock.store(),
              segments,
              mapping,
              health,
              OffHeapMemory::allocateUnzeroed,
              () -> beforeFirstWrite.run(),
              () -> onSealed.run());
      this.indexes = new Indexes(log, health);
    }
  }

  private final StoreConfig config;
  private final Parts parts;
  private final Recovery recovery;
  private final SnapshotStrategy strategy;
  private final Checkpointer checkpointer;
  private final Cleaner cleaner;
  private final DiskSpace space;
  private final BackgroundWorker flusher;
  private final BackgroundWorker maintenance;
  private final Closing closing;
  private final OperationPool operations = new OperationPool();

  private final Participants heap = new Participants();
  private final Gate gate;
  private final StoreMaps maps;

  /** How many placings of keys keep the cleaner from its work. Guarded by this lock. */
  private int cleaningPaused;

  /**
   * Guarded by this lock: how many are at work, as the cleaner, or on an image. Two while the store
   * is being closed.
   */
  private int cleaning;

  private final Object cleaningLock = new Object();

  Store(
      StoreConfig config,
      Parts parts,
      SnapshotStrategy strategy,
      Image image,
      FoundState found,
      Recovery recovery,
      StoreLock lock) {
    this.config = config;
    this.parts = parts;
    this.recovery = recovery;
    this.strategy = strategy;
    this.gate =
        new Gate(
            parts.health,
            parts.indexes.stripes().heldKeys(),
            config.sectionHold(),
            config.sectionTimeout());
    parts.indexes.stripes().sections(gate::isInside);
    this.checkpointer =
        new Checkpointer(
            parts.log,
            parts.indexes,
            parts.catalog,
            parts.file,
            parts.superblockFile,
            strategy,
            parts.health,
            parts.superblock,
            image,
            found,
            heap,
            gate);
    this.cleaner =
        new Cleaner(
            parts.log,
            new Relocation(parts.indexes, parts.log, parts.health),
            parts.catalog,
            parts.superblock.hashSeed(),
            new Operation());
    this.space =
        new DiskSpace(
            new Reserve(config.fileSystem(), config.files().reserve()),
            parts.log,
            strategy.reflink());
    String name = "persistentmap " + config.files().hash().getFileName();
    this.flusher = new BackgroundWorker(name + " flusher", space::flush, parts.health);
    this.maintenance = new BackgroundWorker(name + " cleaner", this::maintain, parts.health);
    parts.beforeFirstWrite = checkpointer::markDirty;
    parts.onSealed =
        () -> {
          flusher.signal();
          maintenance.signal();
        };
    this.closing = new Closing(config, parts, checkpointer, gate, new ClosingSteps(), lock);
    parts.catalog.attach(parts.log);
    this.maps = new StoreMaps(config, parts, this::pauseCleaning);
  }

  /**
   * Opens a store. If this process has it open since its close failed, it is closed first.
   *
   * @throws PersistentMapException of many kinds, each with what was found and what to do
   */
  public static Store open(StoreConfig config) {
    FailedCloses.takeOver(config.files().hash());
    return new StoreOpener(config).open();
  }

  /** Names one who keeps values on the heap. */
  public void attach(HeapValues values) {
    heap.add(values);
  }

  /** Returns what keeps checkpoints out of atomic sections. */
  public Gate gate() {
    return gate;
  }

  /** Returns the maps of the store. */
  public StoreMaps maps() {
    return maps;
  }

  /** Returns the number of entries of all maps, but for those that are on the heap only. */
  public long entries() {
    return parts.indexes.count();
  }

  /** Returns the locks of all changes. */
  public Stripes stripes() {
    return parts.indexes.stripes();
  }

  /** Returns the table of classes. */
  public Catalog catalog() {
    return parts.catalog;
  }

  /** Returns scratch space for operations. */
  public OperationPool operations() {
    return operations;
  }

  /** Returns the health. */
  public StoreHealth health() {
    return parts.health;
  }

  /** Returns the seed of the hash. */
  public long hashSeed() {
    return parts.superblock.hashSeed();
  }

  /** Returns how the store came to be. */
  public Recovery recovery() {
    return recovery;
  }

  /** Says whether nothing can be changed. */
  public boolean isReadOnly() {
    return config.readOnly();
  }

  /**
   * Makes everything that was done before the call durable, atomically.
   *
   * @throws DiskFullException if there is no space; the call can be repeated
   * @throws ResourceExhaustedException if the system lacks something else for now; the same
   * @throws FileAccessException if it may not create or rename its files; the same
   * @throws StorageFailureException if the operating system fails; the store has failed for good
   */
  public Checkpoint checkpoint() {
    StackReserve.require();
    requireWritable();
    if (space.isScarce()) {
      awaitIdle(); // what the one before made free is given back before this one is cloned
      checkpointer.requireNext(space.isShared());
    }
    Checkpoint made;
    try {
      made = checkpointer.checkpoint();
    } catch (DiskFullException e) {
      if (!space.giveUp()) {
        throw e;
      }
      parts.log.flushSealed();
      awaitIdle(); // the cleaner moves what the room is good for
      made = checkpointer.checkpoint();
    }
    space.madeCheckpoint();
    maintenance.signal();
    return made;
  }

  private void awaitIdle() {
    boolean interrupted = false;
    boolean idle = false;
    maintenance.signal();
    while (!idle) {
      try {
        maintenance.awaitIdle();
        idle = true;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Returns figures of this moment.
   *
   * @param entries the number of entries, with those that are on the heap only
   * @param liveValues the number of values on the heap
   */
  public Stats stats(long entries, long liveValues) {
    parts.health.check();
    SegmentTable.Counts counts = parts.segments.counts();
    long oldest = parts.segments.oldestSequence();
    long[] live = new long[1];
    parts.segments.forEachLog(segment -> live[0] += segment.liveBytes(oldest));
    return new Stats(
        entries,
        liveValues,
        checkpointer.present().checkpoint(),
        strategy.reflink() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE,
        live[0],
        bytes(counts.log()),
        bytes(counts.waiting()),
        bytes(counts.image()),
        bytes(counts.free()),
        cleaner.cleanedSegments(),
        cleaner.relocatedBytes());
  }

  private static long bytes(int segments) {
    return (long) segments * FileLayout.SEGMENT_BYTES;
  }

  /** Waits until there is nothing to write or to clean in the background. */
  public void awaitMaintenance() throws InterruptedException {
    flusher.awaitIdle();
    maintenance.signal();
    maintenance.awaitIdle();
  }

  /** Tells the application's logger what a caller is not told. */
  public void warn(String message) {
    Warnings.warn(config.files().hash() + ": " + message);
  }

  /** Tells the application's logger what no caller can be told. */
  public void warn(String message, Throwable cause) {
    Warnings.warn(config.files().hash() + ": " + message, cause);
  }

  private void requireWritable() {
    parts.health.check();
    if (config.readOnly()) {
      throw new UnsupportedOperationException(
          config.files().hash() + ": the map was opened read-only");
    }
  }

  // ---- work behind -----------------------------------------------------------------------------

  private void maintain() {
    parts.health.check();
    if (beginCleaning()) {
      try {
        maintainMaps();
      } finally {
        endCleaning();
      }
    }
  }

  /** Returns false while keys are being placed: the end of that gives the signal again. */
  private boolean beginCleaning() {
    synchronized (cleaningLock) {
      if (cleaningPaused > 0) {
        return false;
      }
      cleaning++;
      return true;
    }
  }

  /** Says whether there is no reason to stop cleaning. */
  private boolean mayGoOnCleaning() {
    synchronized (cleaningLock) {
      return cleaningPaused == 0 && !parts.health.isClosed();
    }
  }

  private void endCleaning() {
    synchronized (cleaningLock) {
      cleaning--;
      cleaningLock.notifyAll();
    }
  }

  /**
   * Runs code while neither the cleaner nor an image is at work. They don't wait for it, since it
   * may be the program's: they go on afterwards.
   */
  private void pauseCleaning(Runnable code) {
    boolean interrupted = false;
    synchronized (cleaningLock) {
      cleaningPaused++;
      while (cleaning > 0) {
        try {
          cleaningLock.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      cleaner.placesChange();
    }
    try {
      code.run();
    } finally {
      synchronized (cleaningLock) {
        cleaningPaused--;
      }
      if (!config.readOnly()) {
        maintenance.signal();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void maintainMaps() {
    if (space.isScarce()) {
      space.refit(); // before the cleaner uses what has become free
    }
    if (space.isTight()) {
      cleanInTightSpace();
    } else {
      clean();
    }
    giveSpaceBack();
    space.refit();
  }

  private void clean() {
    if (imageIsDue()) {
      writeImage();
    }
    while (mayGoOnCleaning() && cleaner.cleanOne()) {
      if (imageIsDue()) {
        writeImage();
      }
    }
  }

  /**
   * Moves what there is room for, and writes an image, so that the next checkpoint makes the
   * segments free.
   */
  private void cleanInTightSpace() {
    long room = space.takeCleaningBudget(parts.indexes.count() * Long.BYTES);
    long before = cleaner.relocatedBytes();
    boolean cleaned = false;
    while (room >= 0
        && mayGoOnCleaning()
        && cleaner.cleanOneWithin(room - (cleaner.relocatedBytes() - before))) {
      cleaned = true;
    }
    if (cleaned || (!space.isScarce() && imageIsDue())) {
      writeImage();
    }
  }

  /** So that replay stays short, and so that segments before it become free. */
  private boolean imageIsDue() {
    long sinceImage = parts.log.lsn() - checkpointer.replayStart().lsn();
    long indexBytes = parts.indexes.count() * Long.BYTES;
    double most = Math.min((double) indexBytes * IMAGE_EVERY_INDEX_SIZES, LONG_REPLAY);
    double least = Math.max(indexBytes * LEAST_INDEX_SIZES, 2.0 * FileLayout.SEGMENT_BYTES);
    return sinceImage > Math.max(most, least);
  }

  private void writeImage() {
    checkpointer.offer(
        ImageWriter.write(
            parts.file,
            parts.superblock.store(),
            parts.log,
            parts.catalog,
            parts.indexes,
            checkpointer::markDirty));
  }

  /** Punches holes into free segments beyond a reserve, so that the file takes little space. */
  private void giveSpaceBack() {
    int reserve = space.isScarce() ? 0 : parts.segments.counts().log() / FREE_RESERVE_SHARE;
    Segment segment = parts.segments.takeToPunch(reserve);
    while (segment != null) {
      try {
        // Until the checkpoint that was recovered is durable, the one before may need the segment.
        checkpointer.markDirty();
        int start = FileLayout.start(segment.number());
        parts.file.punchHole(
            FileLayout.fileOffset(segment.number()) + start, FileLayout.SEGMENT_BYTES - start);
        space.gaveBack(FileLayout.SEGMENT_BYTES);
      } finally {
        parts.segments.punched(segment);
      }
      segment = parts.segments.takeToPunch(reserve);
    }
  }

  // ---- closing ---------------------------------------------------------------------------------

  /** Closes the store as it was opened to be. */
  public void close() {
    close(config.closeMode());
  }

  /**
   * Closes the store, or waits until it is closed, and has the outcome of that. Changes are refused
   * from here on, and what was changed before is in the checkpoint, if there is to be one.
   *
   * @throws DiskFullException if there is no space for that checkpoint; then the store stays open
   * @throws ResourceExhaustedException if the system lacks something else for now; the same
   * @throws FileAccessException if it may not create or rename its files, or its file was deleted;
   *     then the store stays open
   * @throws UnstorableException if a value on the heap can't be written; then the store stays open
   * @throws StorageFailureException if the operating system fails, or has failed before, perhaps in
   *     a thread of the store; it is closed, and the previous checkpoint is intact
   * @throws IllegalStateException if called inside a function that holds a key, or inside code that
   *     writes a value for a checkpoint
   * @throws PersistentMapException if it failed otherwise; then the store stays open
   */
  public void close(CloseMode mode) {
    gate.requireOutside("close()");
    closing.close(mode);
  }

  /** Has the store closed when the process ends. */
  public void closeOnExit() {
    ExitHook.add(closing);
  }

  /** Says what is done once the store is closed, by whatever thread. */
  public void onClosed(Runnable task) {
    closing.afterwards(task);
  }

  /** What closing does with the parts. */
  private final class ClosingSteps implements Closing.Steps {
    @Override
    public void checkpoint(OverdueKeys leftOut) {
      try {
        checkpointer.checkpointForClose(this::writeImageIfDue, leftOut);
      } catch (DiskFullException e) {
        if (!space.giveUp()) {
          throw e;
        }
        checkpointer.checkpointForClose(() -> {}, leftOut);
      }
    }

    /** So that opening has little to replay. */
    private void writeImageIfDue() {
      if ((needsMark() || checkpointer.hasChanges())
          && parts.log.lsn() - checkpointer.replayStart().lsn() > REPLAY_AFTER_CLOSE
          && beginCleaning()) {
        try {
          writeImage();
        } finally {
          endCleaning();
        }
      }
    }

    /** Not if the file was closed before, and nothing was changed. */
    @Override
    public boolean needsMark() {
      return !parts.superblock.clean() || checkpointer.isDirty();
    }

    @Override
    public void markClosed() {
      checkpointer.markClean(this::trim);
    }

    private void trim() {
      long used = FileLayout.fileOffset(parts.segments.trimFreeEnd());
      long end = Math.max(used, FileLayout.SUPERBLOCKS_BYTES);
      if (parts.file.size() > end) {
        parts.file.truncate(end);
      }
    }

    @Override
    public void endWork() {
      maintenance.close();
      flusher.close();
    }

    /** Whoever is writing the file finishes first; whoever comes later finds it closed. */
    @Override
    public void release() {
      checkpointer.withoutCheckpoint(() -> parts.log.withoutWriters(this::dropAll));
    }

    private void dropAll() {
      parts
          .indexes
          .stripes()
          .stoppedToClose(
              () -> {
                parts.indexes.dropAll();
                heap.drop();
                parts.segments.close();
              });
      parts.file.close();
    }
  }

  /** Writes a tombstone's value; its LSN is the record's own until the cleaner moves it. */
  public static void finishTombstone(Operation operation, int map) {
    operation.record().writer().writeLong(0);
    operation.record().finish(RecordLayout.REMOVE, map);
  }
}
