package io.persistentmap.examples;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A fresh directory that is removed in the end, also after Ctrl-C, unless it is to be kept. */
final class WorkDirectory implements AutoCloseable {
  private static final int ATTEMPTS = 1_000;

  private final Path path;
  private final Thread removal = new Thread(this::removeAtShutdown, "removal");
  private volatile boolean kept;
  private volatile boolean shutDown;

  private WorkDirectory(Path path) {
    this.path = path;
    Runtime.getRuntime().addShutdownHook(removal);
  }

  /** Makes one in a directory, or in that for temporary files. */
  static WorkDirectory create(@Nullable Path parent) throws IOException {
    String prefix = "persistentmap-demo-";
    return new WorkDirectory(
        (parent == null
                ? Files.createTempDirectory(prefix)
                : Files.createTempDirectory(parent, prefix))
            .toRealPath());
  }

  Path path() {
    return path;
  }

  /** Returns the name of the file system it is on, such as ext4. */
  String fileSystem() throws IOException {
    return Files.getFileStore(path).type();
  }

  /** Leaves it where it is. */
  void keep() {
    kept = true;
  }

  /** Says whether the process is ending, by Ctrl-C for example: failures are no news then. */
  boolean isShutDown() {
    return shutDown;
  }

  @Override
  public void close() throws IOException {
    if (!shutDown) {
      Runtime.getRuntime().removeShutdownHook(removal);
      remove();
    }
  }

  /** Tries again while the other threads, which go on meanwhile, still make files. */
  private void removeAtShutdown() {
    shutDown = true;
    boolean removed = false;
    for (int attempt = 0; !removed && attempt < ATTEMPTS; attempt++) {
      ProcessHandle.current().children().forEach(WorkDirectory::kill);
      removed = tryRemove();
    }
  }

  private static void kill(ProcessHandle child) {
    child.destroyForcibly();
    child.onExit().join();
  }

  private boolean tryRemove() {
    try {
      remove();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void remove() throws IOException {
    if (!kept) {
      Files.walkFileTree(path, new Removal());
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
