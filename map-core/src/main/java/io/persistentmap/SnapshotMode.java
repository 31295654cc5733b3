package io.persistentmap;

/** How a checkpoint is made durable and atomic. */
public enum SnapshotMode {
  /** {@link #REFLINK} where the file system can, else {@link #IN_PLACE}. The default. */
  AUTO,
  /**
   * The hash file is cloned, without copying a byte, to the even or the odd snapshot, in turn.
   * Needs a file system with reflinks: XFS, Btrfs, OCFS2, bcachefs. Snapshots are files of their
   * own: a program that damages the hash file does not damage them.
   */
  REFLINK,
  /**
   * The even or the odd superblock of the hash file is written, in turn, after the log. Works on
   * any file system, with the same promise; there is no snapshot file.
   */
  IN_PLACE
}
