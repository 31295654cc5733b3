package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.Recovery;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.ClosedFile;
import io.persistentmap.store.Recoverer;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.StoreLock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Copies a checkpoint of a store to one file, while a process works on the store or not. No lock is
 * taken, and nobody waits.
 *
 * <p><b>With snapshots</b>, the newest of them is copied: it is whole under its name, and whoever
 * has it open keeps it.
 *
 * <p><b>In place</b>, what the newest durable superblock names is not overwritten as long as it is
 * the newest, and for a while after: so it is copied, and then looked at again whether any segment
 * has been used anew meanwhile ({@link LiveCopy}). The proof is made in the end: the copy is read
 * completely, by both readers, before it gets its name, and if it is not whole all is done again.
 */
public final class Backup {
  /** How often is begun anew before the store itself is taken for damaged. */
  private static final int ATTEMPTS = 8;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final FileSystem files;
  private final StoreFiles names;
  private final Path target;
  private final Path temporary;
  private final boolean mayShare;
  private final Progress progress;

  private Backup(
      FileSystem files, StoreFiles names, Path target, boolean mayShare, Progress progress) {
    this.files = files;
    this.names = names;
    this.target = target;
    this.temporary = StoreFiles.of(target).newHash();
    this.mayShare = mayShare;
    this.progress = progress;
  }

  /**
   * Makes a backup.
   *
   * @param target the file; there must be no store of that name
   * @param mayShare whether it may share blocks with the store, where the file system can
   * @return what it is
   * @throws FileAccessException if there is no store, or there is a target already
   * @throws RecoveryRefusedException if opening the store would be refused
   * @throws CorruptFileException if its newest checkpoint can't be read completely
   */
  public static BackedUp run(
      FileSystem files, StoreFiles names, Path target, boolean mayShare, Progress progress) {
    NewFile.requireNoStore(StoreFiles.of(target));
    return new Backup(files, names, target, mayShare, progress).run();
  }

  private BackedUp run() {
    RuntimeException failure = null;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        return attempt(attempt);
      } catch (CorruptFileException | RecoveryRefusedException | NotAHashFileException e) {
        // A store at work can look so for a moment.
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
        LockSupport.parkNanos(PAUSE_NANOS * attempt);
      } finally {
        files.delete(temporary);
      }
    }
    throw failure != null ? failure : new IllegalStateException("no attempt was made");
  }

  private BackedUp attempt(int attempt) {
    Recoverer.Decision decision = Recoverer.decide(files, names, false);
    Path source = decision.file().path();
    if (decision.source() == Recovery.Source.CREATED) {
      throw StoreFiles.missing(source);
    }
    StoreLock.deleteLeftover(files, temporary); // of a backup that was cut short
    files.create(temporary).close();
    return StoreLock.holdNew(files, temporary).during(() -> copy(source, attempt));
  }

  private BackedUp copy(Path source, int attempt) {
    boolean isSnapshot = !source.equals(names.hash());
    boolean shared = false;
    try (DataFile from = files.openForRead(source);
        DataFile to = files.openForWrite(temporary)) {
      shared = mayShare && to.cloneFrom(from);
      if (!shared) {
        copy(from, to, isSnapshot);
      }
      to.sync();
    }
    StoreFile copied = StoreFile.read(files, temporary);
    Superblock superblock = copied.newest();
    if (superblock == null || copied.problem() != null) {
      throw damaged(source, copied.problem());
    }
    ClosedFile.close(files, temporary);
    FileCheck check = Verifier.checkFile(files, temporary, progress);
    if (!check.isWhole()) {
      throw damaged(source, check);
    }
    NewFile.requireNoStore(StoreFiles.of(target)); // somebody may have made one meanwhile
    NewFile.rename(files, temporary, target);
    return new BackedUp(
        source,
        target,
        superblock.checkpoint(),
        Instant.ofEpochMilli(superblock.timeMillis()),
        check.entries(),
        FileBytes.size(files, target),
        shared,
        attempt);
  }

  private void copy(DataFile from, DataFile to, boolean isSnapshot) {
    if (isSnapshot) {
      ClosedFile.copyBytes(from, to);
    } else {
      new LiveCopy(from, to, progress).run();
    }
  }

  private static CorruptFileException damaged(Path source, FileCheck check) {
    return damaged(source, check.firstFound());
  }

  private static CorruptFileException damaged(Path source, @Nullable Object found) {
    return new CorruptFileException(
        source
            + ": its newest checkpoint can't be read completely: "
            + found
            + "; no backup was made. Run verify; if that finds nothing, the store changes faster"
            + " than it can be copied: back it up when less is going on");
  }
}
