package io.persistentmap.testing;

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

/** Classes of package {@code app}, compiled from source, for tests of programs that change. */
public final class CompiledClasses {
  private static final Pattern NAME = Pattern.compile("(?:class|record|enum) (\\w+)");

  private CompiledClasses() {}

  /**
   * Compiles top-level types.
   *
   * @param directory takes the files
   * @param types the source of each, without package and modifier
   * @return a loader of these classes and of those of the JDK
   */
  public static ClassLoader compile(Path directory, String... types) throws IOException {
    Path version = Files.createTempDirectory(directory, "version");
    List<String> arguments = new ArrayList<>(List.of("-nowarn", "-d", version.toString()));
    for (String type : types) {
      Matcher name = NAME.matcher(type);
      if (!name.find()) {
        throw new IllegalArgumentException("no type in " + type);
      }
      Path source = version.resolve(name.group(1) + ".java");
      Files.writeString(source, "package app; import java.util.*; public " + type);
      arguments.add(source.toString());
    }
    int errors =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (errors != 0) {
      throw new IllegalArgumentException("can't be compiled: " + String.join("\n", types));
    }
    URL[] path = {version.toUri().toURL()};
    return new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
  }
}
