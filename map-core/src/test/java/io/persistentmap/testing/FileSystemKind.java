package io.persistentmap.testing;

import java.util.List;

/** A kind of file system that a test runs on. */
public enum FileSystemKind {
  /** Whatever holds {@code java.io.tmpdir}; whether it can clone files is not known. */
  DEFAULT("", false),
  /** Memory, at {@code /dev/shm}. */
  TMPFS("", false),
  EXT4("mkfs.ext4 -q -F", false),
  XFS("mkfs.xfs -q -m reflink=1", true),
  BTRFS("mkfs.btrfs -q", true);

  private final String formatCommand;
  private final boolean reflinks;

  FileSystemKind(String formatCommand, boolean reflinks) {
    this.formatCommand = formatCommand;
    this.reflinks = reflinks;
  }

  /** Whether it is certain that {@code FICLONE} works on it. */
  public boolean supportsReflinks() {
    return reflinks;
  }

  /** Whether it is made in an image file and mounted, rather than found on the machine. */
  public boolean isImage() {
    return !formatCommand.isEmpty();
  }

  /** The command, without the image, that makes an empty one. */
  List<String> formatCommand() {
    return List.of(formatCommand.split(" ", -1));
  }
}
