package io.persistentmap.platform;

import java.nio.file.Path;

/**
 * An open file. Thread-safe: every transfer names its position. Exceptions are those of {@link
 * FileSystem}.
 */
public interface DataFile extends AutoCloseable {
  /** Returns the path that the file was opened with. */
  Path path();

  /** Notes that the file has been renamed. */
  void renamed(Path newPath);

  /** Returns the length in bytes. */
  long size();

  /**
   * Reads up to {@code length} bytes and returns how many there were before the end of the file.
   */
  int read(long position, byte[] to, int at, int length);

  /** Reads up to {@code length} bytes into memory and returns how many there were. */
  long read(long position, Memory to, long offset, long length);

  /** Writes all {@code length} bytes. */
  void write(long position, Memory from, long offset, long length);

  /** Makes contents and what is needed to read them durable. */
  void syncData();

  /** Makes contents and all attributes durable. */
  void sync();

  /** Cuts the file, or extends it by zeros. */
  void truncate(long length);

  /**
   * Takes blocks for a new, empty file of that length, that are not used.
   *
   * @return false when the file system can't; then nothing happened
   */
  default boolean allocate(long length) {
    return false;
  }

  /**
   * Gives the blocks of a range back to the file system, where it can; the range reads as zeros.
   */
  void punchHole(long position, long length);

  /** Removes everybody's permission to write, and group's and others' to read. */
  void makeReadOnly();

  /**
   * Makes this new, empty file share all blocks of {@code source}: the same bytes, no copy. Not
   * durable, and not atomic for a crash: {@link #sync()} and rename are the caller's.
   *
   * @return false when the file system can't; then nothing happened
   */
  boolean cloneFrom(DataFile source);

  /**
   * Maps a range for reading. It may reach beyond the end of the file, which can grow under it.
   * Unmapped when unreachable.
   */
  Memory map(long position, long length);

  /** Says whether {@link #map} may reach beyond the end of the file. */
  boolean mapsBeyondEnd();

  @Override
  void close();
}
