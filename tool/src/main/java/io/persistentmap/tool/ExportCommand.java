package io.persistentmap.tool;

import io.persistentmap.FileAccessException;
import io.persistentmap.Recovery;
import io.persistentmap.inspect.Progress;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.Recoverer;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.tool.Export.Exported;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes JSON Lines. */
@Command(
    name = "export",
    description = {
      "Writes the entries of a store as JSON Lines, with all that import needs to make the same"
          + " store again. No class of the application is needed.%n",
      "STORE.even or STORE.odd is exported alone, also while the store is in use. Changes nothing.%n"
    })
final class ExportCommand implements Callable<Integer> {
  private static final int BUFFER_BYTES = 1 << 16;
  private final Path STDOUT = Path.of("-");

  @Mixin StoreOptions store = new StoreOptions();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file to write; - or nothing for stdout.")
  Path target = STDOUT;

  @Option(
      names = "--map",
      paramLabel = "NAME",
      description = "The map whose entries are written; all maps if none is named.")
  @Nullable String map;

  @Mixin Output output = new Output();

  @Override
  public Integer call() throws IOException {
    if (target.equals(STDOUT)) {
      output.refuseJson(
          "--json needs a FILE to export to: stdout has the entries, as JSON already");
    }
    FileSystem files = FileSystem.ofPlatform();
    try {
      if (store.isSnapshot()) {
        StoreFile snapshot = StoreFile.read(files, store.names().hash());
        return output.withProgress(progress -> export(files, snapshot, progress));
      }
      InfoCommand.requireStore(store.names());
      return store.locked(
          files,
          true,
          () -> output.withProgress(progress -> export(files, newest(files), progress)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private StoreFile newest(FileSystem files) {
    Recoverer.Decision decision = Recoverer.decide(files, store.names(), false);
    if (decision.source() == Recovery.Source.CREATED) {
      throw StoreFiles.missing(store.names().hash());
    }
    return decision.file();
  }

  private int export(FileSystem files, StoreFile file, Progress progress) {
    if (file.newest() == null && file.problem() != null) {
      throw file.problem();
    }
    try {
      if (target.equals(STDOUT)) {
        return toStdout(files, file, progress);
      }
      return print(toFile(files, file, progress));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it did can't be told where the lines are. */
  private int toStdout(FileSystem files, StoreFile file, Progress progress) throws IOException {
    OutputStream stdout =
        new OutputStream() {
          private final OutputStream raw = new FileOutputStream(FileDescriptor.out);

          @Override
          public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            try {
              raw.write(bytes, from, length);
            } catch (IOException e) {
              throw Stdout.failure(": " + e.getMessage());
            }
          }
        };
    OutputStream out = new BufferedOutputStream(stdout, BUFFER_BYTES);
    Exported unused = Export.run(files, file.path(), file.superblock(), map, out, progress);
    return ExitCode.OK;
  }

  /** The file gets its name when it is whole. */
  private Exported toFile(FileSystem files, StoreFile file, Progress progress) throws IOException {
    if (StoreFile.exists(target)) {
      throw new FileAccessException(
          target
              + ": exists already, and is not overwritten; choose another path, or move it away");
    }
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    files.delete(temporary); // of one that was cut short
    try (DataFile written = files.create(temporary)) {
      Exported exported;
      try (OutputStream out = new BufferedOutputStream(new FileStream(written), BUFFER_BYTES)) {
        exported = Export.run(files, file.path(), file.superblock(), map, out, progress);
      }
      written.sync();
      files.rename(temporary, target);
      files.syncDirectory(StoreFiles.directory(target));
      return exported;
    } finally {
      files.delete(temporary);
    }
  }

  private int print(Exported exported) {
    output.print(
        exported,
        List.of(
            Report.format(
                "%s  %,d entries of checkpoint %d; %,d of them have parts that are told as bytes",
                target, exported.entries(), exported.checkpoint(), exported.asBytes())));
    return ExitCode.OK;
  }
}
