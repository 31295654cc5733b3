package io.persistentmap.tool;

import io.persistentmap.inspect.Restore;
import io.persistentmap.inspect.Restored;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes another checkpoint the state of a store. */
@Command(
    name = "restore",
    description = {
      "Makes an older state the store's: that of the even or the odd snapshot, of a checkpoint by"
          + " its number, or of a backup.%n",
      "The state is copied and read completely before it takes the hash file's place. What was"
          + " there is kept as FILE.before-N. Without --write it tells what it would do.%n"
    })
final class RestoreCommand implements Callable<Integer> {
  @Mixin StoreOptions store = new StoreOptions();

  @Parameters(
      index = "1",
      paramLabel = "STATE",
      description =
          "even, odd, the number of a checkpoint, or a file: a snapshot or backup (./17 if its name"
              + " is a number).")
  @Nullable String state;

  @Mixin WriteOption consent = new WriteOption();
  @Mixin Output output = new Output();

  @Override
  public Integer call() {
    FileSystem files = FileSystem.ofPlatform();
    return store.locked(files, false, () -> restore(files));
  }

  private int restore(FileSystem files) {
    Restore restore = choose(files, store.names());
    Restored plan = restore.plan();
    consent.require(
        Report.format(
            "%s would get checkpoint %d of %s (%,d entries) from %s",
            plan.file(), plan.checkpoint(), plan.time(), plan.entries(), plan.source()));
    return output.withProgress(progress -> print(restore.run(progress)));
  }

  private Restore choose(FileSystem files, StoreFiles names) {
    String chosen = String.valueOf(state);
    if (chosen.equals("even")) {
      return Restore.ofFile(files, names, names.even());
    }
    if (chosen.equals("odd")) {
      return Restore.ofFile(files, names, names.odd());
    }
    return chosen.matches("\\d{1,18}")
        ? Restore.ofCheckpoint(files, names, Long.parseLong(chosen))
        : Restore.ofFile(files, names, Path.of(chosen));
  }

  private int print(Restored restored) {
    List<String> lines = new ArrayList<>();
    lines.add(
        Report.format(
            "%s has checkpoint %d of %s, %,d entries",
            restored.file(), restored.checkpoint(), restored.time(), restored.entries()));
    restored.kept().forEach(kept -> lines.add("  kept " + kept));
    output.print(restored, lines);
    return ExitCode.OK;
  }
}
