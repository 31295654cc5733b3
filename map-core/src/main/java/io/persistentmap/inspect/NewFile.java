package io.persistentmap.inspect;

import io.persistentmap.CorruptFileException;
import io.persistentmap.FileAccessException;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import java.nio.file.Path;
import java.util.List;

/** Files get their names when they are whole, and have been proved to be. */
final class NewFile {
  private NewFile() {}

  /**
   * Checks that there is no store yet.
   *
   * @throws FileAccessException if there is anything that belongs to one
   */
  static void requireNoStore(StoreFiles names) {
    List.of(names.hash(), names.even(), names.odd()).forEach(NewFile::requireAbsent);
  }

  /**
   * Checks that a path is free.
   *
   * @throws FileAccessException if there is something
   */
  static void requireAbsent(Path path) {
    if (StoreFile.exists(path)) {
      throw new FileAccessException(
          path + ": exists already, and is not overwritten; choose another path, or move it away");
    }
  }

  /**
   * Reads a file completely, and then gives it its name, durably.
   *
   * @param temporary the file, synced
   * @param name the name; what has it so far is replaced at once
   * @throws CorruptFileException if it can't be read back; it is deleted
   */
  static FileCheck name(FileSystem files, Path temporary, Path name, Progress progress) {
    FileCheck check = Verifier.checkFile(files, temporary, progress);
    if (!check.isWhole()) {
      files.delete(temporary);
      throw new CorruptFileException(
          temporary
              + ": was written, but can't be read back: "
              + check.firstFound()
              + "; the device may be failing. "
              + name
              + " was not touched");
    }
    rename(files, temporary, name);
    return check;
  }

  /** Renames a file, durably. */
  static void rename(FileSystem files, Path from, Path to) {
    files.rename(from, to);
    files.syncDirectory(StoreFiles.directory(to));
  }
}
