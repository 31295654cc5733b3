package io.persistentmap.tool;

import io.persistentmap.PersistentMapException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

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
      "  4   no space, or the device failed",
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
    System.exit(commandLine().execute(arguments));
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
    commandLine.getErr().println("pmap: " + failure.getMessage());
    commandLine.getErr().println("Try: " + name + " --help");
    return ExitCode.USAGE;
  }

  /** One line that tells what was found and what to do; whatever else happens is a bug. */
  private static int fail(Exception failure, CommandLine commandLine, ParseResult result)
      throws Exception {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof PersistentMapException known) {
      err.println("pmap: " + known.getMessage());
      return ExitCode.of(known);
    }
    if (failure instanceof Import.MalformedException malformed) {
      err.println("pmap: " + malformed.getMessage());
      return ExitCode.FORMAT;
    }
    if (failure instanceof IOException io) {
      err.println("pmap: " + describe(io));
      return ExitCode.ACCESS;
    }
    err.println("pmap: this is a bug of the tool; please report it with what follows");
    failure.printStackTrace(err);
    return ExitCode.BUG;
  }

  private static String describe(IOException failure) {
    String type = failure.getClass().getSimpleName().replace("Exception", "");
    return failure.getMessage() + (type.equals("IO") ? "" : " (" + type + ")");
  }
}
