package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.FileLockedException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.Recovery;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.inspect.StoreReport.CheckpointFacts;
import io.persistentmap.inspect.StoreReport.ClassFacts;
import io.persistentmap.inspect.StoreReport.FileFacts;
import io.persistentmap.inspect.StoreReport.MapFacts;
import io.persistentmap.inspect.StoreReport.OtherFile;
import io.persistentmap.inspect.StoreReport.StateFacts;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.MapDescription;
import io.persistentmap.store.ReadState;
import io.persistentmap.store.Recoverer;
import io.persistentmap.store.SnapshotPair;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.StoreLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at the superblocks of a store, and at what opening it would read. */
public final class Inspector {
  private final FileSystem files;
  private final StoreFiles names;
  private final List<String> remarks = new ArrayList<>();

  private Inspector(FileSystem files, StoreFiles names) {
    this.files = files;
    this.names = names;
  }

  /**
   * Looks at a store, whether somebody has it open or not. Reads superblocks, the index image and
   * the log behind it, as opening does; of a store in use that has no snapshots, superblocks only.
   *
   * @throws FileAccessException if there is no store, or a file can't be read
   * @throws io.persistentmap.UnsupportedFormatException if it is of another format version
   */
  public static StoreReport look(FileSystem files, StoreFiles names) {
    return new Inspector(files, names).look();
  }

  private StoreReport look() {
    List<FileFacts> facts = new ArrayList<>();
    for (Path path : List.of(names.hash(), names.even(), names.odd())) {
      StoreFile file = StoreFile.read(files, path);
      if (file.exists()) {
        facts.add(facts(file));
      }
    }
    if (facts.isEmpty()) {
      throw StoreFiles.missing(names.hash());
    }
    StoreLock lock;
    try {
      lock = StoreLock.hold(files, names, true);
    } catch (FileLockedException e) {
      return look(facts, Optional.of(String.valueOf(e.getMessage())));
    }
    return lock.during(() -> look(facts, Optional.empty()));
  }

  private StoreReport look(List<FileFacts> facts, Optional<String> holder) {
    String opens;
    Optional<String> refusal = Optional.empty();
    Optional<StateFacts> state = Optional.empty();
    try {
      Recoverer.Decision decision = Recoverer.decide(files, names, false);
      remarks.addAll(decision.remarks());
      if (decision.source() != Recovery.Source.CREATED) {
        state = state(decision.file(), holder.isPresent());
      }
      opens = describe(decision);
    } catch (RecoveryRefusedException | CorruptFileException | NotAHashFileException e) {
      opens = "opening is refused";
      refusal = Optional.of(String.valueOf(e.getMessage()));
    }
    return new StoreReport(
        facts,
        others(),
        SnapshotPair.compare(files, names.even(), names.odd()),
        holder,
        opens,
        refusal,
        remarks,
        state);
  }

  /** Says what a decision is, for a person. */
  static String describe(Recoverer.Decision decision) {
    return decision.source() == Recovery.Source.CREATED
        ? "there is no store"
        : "opens "
            + decision.file().path()
            + " ("
            + decision.source().name().toLowerCase(Locale.ROOT).replace('_', ' ')
            + "), checkpoint "
            + decision.file().superblock().checkpoint();
  }

  /** The lock file is empty, and there for ever: it tells nothing. */
  private List<OtherFile> others() {
    List<OtherFile> others = new ArrayList<>();
    addOther(names.reserve(), "blocks that are kept for a full disk", others);
    addOther(names.holder(), "tells who has the store open for writing, or had it last", others);
    return others;
  }

  private static void addOther(Path path, String use, List<OtherFile> others) {
    BasicFileAttributes found = FileSystem.look(path);
    if (found != null) {
      others.add(new OtherFile(path, found.size(), use));
    }
  }

  private FileFacts facts(StoreFile file) {
    PersistentMapException problem = file.problem();
    try (DataFile open = files.openForRead(file.path())) {
      return new FileFacts(
          file.path(),
          open.size(),
          facts(file.newest()),
          facts(file.older()),
          problem == null ? Optional.empty() : Optional.of(String.valueOf(problem.getMessage())));
    }
  }

  private static Optional<CheckpointFacts> facts(@Nullable Superblock superblock) {
    return superblock == null
        ? Optional.empty()
        : Optional.of(
            new CheckpointFacts(
                superblock.store(),
                FileLayout.FORMAT_VERSION,
                superblock.generation(),
                superblock.checkpoint(),
                superblock.completed(),
                Instant.ofEpochMilli(superblock.timeMillis()),
                superblock.entries(),
                superblock.clean(),
                superblock.reflink()));
  }

  /** A snapshot is whole and stays so, whoever has the store open. */
  private Optional<StateFacts> state(StoreFile file, boolean inUse) {
    if (inUse && file.path().equals(names.hash())) {
      remarks.add("the store is in use: only its superblocks were read");
      return Optional.empty();
    }
    try (ReadState state = ReadState.of(files, file.path(), file.superblock())) {
      return Optional.of(facts(file.path(), state));
    }
  }

  private static StateFacts facts(Path file, ReadState state) {
    List<MapFacts> maps = new ArrayList<>();
    List<ClassFacts> classes = new ArrayList<>();
    state
        .catalog()
        .forEach(
            (kind, number, description) -> {
              String text = new String(description, StandardCharsets.UTF_8);
              if (kind == RecordLayout.CATALOG) {
                MapDescription map = MapDescription.decode(text);
                maps.add(new MapFacts(number, map.name(), map.keyType(), map.valueType()));
              } else {
                String[] lines = text.split("\n", -1);
                String layout = line(lines, 1).split("\t", 2)[0];
                int fields = Math.max(0, lines.length - 2);
                classes.add(new ClassFacts(number, line(lines, 0), layout, fields));
              }
            });
    SegmentTable.Counts counts = state.segments().counts();
    long oldest = state.segments().oldestSequence();
    long[] live = new long[1];
    state.segments().forEachLog(segment -> live[0] += segment.liveBytes(oldest));
    long log = bytes(counts.log());
    return new StateFacts(
        file,
        maps,
        classes,
        state.entries(),
        live[0],
        log,
        bytes(counts.image()),
        bytes(counts.free() + counts.waiting()),
        state.replayedBytes(),
        log == 0 ? 0 : Math.max(0, 1 - (double) live[0] / log));
  }

  private static String line(String[] lines, int index) {
    return index < lines.length ? lines[index] : "";
  }

  private static long bytes(int segments) {
    return (long) segments * FileLayout.SEGMENT_BYTES;
  }
}
