package io.persistentmap.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/** The file systems of one test run: one of each kind at most, mounted when first asked for. */
final class FileSystems implements AutoCloseable {
  private final Map<FileSystemKind, LoopFileSystem> mounted = new EnumMap<>(FileSystemKind.class);
  private final Map<FileSystemKind, String> obstacles = new EnumMap<>(FileSystemKind.class);

  private FileSystems() {}

  /** Removes what killed runs left. */
  static FileSystems open() throws IOException {
    if (LoopFileSystem.obstacle(FileSystemKind.EXT4).isEmpty()) {
      LoopFileSystem.removeLeftovers();
    }
    return new FileSystems();
  }

  /** Makes an empty directory; aborts the test if the machine cannot have such a file system. */
  synchronized Path newDirectory(FileSystemKind kind) throws IOException {
    return LoopFileSystem.newDirectory(parent(kind));
  }

  private Path parent(FileSystemKind kind) throws IOException {
    if (kind.isImage()) {
      return image(kind).root();
    }
    if (kind == FileSystemKind.DEFAULT) {
      return LoopFileSystem.TEMPORARY;
    }
    if (!LoopFileSystem.typeMountedOn(LoopFileSystem.MEMORY).equals(Optional.of("tmpfs"))) {
      throw new TestAbortedException("no tmpfs at " + LoopFileSystem.MEMORY);
    }
    return LoopFileSystem.MEMORY;
  }

  private LoopFileSystem image(FileSystemKind kind) throws IOException {
    LoopFileSystem ready = mounted.get(kind);
    if (ready != null) {
      return ready;
    }
    Optional<String> obstacle = LoopFileSystem.obstacle(kind);
    if (obstacle.isPresent()) {
      throw new TestAbortedException(obstacle.get());
    }
    LoopFileSystem made = mountOrAbort(kind);
    mounted.put(kind, made);
    return made;
  }

  /** A container may have root, but neither loop devices nor the right to mount. */
  private LoopFileSystem mountOrAbort(FileSystemKind kind) {
    String earlier = obstacles.get(kind);
    if (earlier != null) {
      throw new TestAbortedException(earlier);
    }
    try {
      return LoopFileSystem.mount(kind, LoopFileSystem.DEFAULT_SIZE_BYTES);
    } catch (IOException e) {
      String obstacle = "cannot mount " + kind + ": " + e.getMessage();
      obstacles.put(kind, obstacle);
      throw new TestAbortedException(obstacle, e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    IOException failure = null;
    for (LoopFileSystem fileSystem : mounted.values()) {
      try {
        fileSystem.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    mounted.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
