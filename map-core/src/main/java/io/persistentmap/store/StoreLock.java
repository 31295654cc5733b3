package io.persistentmap.store;

import io.persistentmap.FileAccessException;
import io.persistentmap.FileLockedException;
import io.persistentmap.platform.FileHold;
import io.persistentmap.platform.FileIdentity;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a store: one writer, or any number of readers. It ends with the process.
 *
 * <p>It is two locks. That of the <b>hash file itself</b> follows the file under all of its names,
 * and needs no right but that to read the file. That of the <b>lock file</b> is there before there
 * is a hash file, and while one takes another's place; it also stays when a program makes the first
 * one go: through {@code java.nio} a lock goes when the process closes any descriptor of its file,
 * and nobody has a reason to open the lock file.
 *
 * <p>The invariant: who may write the file of a name has locked that file, and has seen after that
 * that the name is still its. So a file that is to get the name is locked before. Not thread-safe.
 */
public final class StoreLock implements AutoCloseable {
  private final FileSystem files;
  private final StoreFiles names;
  private final LockHolder holder;
  private final boolean shared;
  private @Nullable FileHold ofLockFile;
  private @Nullable FileHold ofHashFile;

  /** Of the file that is to take the hash file's place. */
  private @Nullable FileHold ofSuccessor;

  private StoreLock(FileSystem files, StoreFiles names, boolean shared) {
    this.files = files;
    this.names = names;
    this.shared = shared;
    this.holder = new LockHolder(names.holder());
  }

  /**
   * Takes the lock, until it is closed.
   *
   * @param shared whether only to read
   * @throws FileLockedException if somebody has the store open, with who it is
   * @throws FileAccessException if the lock file can't be made, and the lock is not shared; or the
   *     hash file can't be opened
   */
  public static StoreLock hold(FileSystem files, StoreFiles names, boolean shared) {
    StoreLock lock = new StoreLock(files, names, shared);
    try {
      lock.take();
      return lock;
    } catch (Throwable e) {
      lock.release(e);
      throw e;
    }
  }

  private void take() {
    takeLockFile();
    // Anything else than a file is refused when it is read; opening a pipe would wait for ever.
    if (Files.isRegularFile(names.hash())) {
      ofHashFile = require(files.lock(names.hash(), shared, false));
    }
    if (!shared) {
      holder.announce();
    }
  }

  /** A reader may have no access to it; then the lock of the hash file must do. */
  private void takeLockFile() {
    if (shared && !Files.isRegularFile(names.lock())) {
      return;
    }
    try {
      ofLockFile = require(files.lock(names.lock(), shared, !shared));
    } catch (FileAccessException e) {
      if (!shared) {
        throw e;
      }
    }
  }

  private FileHold require(@Nullable FileHold hold) {
    if (hold == null) {
      throw new FileLockedException(
          names.hash()
              + ": the store is open already, by "
              + holder.describe()
              + "; close it there first. The lock ends with that process, no file needs deleting");
    }
    return hold;
  }

  /**
   * Locks a file that is to take the hash file's place, before it gets the name.
   *
   * @param successor a new file of the caller's
   */
  public void adopt(Path successor) {
    FileHold hold = holdNew(files, successor);
    close(ofSuccessor); // of one that came to nothing
    ofSuccessor = hold;
  }

  /**
   * Notes that the file has got the name.
   *
   * @throws FileAccessException if the name is another's by now
   */
  public void adopted() {
    FileHold before = ofHashFile;
    ofHashFile = ofSuccessor;
    ofSuccessor = null;
    close(before);
    requireNamed();
  }

  /**
   * Checks that the hash file's name is still that of the file that is locked.
   *
   * @throws FileAccessException if it is not
   */
  void requireNamed() {
    FileHold hold = ofHashFile;
    if (hold != null && hold.key() != null && !hold.key().equals(FileIdentity.key(names.hash()))) {
      throw new FileAccessException(
          names.hash()
              + ": was deleted or replaced while it was being opened; open it again when nobody"
              + " moves its files");
    }
  }

  /**
   * Locks a file that is to get a name when it is whole, so that nobody takes it for one that a
   * crash left, and nobody finds it unlocked under its name.
   *
   * @throws FileLockedException if somebody else has it
   */
  public static FileHold holdNew(FileSystem files, Path temporary) {
    FileHold hold = files.lock(temporary, false, false);
    if (hold == null) {
      throw new FileLockedException(
          temporary
              + ": somebody else is making this file; wait until that is done, or choose another"
              + " path");
    }
    return hold;
  }

  /**
   * Deletes a file that a crash left under a temporary name.
   *
   * @throws FileLockedException if somebody is writing it
   */
  public static void deleteLeftover(FileSystem files, Path temporary) {
    if (Files.isRegularFile(temporary)) {
      FileHold hold = holdNew(files, temporary);
      try {
        files.delete(temporary);
      } finally {
        hold.close();
      }
    } else {
      files.delete(temporary);
    }
  }

  /** Runs a task, and gives the lock back. */
  public <T> T during(Supplier<T> task) {
    try (this) {
      return task.get();
    }
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    if (!shared && ofLockFile != null) {
      holder.clear();
    }
    close(ofSuccessor);
    close(ofHashFile);
    close(ofLockFile);
    ofSuccessor = null;
    ofHashFile = null;
    ofLockFile = null;
  }

  private static void close(@Nullable FileHold hold) {
    if (hold != null) {
      hold.close();
    }
  }

  private void release(Throwable failure) {
    try {
      // The holder that is named, if any, is another.
      close(ofHashFile);
      close(ofLockFile);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
