package io.persistentmap.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs a {@link FileSystemTest} once on each of its file systems. */
final class FileSystemExtension implements TestTemplateInvocationContextProvider {
  private static final Namespace NAMESPACE = Namespace.create(FileSystemExtension.class);

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getRequiredTestMethod(), FileSystemTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    return Arrays.stream(kinds(context)).map(Invocation::new);
  }

  private static FileSystemKind[] kinds(ExtensionContext context) {
    FileSystemKind[] ofMethod =
        AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), FileSystemTest.class)
            .orElseThrow()
            .value();
    return ofMethod.length > 0
        ? ofMethod
        : AnnotationSupport.findAnnotation(context.getRequiredTestClass(), OnFileSystems.class)
            .map(OnFileSystems::value)
            .orElseGet(FileSystemKind::values);
  }

  /** The file systems of this run; JUnit closes them at its end. */
  static FileSystems fileSystems(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(FileSystems.class, key -> open(), FileSystems.class);
  }

  private static FileSystems open() {
    try {
      return FileSystems.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Invocation(FileSystemKind kind) implements TestTemplateInvocationContext {
    /** Stands behind the method's name; {@code ./test} counts by it. */
    @Override
    public String getDisplayName(int invocationIndex) {
      return "[" + kind + "]";
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new TestDirectory(kind));
    }
  }
}
