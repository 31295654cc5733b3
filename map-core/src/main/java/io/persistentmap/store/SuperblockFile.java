package io.persistentmap.store;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;

/** Writes superblocks to a file. */
final class SuperblockFile {
  private final DataFile file;
  private final Memory block = OffHeapMemory.allocate(FileLayout.BLOCK_BYTES);

  SuperblockFile(DataFile file) {
    this.file = file;
  }

  /** Writes a superblock to the block of its generation; not durable yet. */
  synchronized void write(Superblock superblock) {
    block.write(0, superblock.encode(), 0, FileLayout.BLOCK_BYTES);
    file.write(superblock.fileOffset(), block, 0, FileLayout.BLOCK_BYTES);
  }
}
