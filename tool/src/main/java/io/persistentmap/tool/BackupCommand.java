package io.persistentmap.tool;

import io.persistentmap.inspect.BackedUp;
import io.persistentmap.inspect.Backup;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies a checkpoint. */
@Command(
    name = "backup",
    description = {
      "Copies the newest checkpoint of a store to one file, which is a store of its own. The store"
          + " may be in use: nobody waits, and what is copied is a whole checkpoint.%n",
      "The copy is read completely before it gets its name. On the same XFS or Btrfs it shares"
          + " blocks with the store: quick, small, but no protection against the device.%n"
    })
final class BackupCommand implements Callable<Integer> {
  @Mixin StoreOptions store = new StoreOptions();

  @Parameters(index = "1", paramLabel = "TARGET", description = "The backup.")
  @Nullable Path target;

  @Option(names = "--no-share", description = "Copies every byte, and shares no blocks.")
  boolean noShare;

  @Mixin Output output = new Output();

  @Override
  public Integer call() {
    Path backup = Objects.requireNonNull(target);
    return output.withProgress(
        progress ->
            print(Backup.run(FileSystem.ofPlatform(), store.names(), backup, !noShare, progress)));
  }

  private int print(BackedUp backup) {
    output.print(
        backup,
        List.of(
            Report.format(
                "%s  checkpoint %d of %s, %,d entries, %s%s",
                backup.target(),
                backup.checkpoint(),
                backup.time(),
                backup.entries(),
                Report.bytes(backup.bytes()),
                backup.shared() ? ", sharing blocks with " + backup.source() : "")));
    return ExitCode.OK;
  }
}
