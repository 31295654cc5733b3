package io.persistentmap.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of the store that name a file; those on an open file are in {@link DataFile}.
 *
 * <p>It is the one door to the operating system: every step of a checkpoint or a recovery that can
 * fail or be cut short is one call here, so that tests can count them and fail, kill or reorder at
 * each. No call reacts to {@code Thread.interrupt()}, and none loses the interrupt flag.
 *
 * <p>All calls throw {@link io.persistentmap.DiskFullException} when there is no space or quota,
 * {@link io.persistentmap.ResourceExhaustedException} when the system lacks something else for now,
 * {@link io.persistentmap.FileAccessException} when the path can't be used, and {@link
 * io.persistentmap.StorageFailureException} for any other error, and for any error of a sync. After
 * each but the last, nothing was done (or a part of a write), and the call can be repeated.
 */
public interface FileSystem {
  /** Opens an existing file for reading. */
  DataFile openForRead(Path path);

  /** Opens an existing file for reading and writing. */
  DataFile openForWrite(Path path);

  /** Creates a file that must not exist yet. */
  DataFile create(Path path);

  /** Renames a file, replacing {@code to} at once: {@code to} is whole before and after. */
  void rename(Path from, Path to);

  /** Deletes a file if it exists. */
  void delete(Path path);

  /** Makes names that were created, renamed or deleted in a directory durable. */
  void syncDirectory(Path directory);

  /**
   * Locks a file: the file itself, and so under all of its names, against every other process and
   * within this one. The kernel gives the lock back when the process ends, however it ends.
   *
   * <p>After it was locked, the file still had that name: a file that is locked before it gets a
   * name is never found unlocked under it.
   *
   * @param shared whether other shared holders are fine, and the file need not be writable
   * @param create whether a missing file is created
   * @return null if somebody else has it
   */
  @Nullable FileHold lock(Path path, boolean shared, boolean create);

  /**
   * Says what is at a path; null if there is nothing. Unlike {@code Files.exists}, it does not take
   * a device that fails for a file that is missing.
   */
  static @Nullable BasicFileAttributes look(Path path, LinkOption... options) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, options);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw Failures.of("look at", path, e);
    }
  }

  /** Creates a file that nobody but its owner may read or write, where the platform has owners. */
  static void createPrivate(Path path) throws IOException {
    PortableFileSystem.createFile(path);
  }

  /** Returns a path without symbolic links, {@code .} and {@code ..}; null if there is nothing. */
  static @Nullable Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw Failures.of("find", path, e);
    }
  }

  /**
   * Returns the file system of this platform: JNA on 64-bit Linux, else {@code java.nio}.
   *
   * @throws io.persistentmap.UnsupportedPlatformException if the JVM refuses what both need
   */
  static FileSystem ofPlatform() {
    NativeCalls.requireMemory();
    return NativeCalls.areUsable() ? new LinuxFileSystem() : new PortableFileSystem();
  }
}
