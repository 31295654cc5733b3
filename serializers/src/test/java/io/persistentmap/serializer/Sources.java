package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/**
 * A version of a program: classes of package {@code app}, compiled from source, in a class loader
 * of their own.
 */
final class Sources {
  private static final Pattern NAME = Pattern.compile("(?:class|record|enum|interface) (\\w+)");

  private final ClassLoader loader;

  private Sources(ClassLoader loader) {
    this.loader = loader;
  }

  /** Compiles top-level types, each given as its source without package and imports. */
  static Sources compile(Path directory, String... types) throws IOException {
    Path version = Files.createTempDirectory(directory, "version");
    List<String> arguments = new ArrayList<>(List.of("-nowarn", "-d", version.toString()));
    for (String type : types) {
      Matcher name = NAME.matcher(type);
      assertThat(name.find()).isTrue();
      Path source = version.resolve(name.group(1) + ".java");
      Files.writeString(source, "package app; import java.util.*; public " + type);
      arguments.add(source.toString());
    }
    int errors =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(errors).isZero();
    URL[] path = {version.toUri().toURL()};
    return new Sources(new URLClassLoader(path, ClassLoader.getPlatformClassLoader()));
  }

  ClassLoader loader() {
    return loader;
  }

  Class<?> type(String name) throws ClassNotFoundException {
    return loader.loadClass("app." + name);
  }

  /** Returns what the static method {@code make} of a class returns. */
  Object make(String name) throws ReflectiveOperationException {
    return type(name).getMethod("make").invoke(null);
  }

  /** Returns a codec for these classes. */
  CodecFixture fixture(InMemoryClassTable table) {
    return fixture(table, new CodecOptions.Builder());
  }

  CodecFixture fixture(InMemoryClassTable table, CodecOptions.Builder options) {
    return new CodecFixture(table, options.allowPackage("app").build(loader));
  }
}
