package io.persistentmap.tool;

import io.persistentmap.inspect.Progress;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.tool.Import.Imported;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Reads JSON Lines. */
@Command(
    name = "import",
    description = {
      "Makes a new store of JSON Lines, as export writes them. Same keys, same values, same types;"
          + " no class of the application is needed.%n"
    })
final class ImportCommand implements Callable<Integer> {
  private static final Path STDIN = Path.of("-");

  @Parameters(index = "0", paramLabel = "FILE", description = "The lines; - for stdin.")
  @Nullable Path source;

  @Parameters(index = "1", paramLabel = "NEW", description = "The new store.")
  @Nullable Path target;

  @Mixin Output output = new Output();

  @Override
  public Integer call() throws Exception {
    Exception[] failure = new Exception[1];
    int code =
        output.withProgress(
            progress -> {
              try {
                return read(progress);
              } catch (IOException | Import.MalformedException e) {
                failure[0] = e;
                return ExitCode.FORMAT;
              }
            });
    if (failure[0] != null) {
      throw failure[0];
    }
    return code;
  }

  private int read(Progress progress) throws IOException, Import.MalformedException {
    Path file = Objects.requireNonNull(source);
    try (InputStream in =
        new BufferedInputStream(file.equals(STDIN) ? System.in : Files.newInputStream(file))) {
      Imported imported =
          Import.run(FileSystem.ofPlatform(), in, Objects.requireNonNull(target), progress);
      output.print(
          imported, List.of(Report.format("%s  %,d entries", imported.file(), imported.entries())));
      return ExitCode.OK;
    }
  }
}
