package io.persistentmap;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.SnapshotPair;
import java.nio.file.Path;
import java.util.Optional;

/** Tells which of two snapshots is the newest, as {@code gdbm_latest_snapshot} does. */
public final class Snapshots {
  private Snapshots() {}

  /** How sure the answer is. */
  public enum Status {
    /** One is the newest, and nothing speaks against it. */
    OK,
    /** Neither is whole: use a backup. */
    BAD,
    /** A file can't be read at all: it is missing, no file, or forbidden. */
    ERR,
    /** Both are of the same checkpoint; either will do. */
    SAME,
    /** They can't have existed side by side, or one is damaged or missing: a newer may be lost. */
    SUSPICIOUS
  }

  /**
   * The answer.
   *
   * @param status how sure it is
   * @param path the newest snapshot that can be read, if there is one
   * @param checkpoint its number, or -1
   * @param reason why, for a person
   */
  public record Latest(Status status, Optional<Path> path, long checkpoint, String reason) {}

  /**
   * Compares two snapshots by the checkpoint number in them, never by their time stamps. Changes
   * nothing, and takes no lock.
   *
   * @param even the snapshot of checkpoints with an even number
   * @param odd the other
   * @return the newest, and how sure that is
   */
  public static Latest latest(Path even, Path odd) {
    return SnapshotPair.compare(FileSystem.ofPlatform(), even, odd);
  }
}
