package io.persistentmap.store;

import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;

/**
 * What opening found, and what the store goes on from: the bytes of the hash file, its name, and
 * what a crashed process left in it.
 *
 * <p>Bytes and name may be in the cache of the operating system only: the process before may have
 * been killed between a write or a rename and its sync. Opening reads them all the same, and a
 * power failure takes them away. The invariant: before they are durable, nothing becomes durable
 * that refers to them or that takes the place of what they replaced, and nothing is acknowledged.
 */
final class FoundState {
  private final FileSystem files;
  private final Path name;
  private final DataFile file;
  private final Leftovers leftovers;
  private boolean durable;

  /**
   * Describes a file.
   *
   * @param name of the file
   * @param leftovers in it, which {@link #eraseLeftovers} is about
   * @param durable whether who made the file has synced it, and its directory
   */
  FoundState(FileSystem files, Path name, DataFile file, Leftovers leftovers, boolean durable) {
    this.files = files;
    this.name = name;
    this.file = file;
    this.leftovers = leftovers;
    this.durable = durable;
  }

  /**
   * Makes bytes and name durable, once. If it throws, the next call tries again, unless a sync
   * failed.
   */
  synchronized void makeDurable() {
    if (!durable) {
      file.syncData();
      files.syncDirectory(StoreFiles.directory(name));
      durable = true;
    }
  }

  /** Makes leftovers unrecognisable; not durable yet. The state must be durable before. */
  void eraseLeftovers() {
    leftovers.erase(file);
  }
}
