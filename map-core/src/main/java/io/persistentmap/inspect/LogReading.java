package io.persistentmap.inspect;

import io.persistentmap.format.Superblock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log of a file that may be damaged, read for one of its checkpoints. */
final class LogReading {
  /** Hash seed for a file that has lost its own, which only the image depends on. */
  private static final long ANY_SEED = 0;

  private final LogSelection selection;
  private final LogState state;
  private final DamageList damage;
  private final long checkpoint;
  private final long expected;

  private final long damagedBelow;
  private final boolean overtaken;

  private LogReading(
      LogSelection selection,
      LogState state,
      DamageList damage,
      long checkpoint,
      long expected,
      @Nullable List<Damage> behind) {
    this.selection = selection;
    this.state = state;
    this.damage = damage;
    this.checkpoint = checkpoint;
    this.expected = expected;
    this.damagedBelow = damage.recordsBelow();
    this.overtaken = behind != null;
    if (behind != null) {
      behind.forEach(damage::add);
    }
  }

  /** Reads what counts for a superblock's checkpoint. */
  static LogReading ofSuperblock(FileBytes file, Superblock superblock, Progress progress) {
    return ofSuperblock(file, superblock, false, progress);
  }

  /** Reads what counts for a superblock's checkpoint, which may not be the file's last. */
  static LogReading ofOlderSuperblock(FileBytes file, Superblock superblock, Progress progress) {
    return ofSuperblock(file, superblock, true, progress);
  }

  private static LogReading ofSuperblock(
      FileBytes file, Superblock superblock, boolean older, Progress progress) {
    DamageList damage = new DamageList();
    LogSelection selection = new LogSelection(file, superblock, damage);
    selection.select(superblock);
    LogState state = read(file, selection, superblock, damage, progress);
    List<Damage> behind = older ? selection.behind(superblock.tail()) : null;
    return new LogReading(
        selection, state, damage, superblock.checkpoint(), superblock.entries(), behind);
  }

  /**
   * Reads what counts for the last checkpoint that the log has a record of, or, if it has none, all
   * there is.
   *
   * @param superblock an older one, if there is one
   * @return null if the superblock's checkpoint is the last, or the file has no log
   */
  static @Nullable LogReading ofLastCheckpoint(
      FileBytes file, @Nullable Superblock superblock, Progress progress) {
    DamageList damage = new DamageList();
    LogSelection selection = new LogSelection(file, superblock, damage);
    LogSelection.Found last = selection.lastCheckpoint();
    boolean known =
        superblock != null && (last == null || last.record().number() <= superblock.checkpoint());
    if (known || selection.isEmpty()) {
      return null;
    }
    if (last == null) {
      selection.selectAll();
      LogState state = read(file, selection, superblock, damage, progress);
      return new LogReading(selection, state, damage, 0, state.live().count(), null);
    }
    selection.select(last);
    LogState state = read(file, selection, superblock, damage, progress);
    return new LogReading(
        selection,
        state,
        damage,
        last.record().number(),
        last.record().entries(),
        selection.behind(last.end()));
  }

  private static LogState read(
      FileBytes file,
      LogSelection selection,
      @Nullable Superblock superblock,
      DamageList damage,
      Progress progress) {
    long seed = superblock == null ? ANY_SEED : superblock.hashSeed();
    LogState state = new LogState(file, seed, selection.image(), false);
    state.read(
        selection.segments(),
        progress,
        new SegmentScan.Visitor() {
          @Override
          public void record(LogRecord record) {
            // Applied by the state.
          }

          @Override
          public void damaged(Damage found) {
            damage.add(found);
          }
        });
    return state;
  }

  /** Returns the LSN below which a record that can't be read may have been; 0 if none is. */
  long doubtLsn() {
    return overtaken ? Long.MAX_VALUE : Math.max(damagedBelow, selection.gapLsn());
  }

  /** Returns the LSN below which the records are that the checkpoint covers and can't be read. */
  long damagedBelow() {
    return damagedBelow;
  }

  /** Says whether there are signs of a newer checkpoint. */
  boolean isPerhapsOvertaken() {
    return overtaken;
  }

  /** Returns which part of the log was read. */
  LogSelection selection() {
    return selection;
  }

  /** Returns what was found. */
  LogState state() {
    return state;
  }

  /** Returns the damage in what is, or may be, in use. */
  DamageList damage() {
    return damage;
  }

  /** Returns the number of the checkpoint; 0 if none was found. */
  long checkpoint() {
    return checkpoint;
  }

  /** Returns how many entries the checkpoint had. */
  long expected() {
    return expected;
  }
}
