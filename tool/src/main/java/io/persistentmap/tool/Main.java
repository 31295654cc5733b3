package io.persistentmap.tool;

import io.persistentmap.PersistentMapException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line tool. */
@Command(
    name = "pmap",
    sortOptions = false,
    versionProvider = Main.Version.class,
    description = {"Looks into stores of PersistentMap, and mends, copies, exports them.%n"},
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExit status:%n",
    footer = {
      "  0   all is well",
      "  1   damage was found, something is or may be lost, or the store refuses",
      "  2   wrong command line, or nothing was changed since --write was missing",
      "  3   in use, missing, there already, or no access",
      "  4   no space, no memory, or the device failed",
      "  5   no hash file, another format version, or no export",
      "  70  the tool is broken"
    },
    subcommands = {
      InfoCommand.class,
      VerifyCommand.class,
      LatestCommand.class,
      RestoreCommand.class,
      SalvageCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      CompactCommand.class,
      BackupCommand.class
    })
public final class Main {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this. COMMAND --help tells about a command.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  boolean version;

  /** Used by the command line. */
  public Main() {}

  /** Tells the version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"pmap " + (version == null ? "of an unpacked build" : version)};
    }
  }

  /**
   * Runs a command, and ends the process with its exit status.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(run(commandLine(), arguments));
  }

  /** Runs a command; whatever happens, there is a message, and an exit status of ours. */
  static int run(CommandLine commandLine, String... arguments) {
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      long heap = Runtime.getRuntime().maxMemory();
      return tell(
          commandLine,
          List.of(arguments),
          ExitCode.DEVICE,
          "the heap of "
              + Report.bytes(heap)
              + " is too small for this; give it more: java -Xmx8g -jar pmap.jar ...");
    } catch (StackOverflowError e) {
      return bug(commandLine, List.of(arguments), e);
    }
  }

  /**
   * What a command prints on stdout, as JSON, if it fails.
   *
   * @param error what was found, and what to do
   * @param exitStatus the exit status
   */
  record Failure(String error, int exitStatus) {}

  private static int tell(
      CommandLine commandLine, List<String> arguments, int code, @Nullable String message) {
    commandLine.getErr().println("pmap: " + message);
    if (arguments.contains("--json")) {
      commandLine.getOut().println(Report.json(new Failure(String.valueOf(message), code)));
    }
    return code;
  }

  private static int bug(CommandLine commandLine, List<String> arguments, Throwable failure) {
    int code =
        tell(
            commandLine,
            arguments,
            ExitCode.BUG,
            "this is a bug of the tool; please report it with what follows: " + failure);
    failure.printStackTrace(commandLine.getErr());
    return code;
  }

  /** Returns the command line with its streams, for tests to replace. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setExecutionExceptionHandler(Main::fail);
    commandLine.setParameterExceptionHandler(Main::refuse);
    return commandLine;
  }

  private static int refuse(ParameterException failure, String[] arguments) {
    CommandLine commandLine = failure.getCommandLine();
    String name = commandLine.getCommandSpec().qualifiedName();
    int code = tell(commandLine, List.of(arguments), ExitCode.USAGE, describe(failure));
    UnmatchedArgumentException.printSuggestions(failure, commandLine.getErr());
    commandLine.getErr().println("Try: " + name + " --help");
    return code;
  }

  /** One line that tells what was found and what to do; whatever else happens is a bug. */
  private static int fail(Exception failure, CommandLine commandLine, ParseResult result) {
    List<String> arguments = result.originalArgs();
    if (failure instanceof Stdout.ReaderGoneException) {
      return ExitCode.READER_GONE;
    }
    if (failure instanceof PersistentMapException known) {
      return tell(commandLine, arguments, ExitCode.of(known), known.getMessage());
    }
    if (failure instanceof Import.MalformedException malformed) {
      return tell(commandLine, arguments, ExitCode.FORMAT, malformed.getMessage());
    }
    if (failure instanceof IOException io) {
      return tell(commandLine, arguments, ExitCode.of(io), describe(io));
    }
    return bug(commandLine, arguments, failure);
  }

  /** Picocli counts words; a person has mistaken the name of a command. */
  private static @Nullable String describe(ParameterException failure) {
    boolean isCommand =
        failure instanceof UnmatchedArgumentException unmatched
            && !unmatched.isUnknownOption()
            && !failure.getCommandLine().getSubcommands().isEmpty();
    return isCommand
        ? "there is no command '"
            + ((UnmatchedArgumentException) failure).getUnmatched().get(0)
            + "'"
        : failure.getMessage();
  }

  private static String describe(IOException failure) {
    String type = failure.getClass().getSimpleName().replace("Exception", "");
    return failure.getMessage() + (type.equals("IO") ? "" : " (" + type + ")");
  }
}
