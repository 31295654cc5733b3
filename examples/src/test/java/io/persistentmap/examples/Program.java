package io.persistentmap.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main method, run in a process of its own until it ends. */
final class Program {
  private Program() {}

  /** What a process did. */
  record Result(int status, String out, String err) {}

  /** Runs it with this class path, in a directory. */
  static Result run(Path directory, Path outputs, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Path out = outputs.resolve("out");
    Path err = outputs.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Result(process.waitFor(), Files.readString(out), Files.readString(err));
  }
}
