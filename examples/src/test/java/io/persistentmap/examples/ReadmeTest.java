package io.persistentmap.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that the README's example compiles, runs, and is {@link QuickStart}, and that its
 * coordinates are those that {@code ./test} builds {@code examples/consumer} with.
 */
final class ReadmeTest {
  private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
  private static final Path README = MODULE.resolve("../README.md");
  private static final Path QUICK_START =
      MODULE.resolve("src/main/java/io/persistentmap/examples/QuickStart.java");
  private static final Path CONSUMER = MODULE.resolve("consumer/pom.xml");
  private static final Pattern JAVA_BLOCK = Pattern.compile("(?s)```java\n(.*?)```");
  private static final Pattern XML_BLOCK = Pattern.compile("(?s)```xml\n(.*?)</dependencies>\n```");
  private static final Pattern VERSION = Pattern.compile("<version>(.*?)</version>");

  @TempDir Path directory;
  @TempDir Path outputs;

  @Test
  void example_ofReadme_compiles() throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                complaints,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-d",
                    directory.toString(),
                    "-cp",
                    System.getProperty("java.class.path")),
                null,
                List.of(source(example())))
            .call();
    assertThat(complaints.toString()).isEmpty();
    assertThat(compiled).isTrue();
  }

  @Test
  void example_ofReadme_isQuickStart() throws Exception {
    assertThat(onOneLine(Files.readString(QUICK_START)))
        .as("QuickStart.java has the README's example in it; change both")
        .contains(onOneLine(example()));
  }

  @Test
  void quickStart_runTwice_sameOutput() throws Exception {
    Program.Result first = Program.run(directory, outputs, QuickStart.class);
    Program.Result second = Program.run(directory, outputs, QuickStart.class);
    assertThat(first.err()).isEmpty();
    assertThat(first.out().lines())
        .containsExactlyInAnyOrder(
            "Ada Lovelace was born on 1815-12-10", "Alan Turing was born on 1912-06-23");
    assertThat(second).isEqualTo(first);
  }

  @Test
  void coordinates_ofReadme_areThoseOfConsumer() throws Exception {
    String readme = Files.readString(README);
    String maven = first(XML_BLOCK, readme);
    assertThat(onOneLine(Files.readString(CONSUMER)))
        .as("README.md and examples/consumer/pom.xml differ; change both")
        .contains(onOneLine(maven));
    assertThat(readme)
        .as("the version for Gradle is another than for Maven")
        .contains("persistentmap-bom:" + first(VERSION, maven) + "\"");
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as("README.md has nothing like " + pattern).isTrue();
    return matcher.group(1);
  }

  /** Returns the first Java block of the README that opens a map. */
  private static String example() throws IOException {
    assumeTrue(Files.exists(README), "there is no README.md");
    return JAVA_BLOCK
        .matcher(Files.readString(README))
        .results()
        .map((MatchResult match) -> match.group(1))
        .filter(block -> block.contains("PersistentMap.open"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("README.md has no Java block that opens a map"));
  }

  /** Wraps statements in a class, and imports what a reader's editor would. */
  private static JavaFileObject source(String statements) {
    String text =
        """
        import io.persistentmap.*;
        import java.nio.file.*;
        import java.time.*;
        import java.util.*;

        class Example {
          static void example() throws Exception {
            %s
          }
        }
        """
            .formatted(statements);
    return new SimpleJavaFileObject(
        URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  /** Drops comments and line ends, which the formatter moves. */
  private static String onOneLine(String code) {
    return code.replaceAll("//.*", "").strip().replaceAll("\\s+", " ");
  }
}
