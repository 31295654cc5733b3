package io.persistentmap.testing;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Another name for a file or a directory, by a mount. It lies in a file system that is unmounted
 * with all that is in it, so nothing is left when the process is killed.
 */
public final class BindMount implements Closeable {
  private final Path at;
  private boolean closed;

  private BindMount(Path at) {
    this.at = at;
  }

  /**
   * Mounts.
   *
   * @param at is made: a file or a directory, as what is mounted
   */
  public static BindMount mount(Path what, Path at) throws IOException {
    if (Files.isDirectory(what)) {
      Files.createDirectory(at);
    } else {
      Files.createFile(at);
    }
    Commands.run("mount", "--bind", what.toString(), at.toString());
    BindMount made = new BindMount(at);
    OpenMounts.add(made);
    return made;
  }

  /** Lets nothing be written through it. */
  public void makeReadOnly() throws IOException {
    Commands.run("mount", "-o", "remount,ro,bind", at.toString());
  }

  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      OpenMounts.remove(this);
      Commands.run("umount", "--lazy", at.toString());
    }
  }
}
