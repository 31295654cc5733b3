package io.persistentmap.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** The C sources of {@code src/test/c}, compiled where a test needs them. */
public final class CSources {
  private static final Path SOURCES = Path.of("src", "test", "c");
  private static final Path COMPILED = Path.of("target", "c");

  private CSources() {}

  /**
   * Compiles a program that serves a file system.
   *
   * @throws TestAbortedException if this machine lacks the compiler or libfuse3
   */
  static Path fuseProgram(String name) throws IOException {
    LoopFileSystem.requireProgram("pkg-config", "pkg-config");
    Commands.Outcome flags = Commands.attempt(List.of("pkg-config", "--cflags", "--libs", "fuse3"));
    if (!flags.succeeded()) {
      throw new TestAbortedException("libfuse3 is not installed (package libfuse3-dev)");
    }
    if (!Files.exists(Path.of("/dev/fuse"))) {
      throw new TestAbortedException("no /dev/fuse");
    }
    return compile(name, name, Arrays.asList(flags.output().split("\\s+", -1)));
  }

  /**
   * Compiles a shared library.
   *
   * @param target its path below {@code target/c}
   * @throws TestAbortedException if this machine lacks the compiler
   */
  public static Path library(String name, String target) throws IOException {
    return compile(name, target, List.of("-shared", "-fPIC", "-ldl"));
  }

  private static synchronized Path compile(String name, String target, List<String> flags)
      throws IOException {
    LoopFileSystem.requireProgram("gcc", "gcc");
    Path compiled = COMPILED.resolve(target).toAbsolutePath();
    Files.createDirectories(compiled.getParent());
    List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-Wextra", "-Werror"));
    command.addAll(List.of("-o", compiled.toString(), SOURCES.resolve(name + ".c").toString()));
    command.addAll(flags);
    Commands.run(command);
    return compiled;
  }
}
