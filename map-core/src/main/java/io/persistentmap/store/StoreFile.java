package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.UnsupportedFormatException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.ForeignFile;
import io.persistentmap.format.Remedy;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the superblocks of a hash file or snapshot say.
 *
 * @param path the file
 * @param exists whether there is one
 * @param empty whether it has no byte: then it is a new store, unless there are snapshots
 * @param newest the newest superblock that can be read, or null
 * @param older the other superblock, or null
 * @param problem why the file, or one of its superblocks, can't be trusted, or null if all is well
 */
public record StoreFile(
    Path path,
    boolean exists,
    boolean empty,
    @Nullable Superblock newest,
    @Nullable Superblock older,
    @Nullable PersistentMapException problem) {

  /**
   * Reads both superblocks.
   *
   * @throws UnsupportedFormatException if the file is of another format version
   * @throws FileAccessException if the path is no file or can't be read
   */
  public static StoreFile read(FileSystem files, Path path) {
    if (!exists(path)) {
      return new StoreFile(path, false, false, null, null, null);
    }
    if (!Files.isRegularFile(path)) {
      throw new FileAccessException(
          path
              + ": is "
              + (Files.isDirectory(path) ? directory(path) : "no regular file")
              + ", expected a hash file or nothing; choose another path");
    }
    try (DataFile file = files.openForRead(path)) {
      return of(path, file);
    }
  }

  /**
   * Says whether there is anything, be it a link to nowhere.
   *
   * @throws FileAccessException if it is not allowed to look
   * @throws StorageFailureException if the device fails: a file that can't be seen is not missing
   */
  public static boolean exists(Path path) {
    return FileSystem.look(path, LinkOption.NOFOLLOW_LINKS) != null;
  }

  /** Reads both superblocks of an open file. */
  public static StoreFile of(Path path, DataFile file) {
    byte[] bytes = new byte[FileLayout.SUPERBLOCKS_BYTES];
    int length = file.read(0, bytes, 0, bytes.length);
    PersistentMapException cut = length < bytes.length ? cutShort(path, length) : null;
    if (length == 0) {
      return new StoreFile(path, true, true, null, null, cut);
    }
    if (!Superblock.isAnyIn(bytes, length)) {
      return unreadable(path, foreign(path, bytes, length));
    }
    Block even = Block.decode(path, bytes, 0);
    Block odd = Block.decode(path, bytes, 1);
    if (even.superblock == null && odd.superblock == null) {
      return unreadable(path, cut != null ? cut : worse(even, odd));
    }
    boolean evenIsNewer =
        odd.superblock == null
            || (even.superblock != null
                && even.superblock.generation() > odd.superblock.generation());
    Superblock newest = evenIsNewer ? even.superblock : odd.superblock;
    Superblock older = evenIsNewer ? odd.superblock : even.superblock;
    PersistentMapException problem =
        cut != null ? cut : even.problem != null ? even.problem : odd.problem;
    if (problem == null && newest != null && older != null && !follows(newest, older)) {
      problem =
          new CorruptFileException(
              path
                  + ": its superblocks don't belong together: "
                  + newest
                  + " and "
                  + older
                  + Remedy.FOR_DAMAGE);
    }
    return new StoreFile(path, true, false, newest, older, problem);
  }

  private static NotAHashFileException foreign(Path path, byte[] bytes, int length) {
    boolean zeros = Arrays.equals(bytes, new byte[bytes.length]);
    return new NotAHashFileException(
        path
            + ": is no hash file: "
            + (zeros
                ? "it starts with zeros; choose another path, or, if it was one, save what can be"
                    + " read (pmap salvage)"
                : ForeignFile.describe(bytes, length)
                    + ", expected \"PMapHash\" at its start; choose another path, this file is left"
                    + " as it is"));
  }

  /**
   * Says what a directory is that is where a hash file should be: "a directory", and of what if it
   * can be told.
   */
  static String directory(Path path) {
    for (ForeignFile.Directory known : ForeignFile.Directory.values()) {
      if (exists(path.resolve(known.file()))) {
        return "the directory of " + known;
      }
    }
    return "a directory";
  }

  /** What is left may still say that a later checkpoint existed. */
  private static CorruptFileException cutShort(Path path, int length) {
    return new CorruptFileException(
        path
            + ": is cut short: "
            + length
            + " bytes, expected at least "
            + FileLayout.SUPERBLOCKS_BYTES
            + Remedy.FOR_DAMAGE);
  }

  private static StoreFile unreadable(Path path, PersistentMapException problem) {
    return new StoreFile(path, true, false, null, null, problem);
  }

  private static boolean follows(Superblock newest, Superblock older) {
    return newest.store().equals(older.store())
        && newest.generation() == older.generation() + 1
        && newest.checkpoint() >= older.checkpoint();
  }

  /** Both blocks have a problem; damage says more than that the file is something else. */
  private static PersistentMapException worse(Block even, Block odd) {
    PersistentMapException first = Objects.requireNonNull(even.problem);
    return first instanceof CorruptFileException ? first : Objects.requireNonNull(odd.problem);
  }

  /** Says whether this file can be read, and nothing about it is doubtful. */
  public boolean isSound() {
    return exists && newest != null && problem == null;
  }

  /** Returns the superblock of a file that has one. */
  public Superblock superblock() {
    if (newest == null) {
      throw new IllegalStateException(path + " has no superblock");
    }
    return newest;
  }

  /** A superblock, or why there is none. */
  private record Block(@Nullable Superblock superblock, @Nullable PersistentMapException problem) {
    static Block decode(Path path, byte[] file, int parity) {
      int from = parity * FileLayout.BLOCK_BYTES;
      byte[] block = Arrays.copyOfRange(file, from, from + FileLayout.BLOCK_BYTES);
      try {
        Superblock superblock = Superblock.decode(path, block);
        if (superblock == null) {
          return new Block(null, damaged(path, parity, "nothing but zeros"));
        }
        if ((superblock.generation() & 1) != parity) {
          return new Block(null, damaged(path, parity, "generation " + superblock.generation()));
        }
        return new Block(superblock, null);
      } catch (CorruptFileException | NotAHashFileException e) {
        return new Block(null, e);
      }
    }

    private static CorruptFileException damaged(Path path, int parity, String found) {
      return new CorruptFileException(
          path
              + ": superblock at 0x"
              + Long.toHexString((long) parity * FileLayout.BLOCK_BYTES)
              + ": expected one of "
              + (parity == 0 ? "even" : "odd")
              + " generation, found "
              + found);
    }
  }
}
