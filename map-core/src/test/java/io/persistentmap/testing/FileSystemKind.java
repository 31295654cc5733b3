package io.persistentmap.testing;

import java.util.List;

/** A kind of file system that a test runs on. */
public enum FileSystemKind {
  /** Whatever holds {@code java.io.tmpdir}; whether it can clone files is not known. */
  DEFAULT("", "", false),
  /** Memory, at {@code /dev/shm}. */
  TMPFS("", "", false),
  EXT4("mkfs.ext4 -q -F", "loop", false),
  /** Copies of one image must not mind each other's UUID. */
  XFS("mkfs.xfs -q -m reflink=1", "loop,nouuid", true),
  /** Discarding is work for the loop device that no test needs. */
  BTRFS("mkfs.btrfs -q", "loop,nodiscard", true);

  private final String formatCommand;
  private final String mountOptions;
  private final boolean reflinks;

  FileSystemKind(String formatCommand, String mountOptions, boolean reflinks) {
    this.formatCommand = formatCommand;
    this.mountOptions = mountOptions;
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

  /** Nearly as small as it can be made. */
  public long smallBytes() {
    return (this == XFS ? 320L : 128L) << 20;
  }

  /** What a device must write as a whole, or not at all, for the file system to survive. */
  public int atomicBytes() {
    return switch (this) {
      case BTRFS -> 4096; // its superblock, which has a checksum
      case EXT4 -> 1024; // the same
      default -> 512;
    };
  }

  /** The options that it is mounted with. */
  String mountOptions() {
    return mountOptions;
  }
}
