package io.persistentmap.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that the documentation of the public classes can be made, as {@code mvn javadoc:javadoc}
 * does: the compiler's doclint looks at each comment, but not at what the tool makes of all.
 */
final class JavadocTest {
  private static final List<Path> PACKAGES =
      List.of(
          Path.of("src/main/java/io/persistentmap"),
          Path.of("src/main/java/io/persistentmap/inspect"),
          Path.of("../serializers/src/main/java/io/persistentmap/serializer"));

  @TempDir Path directory;

  @Test
  void javadoc_publicPackages_noError() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("-quiet", "-encoding", "UTF-8", "-Xdoclint:all,-missing", "-notimestamp"));
    arguments.addAll(List.of("-d", directory.toString()));
    arguments.addAll(List.of("-classpath", System.getProperty("java.class.path")));
    PACKAGES.forEach(sources -> arguments.addAll(filesOf(sources)));
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    int status =
        ToolProvider.findFirst("javadoc")
            .orElseThrow()
            .run(out, out, arguments.toArray(new String[0]));
    assertThat(status).as("%s", text).isZero();
    assertThat(directory.resolve("io/persistentmap/PersistentMap.html")).isNotEmptyFile();
  }

  private static List<String> filesOf(Path sources) {
    try (Stream<Path> files = Files.list(sources)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
