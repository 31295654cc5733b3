package io.persistentmap.store;

import io.persistentmap.format.Superblock;

/** How a checkpoint, whose log is in the file already, becomes durable and atomic. */
interface SnapshotStrategy {
  /** Says whether snapshots are what a crash leaves whole. */
  boolean reflink();

  /**
   * Checks that what is written from now on is found under the store's name.
   *
   * @throws io.persistentmap.FileAccessException if the hash file was deleted, renamed or replaced
   */
  void requireNamed();

  /**
   * Prepares for the first change of the file since it was opened.
   *
   * @param present the superblock that the file was opened with
   */
  void prepare(Superblock present);

  /** The file is durably marked as one of this strategy: what belongs to another can go. */
  void started();

  /**
   * Makes a checkpoint durable. If it throws, the previous checkpoint is as it was.
   *
   * @param superblock of the checkpoint
   */
  void commit(Superblock superblock);

  /** Returns the number of the checkpoint in the snapshot that the next one does not replace. */
  long previousSnapshot(long nextCheckpoint);
}
