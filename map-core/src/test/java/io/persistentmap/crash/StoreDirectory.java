package io.persistentmap.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory with the files of a store, as bytes. */
final class StoreDirectory {
  private StoreDirectory() {}

  /** Lists the files, in order of name. */
  static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  /** Deletes a directory without directories in it. */
  static void delete(Path directory) throws IOException {
    for (Path file : files(directory)) {
      Files.delete(file);
    }
    Files.delete(directory);
  }

  /** Copies all files to a new directory. */
  static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    for (Path file : files(from)) {
      Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /** Returns names and a digest of the bytes of all files but the lock. */
  static Map<String, String> fingerprint(Path directory) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (Path file : files(directory)) {
      String name = String.valueOf(file.getFileName());
      if (!name.endsWith(".lock") && !name.endsWith(".holder")) {
        byte[] bytes = Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
        found.put(name, bytes.length + " bytes, hash " + Arrays.hashCode(bytes));
      }
    }
    return found;
  }
}
