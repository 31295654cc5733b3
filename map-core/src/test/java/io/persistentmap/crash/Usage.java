package io.persistentmap.crash;

import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.PortableFiles;
import io.persistentmap.testing.FileSystemKind;
import java.util.List;
import java.util.SplittableRandom;

/** How a process uses a store. Each may come after each other, over the same files. */
enum Usage {
  /** Checkpoints in the hash file, with the system calls of Linux. */
  IN_PLACE(SnapshotMode.IN_PLACE),
  /** Checkpoints in snapshots. */
  SNAPSHOTS(SnapshotMode.REFLINK),
  /** Without native calls; checkpoints in the hash file, since nothing can be cloned. */
  PORTABLE(SnapshotMode.AUTO);

  private final SnapshotMode snapshotMode;

  Usage(SnapshotMode snapshotMode) {
    this.snapshotMode = snapshotMode;
  }

  /** Returns those that a kind of file system allows. */
  static List<Usage> on(FileSystemKind kind) {
    return kind.supportsReflinks() ? List.of(values()) : List.of(IN_PLACE, PORTABLE);
  }

  /** Chooses one. */
  static Usage random(List<Usage> usages, SplittableRandom random) {
    return usages.get(random.nextInt(usages.size()));
  }

  /** Returns the system calls. */
  FileSystem files() {
    return this == PORTABLE ? PortableFiles.create() : FileSystem.ofPlatform();
  }

  /** Returns the mode to open with. */
  SnapshotMode snapshotMode() {
    return snapshotMode;
  }
}
