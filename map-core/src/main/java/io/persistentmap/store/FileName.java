package io.persistentmap.store;

import io.persistentmap.FileAccessException;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileIdentity;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Knows which file has to have a name. A file that was deleted, renamed or replaced while it is
 * open is nobody's, or somebody else's: what would be written to it would be lost, or spoil what is
 * another's by now.
 */
final class FileName {
  private final Path name;

  /** Which file it is, whatever its name; null where the platform can't tell. */
  private final @Nullable Object key;

  /**
   * Looks which file it is.
   *
   * @param name that it has, or is to get
   * @param file under the path that it has now
   */
  FileName(Path name, DataFile file) {
    this.name = name;
    this.key = FileIdentity.key(file.path());
  }

  /**
   * Checks that the file has that name.
   *
   * @throws FileAccessException if it has not
   */
  void require() {
    if (key != null && !key.equals(FileIdentity.key(name))) {
      throw new FileAccessException(
          name
              + ": was deleted, renamed or replaced while the map has it open, so that a checkpoint"
              + " would be lost; put the file back, or copy the entries to another map");
    }
  }
}
