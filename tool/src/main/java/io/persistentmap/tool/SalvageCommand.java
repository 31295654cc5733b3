package io.persistentmap.tool;

import io.persistentmap.inspect.Progress;
import io.persistentmap.inspect.Salvage;
import io.persistentmap.inspect.Salvaged;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Saves what can be saved. */
@Command(
    name = "salvage",
    description = {
      "Reads all that can be read of a broken file into a new store, and lists what is lost.%n",
      "Needs neither superblock nor index. Takes the entries of the file's last checkpoint. An"
          + " entry is doubtful if what can't be read may have been newer. Before, try verify and"
          + " restore: a snapshot or backup that is whole is better.%n",
      "Exit status: 0 if all was saved, 1 if something is lost or doubtful.%n"
    })
final class SalvageCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The broken file: a hash file or a snapshot. Nothing in it is changed.")
  @Nullable Path source;

  @Parameters(index = "1", paramLabel = "NEW", description = "The new store.")
  @Nullable Path target;

  @Option(
      names = "--classes",
      paramLabel = "OTHER",
      description =
          "Another file of the same store, an old backup for example, for descriptions of classes"
              + " that the broken one has lost.")
  @Nullable Path classes;

  @Mixin Output output = new Output();

  @Override
  public Integer call() {
    return output.withProgress(this::salvage);
  }

  private int salvage(Progress progress) {
    Salvaged saved =
        Salvage.run(
            FileSystem.ofPlatform(),
            Objects.requireNonNull(source),
            Objects.requireNonNull(target),
            classes,
            progress);
    List<String> lines = new ArrayList<>();
    saved.damage().forEach(damage -> lines.add("LOST  " + damage.describe()));
    if (saved.damageCount() > saved.damage().size()) {
      lines.add("LOST  and more, " + saved.damageCount() + " in all");
    }
    saved.remarks().forEach(remark -> lines.add("  " + remark));
    if (!saved.exact()) {
      lines.add("  which segments were in use is lost: some damage may be of free ones");
    }
    lines.add(
        Report.format(
            "%s  saved %,d entries of the %,d of checkpoint %d; doubtful %,d; unreadable %,d",
            saved.target(),
            saved.saved(),
            saved.expected(),
            saved.checkpoint(),
            saved.doubtful(),
            saved.unreadable()));
    output.print(saved, lines);
    return saved.isComplete() && saved.damageCount() == 0 ? ExitCode.OK : ExitCode.DAMAGE;
  }
}
