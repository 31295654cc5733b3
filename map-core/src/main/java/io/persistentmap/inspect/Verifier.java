package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.Recoverer;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks every byte that counts, and changes none. */
public final class Verifier {
  private Verifier() {}

  /**
   * Checks one file: both superblocks and all their copies, each record, each entry of the index,
   * and that index, log, counts and accounting tell the same.
   *
   * <p>Reads the log once, front to back. Needs 20 bytes of memory an entry.
   *
   * @throws io.persistentmap.UnsupportedFormatException if it is of another format version
   * @throws io.persistentmap.FileAccessException if it can't be read
   */
  public static FileCheck checkFile(FileSystem files, Path file, Progress progress) {
    return FileChecker.check(files, file, progress);
  }

  /**
   * Checks all files of a store that nobody has open for writing; the caller has its lock.
   *
   * @throws io.persistentmap.UnsupportedFormatException if it is of another format version
   * @throws io.persistentmap.FileAccessException if a file can't be read
   */
  public static Verification checkStore(FileSystem files, StoreFiles names, Progress progress) {
    List<String> remarks = new ArrayList<>();
    List<FileCheck> checks = new ArrayList<>();
    if (counts(StoreFile.read(files, names.hash()), names, remarks)) {
      checks.add(checkFile(files, names.hash(), progress));
    }
    for (Path snapshot : List.of(names.even(), names.odd())) {
      FileCheck check = checkFile(files, snapshot, progress);
      if (check.exists()) {
        checks.add(check);
      }
    }
    try {
      Recoverer.Decision decision = Recoverer.decide(files, names, false);
      remarks.addAll(decision.remarks());
      Path opened = decision.file().path();
      boolean damaged =
          checks.stream().anyMatch(check -> check.file().equals(opened) && !check.isWhole());
      String opens = Inspector.describe(decision) + (damaged ? ", which is damaged" : "");
      return new Verification(checks, opens, Optional.empty(), remarks);
    } catch (RecoveryRefusedException | CorruptFileException | NotAHashFileException e) {
      return new Verification(
          checks, "opening is refused", Optional.of(String.valueOf(e.getMessage())), remarks);
    }
  }

  /** A hash file that was not closed counts for nothing where there are snapshots. */
  private static boolean counts(StoreFile hash, StoreFiles names, List<String> remarks) {
    Superblock newest = hash.newest();
    boolean snapshots = StoreFile.exists(names.even()) || StoreFile.exists(names.odd());
    boolean crashed = newest == null || (newest.reflink() && !newest.clean());
    if (hash.exists() && crashed && snapshots) {
      remarks.add(
          hash.path() + " was not closed, so the snapshots count, and it was not looked into");
      return false;
    }
    return hash.exists();
  }
}
