package io.persistentmap.tool;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The consent to a change. */
final class WriteOption {
  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec spec;

  @Option(names = "--write", description = "Does it. Without, nothing is changed.")
  boolean write;

  /** Ends the command, as wrong, unless there is consent. */
  void require(String wouldDo) {
    if (!write && spec != null) {
      throw new ParameterException(
          spec.commandLine(), wouldDo + "; nothing was changed. Add --write to do it");
    }
  }
}
