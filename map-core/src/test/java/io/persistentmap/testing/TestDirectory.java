package io.persistentmap.testing;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.io.TempDir;

/** The directory of one test on one file system, from before the test until after it. */
final class TestDirectory implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private final FileSystemKind kind;
  private @Nullable Path directory;

  TestDirectory(FileSystemKind kind) {
    this.kind = kind;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    directory = FileSystemExtension.fileSystems(context).newDirectory(kind);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    if (directory != null) {
      FileTrees.delete(directory);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == FileSystemKind.class
        || (type == Path.class && !parameter.isAnnotated(TempDir.class));
  }

  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Path.class ? directory : kind;
  }
}
