package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that a map opens where native calls can't be had, and that what a JVM refuses is told with
 * the option that helps, never by a raw error of linking.
 */
final class StartUpTest {
  private static final int FIRST_JDK_THAT_DENIES = 24;

  @TempDir Path dir;

  /** The program: opens a map, twice, and tells what it has. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      for (int i = 0; i < 2; i++) {
        try (PersistentMap<String, Integer> map =
            PersistentMap.open(Path.of(arguments[0]), String.class, Integer.class)) {
          map.merge("opened", 1, Integer::sum);
          map.checkpoint();
          System.out.println("opened " + map.get("opened"));
        } catch (Throwable e) { // told to the parent, whatever it is
          System.out.println("threw " + e.getClass().getName() + ": " + e.getMessage());
        }
      }
    }
  }

  private record Outcome(List<String> lines, String errors) {}

  private Outcome run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-Dslf4j.provider=" + PrintingLogger.class.getName());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    command.add(dir.resolve("store").toString());
    Path errors = dir.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return new Outcome(out.lines().toList(), Files.readString(errors));
  }

  private static void requireFallback(Outcome outcome) {
    assertThat(outcome.lines).as(outcome.errors).hasSize(3);
    assertThat(outcome.lines.get(0)).startsWith("WARN ").contains("-Dpersistentmap.portable=true");
    assertThat(outcome.lines.subList(1, 3)).containsExactly("opened 1", "opened 2");
  }

  @Test
  void open_whereJnaFindsNoLibrary_worksPortably() throws Exception {
    requireFallback(run("-Djna.nounpack=true", "-Djna.nosys=true"));
  }

  @Test
  void open_whereJnaCantWriteItsLibrary_worksPortably() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    requireFallback(run("-Djna.tmpdir=" + file, "-Djna.nosys=true"));
  }

  @Test
  void open_whereJnaLoadsAnotherLibrary_worksPortably() throws Exception {
    Path wrong = Files.createDirectory(dir.resolve("wrong"));
    Files.writeString(wrong.resolve("libjnidispatch.so"), "no library");
    requireFallback(
        run("-Djna.boot.library.path=" + wrong, "-Djna.nounpack=true", "-Djna.nosys=true"));
  }

  @Test
  void open_whereNativeAccessIsDenied_worksPortably() throws Exception {
    assumeTrue(Runtime.version().feature() >= FIRST_JDK_THAT_DENIES, "nothing can be denied here");
    requireFallback(run("--illegal-native-access=deny"));
  }

  @Test
  void open_whereMemoryIsDenied_throwsWithTheOption() throws Exception {
    assumeTrue(Runtime.version().feature() >= FIRST_JDK_THAT_DENIES, "nothing can be denied here");
    for (String portable : List.of("true", "false")) {
      Outcome outcome =
          run("--sun-misc-unsafe-memory-access=deny", "-Dpersistentmap.portable=" + portable);
      assertThat(outcome.lines)
          .hasSize(2)
          .allMatch(
              line -> line.startsWith("threw " + UnsupportedPlatformException.class.getName()))
          .allMatch(line -> line.contains("--sun-misc-unsafe-memory-access=allow"));
    }
  }

  /** Guards each subset of the modules that an image may have been made without. */
  @Test
  void open_withFewerModules_opensOrThrowsItsOwn() throws Exception {
    for (String modules :
        List.of(
            "java.base",
            "java.base,java.logging",
            "java.base,jdk.unsupported",
            "java.base,java.logging,jdk.unsupported,java.xml")) {
      Outcome outcome = run("--limit-modules=" + modules);
      assertThat(outcome.lines).as("%s: %s", modules, outcome.errors).hasSizeBetween(2, 3);
      for (String line : outcome.lines) {
        assertThat(line)
            .as("%s: %s", modules, outcome.errors)
            .matches(
                text ->
                    text.startsWith("opened ")
                        || text.startsWith("WARN ")
                        || text.startsWith(
                            "threw " + UnsupportedPlatformException.class.getName()));
      }
    }
  }

  /** A zip file's path looks like one of the operating system. */
  @Test
  void open_pathOfAnotherFileSystem_refusedAndNothingIsMade() throws Exception {
    Path zip = dir.resolve("a.zip");
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path path = inside.getPath(dir.resolve("store").toString());
      assertThatThrownBy(() -> PersistentMap.open(path, String.class, String.class))
          .isInstanceOf(FileAccessException.class)
          .hasMessageContaining("jar")
          .hasMessageContaining(path.toString());
      assertThatThrownBy(
              () ->
                  PersistentMap.builder(String.class, String.class)
                      .snapshotFiles(inside.getPath("/even"), inside.getPath("/odd"))
                      .open(dir.resolve("store")))
          .isInstanceOf(FileAccessException.class);
    }
    assertThat(dir.resolve("store")).doesNotExist();
  }
}
