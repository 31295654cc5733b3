package io.persistentmap.tool;

import io.persistentmap.inspect.Compacted;
import io.persistentmap.inspect.Compaction;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFiles;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Writes a store anew. */
@Command(
    name = "compact",
    description = {
      "Writes the hash file anew, with nothing in it but the entries; a copy, which takes its place"
          + " when it has been read back. Needs space for it.%n",
      "Snapshots stay as they are until the next checkpoints.%n"
    })
final class CompactCommand implements Callable<Integer> {
  @Mixin StoreOptions store = new StoreOptions();
  @Mixin WriteOption consent = new WriteOption();
  @Mixin Output output = new Output();

  @Override
  public Integer call() {
    FileSystem files = FileSystem.ofPlatform();
    StoreFiles names = store.names();
    InfoCommand.requireStore(names);
    consent.require(names.hash() + " would be written anew");
    return store.locked(
        files,
        false,
        () -> output.withProgress(progress -> print(Compaction.run(files, names, progress))));
  }

  private int print(Compacted compacted) {
    output.print(
        compacted,
        List.of(
            Report.format(
                "%s  %s instead of %s, %,d entries, checkpoint %d",
                compacted.file(),
                Report.bytes(compacted.bytesAfter()),
                Report.bytes(compacted.bytesBefore()),
                compacted.entries(),
                compacted.checkpoint())));
    return ExitCode.OK;
  }
}
