package io.persistentmap.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes jars of empty entries. */
final class Jars {
  private Jars() {}

  /** Makes a repository of that many jars; each has the class common.Shared and one of its own. */
  static Path repository(Path directory, int jars) throws IOException {
    for (int i = 0; i < jars; i++) {
      jar(
          directory.resolve("group" + i).resolve("jar" + i + ".jar"),
          "common/Shared.class",
          "own/Class" + i + ".class");
    }
    return directory;
  }

  /** Makes one jar. */
  static Path jar(Path jar, String... entries) throws IOException {
    Files.createDirectories(jar.toAbsolutePath().resolve("..").normalize());
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
      }
    }
    return jar;
  }
}
