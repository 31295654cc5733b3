package io.persistentmap.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The program behind {@code ./demo}: what happens to a map whose process is killed. */
@Command(
    name = "./demo",
    sortOptions = false,
    description = {
      "Kills processes that use a PersistentMap, and checks that nothing is lost.",
      "%n  1. A bank is killed ten times; its money must all be there.",
      "  2. An index of your Maven repository is killed halfway, and continued.%n"
    },
    footer = {
      "%nExit status: 0 if the map kept its promise, 1 if not, 2 for a wrong command line."
    })
public final class Demo implements Callable<Integer> {
  private static final int ACCOUNTS = 100_000;
  private static final Duration LONGEST_LIFE = Duration.ofSeconds(2);
  private static final Duration LONGEST_RUN = Duration.ofSeconds(8);
  private static final int BROKEN_PROMISE = 1;

  @Spec @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description =
          "A directory, for a fresh sub-directory to work in. On XFS or Btrfs, checkpoints are"
              + " snapshots. Default: the directory for temporary files.")
  @Nullable Path directory;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Repeats the transfers, the moments of the kills, and the choice of jars.")
  long seed = ThreadLocalRandom.current().nextInt(1_000_000);

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "How often the bank is killed. Default: ${DEFAULT-VALUE}.")
  int kills = 10;

  @Option(
      names = "--repository",
      paramLabel = "PATH",
      description = "The Maven repository to index. Default: ~/.m2/repository.")
  Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");

  @Option(
      names = "--jars",
      paramLabel = "N",
      description = "How many jars are indexed at most. Default: ${DEFAULT-VALUE}.")
  int jars = 2_000;

  @Option(names = "--keep", description = "Leaves the files, and says where they are.")
  boolean keep;

  @Option(names = "--bar-columns", hidden = true, description = "Given by the script: the terminal")
  int barColumns;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this.")
  boolean help;

  /**
   * Runs the demo, and ends the process with its exit status.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Demo()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    require(directory == null || Files.isDirectory(directory), directory + ": no such directory");
    require(kills > 0, "--kills must be 1 or more");
    require(jars > 1, "--jars must be 2 or more");
    try (WorkDirectory work = WorkDirectory.create(directory)) {
      return tryAll(new Screen(System.out, barColumns), work);
    }
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
  }

  private int tryAll(Screen screen, WorkDirectory work) throws IOException {
    try {
      tryBoth(screen, work);
      if (keep) {
        work.keep();
        screen.line("%nThe files are in %s.", work.path());
      }
      return 0;
    } catch (RuntimeException e) {
      return work.isShutDown() ? BROKEN_PROMISE : failed(work, e);
    }
  }

  private void tryBoth(Screen screen, WorkDirectory work) throws IOException {
    long begin = System.nanoTime();
    screen.line(
        "PersistentMap on Java %s. The seed is %d; --seed %d repeats it.",
        System.getProperty("java.version"), seed, seed);
    screen.line(
        "Working in %s%s, on file system %s.",
        work.path(), keep ? "" : " (removed in the end)", work.fileSystem());
    screen.title("1. A bank that is killed");
    new BankTrial(screen, work.path(), new BankTrial.Plan(ACCOUNTS, kills, LONGEST_LIFE, seed))
        .run();
    screen.title("2. An index of the classes in " + repository);
    new JarIndexTrial(
            screen, work.path(), new JarIndexTrial.Plan(repository, jars, LONGEST_RUN, seed))
        .run();
    screen.line("%nAll promises kept. %s", Screen.time(Screen.since(begin)));
  }

  /** Says what is wrong; the files stay, for whoever looks for the cause. */
  private static int failed(WorkDirectory work, RuntimeException failure) {
    work.keep();
    System.err.printf("%nPROMISE BROKEN: %s%n", failure.getMessage());
    System.err.printf("The files are kept in %s.%n", work.path());
    if (!(failure instanceof Violation)) {
      throw failure;
    }
    return BROKEN_PROMISE;
  }
}
