package io.persistentmap.conformance;

import io.persistentmap.PersistentMap;
import io.persistentmap.testing.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The lives of one map: its files are closed and opened, or survive that it is killed. */
final class Incarnations implements AutoCloseable {
  private final Path root;
  private final Function<Path, PersistentMap<Object, Object>> opener;
  private PersistentMap<Object, Object> map;
  private int number;

  /**
   * Starts with an empty map.
   *
   * @param root an empty directory, deleted at the end
   * @param opener opens the map with that hash file
   */
  Incarnations(Path root, Function<Path, PersistentMap<Object, Object>> opener) {
    this.root = root;
    this.opener = opener;
    create(directory());
    this.map = opener.apply(file());
  }

  /** Returns the map of now. */
  PersistentMap<Object, Object> map() {
    return map;
  }

  /** Closes and opens it. */
  PersistentMap<Object, Object> reopen() {
    map.close();
    map = opener.apply(file());
    return map;
  }

  /**
   * Makes a checkpoint, and goes on with what the files are like at this moment, without the map
   * being closed: as if the process were killed.
   */
  PersistentMap<Object, Object> killAndRecover() {
    map.checkpoint();
    Path killed = directory();
    number++;
    copy(killed, directory());
    map.close();
    Directories.delete(killed);
    map = opener.apply(file());
    return map;
  }

  /**
   * Makes a checkpoint, drops the map, which must discard when it is closed, and recovers it. On
   * disk that is what a kill leaves, and costs no copy.
   */
  PersistentMap<Object, Object> dropAndRecover() {
    map.checkpoint();
    return reopen();
  }

  private Path directory() {
    return root.resolve(String.valueOf(number));
  }

  private Path file() {
    return directory().resolve("x.map");
  }

  static void create(Path directory) {
    try {
      Files.createDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) {
    create(to);
    try (Stream<Path> listed = Files.list(from)) {
      List<Path> files = listed.toList();
      for (Path file : files) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    map.close();
    Directories.delete(root);
  }
}
