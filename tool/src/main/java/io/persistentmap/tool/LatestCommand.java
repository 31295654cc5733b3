package io.persistentmap.tool;

import io.persistentmap.Snapshots;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Tells which of two snapshots is the newest. */
@Command(
    name = "latest",
    description = {
      "Tells which of two snapshots is the newest, and how sure that is, by the numbers in them:"
          + " OK, SAME, SUSPICIOUS, BAD or ERR, as gdbm_latest_snapshot does.%n",
      "Exit status: 0 for OK and SAME, 1 for SUSPICIOUS and BAD, 3 for ERR.%n"
    })
final class LatestCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EVEN", description = "The even snapshot.")
  @Nullable Path even;

  @Parameters(index = "1", paramLabel = "ODD", description = "The odd snapshot.")
  @Nullable Path odd;

  @Mixin Output output = new Output();

  @Override
  public Integer call() {
    if (even == null || odd == null) {
      throw new IllegalStateException("no snapshots"); // both parameters are required
    }
    Snapshots.Latest latest = Snapshots.latest(even, odd);
    String path = latest.path().map(found -> "  " + found).orElse("");
    output.print(latest, List.of(latest.status() + path + "  " + latest.reason()));
    return switch (latest.status()) {
      case OK, SAME -> ExitCode.OK;
      case SUSPICIOUS, BAD -> ExitCode.DAMAGE;
      case ERR -> ExitCode.ACCESS;
    };
  }
}
