package io.persistentmap.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of its own on the file system that is measured, which the system property {@link
 * #PROPERTY} names.
 */
final class BenchmarkDirectory {
  /** Names the parent. */
  static final String PROPERTY = "persistentmap.bench.directory";

  private final Path path;

  private BenchmarkDirectory(Path path) {
    this.path = path;
  }

  static BenchmarkDirectory create() {
    return createIn(Path.of(System.getProperty(PROPERTY, System.getProperty("java.io.tmpdir"))));
  }

  static BenchmarkDirectory createIn(Path parent) {
    try {
      return new BenchmarkDirectory(Files.createTempDirectory(parent, "bench"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file(String name) {
    return path.resolve(name);
  }

  void delete() throws IOException {
    try (Stream<Path> paths = Files.walk(path)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    }
  }
}
