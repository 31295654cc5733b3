package io.persistentmap.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Directories on any file system, for tests that choose it at run time; a test that extends itself
 * with {@link Provider} takes this as a parameter.
 */
public final class Directories {
  private final FileSystems fileSystems;

  private Directories(FileSystems fileSystems) {
    this.fileSystems = fileSystems;
  }

  /**
   * Makes an empty directory, which the caller deletes.
   *
   * @throws org.opentest4j.TestAbortedException if this machine can't have such a file system
   */
  public Path make(FileSystemKind kind) {
    try {
      return fileSystems.newDirectory(kind);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a directory with all that is in it. */
  public static void delete(Path directory) {
    try {
      FileTrees.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hands the directories of the test run to a constructor or a method. */
  public static final class Provider implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Directories.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return new Directories(FileSystemExtension.fileSystems(context));
    }
  }
}
