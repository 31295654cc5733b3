package io.persistentmap.tool;

import io.persistentmap.inspect.FileCheck;
import io.persistentmap.inspect.Progress;
import io.persistentmap.inspect.Verification;
import io.persistentmap.inspect.Verifier;
import io.persistentmap.platform.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks everything. */
@Command(
    name = "verify",
    description = {
      "Checks every record and every index entry of a store and of its snapshots: that each slot"
          + " names a record that is intact and has its key, that each newest record is in the"
          + " index, and that counts, image, superblocks and accounting agree.%n",
      "STORE.even or STORE.odd is checked alone. Changes nothing. A store in use must be backed up"
          + " first; the backup can then be checked.%n"
    })
final class VerifyCommand implements Callable<Integer> {
  @Mixin StoreOptions store = new StoreOptions();
  @Mixin Output output = new Output();

  @Override
  public Integer call() {
    FileSystem files = FileSystem.ofPlatform();
    if (store.isSnapshot()) {
      return output.withProgress(progress -> checkFile(files, progress));
    }
    InfoCommand.requireStore(store.names());
    return store.locked(
        files, true, () -> output.withProgress(progress -> checkStore(files, progress)));
  }

  private int checkFile(FileSystem files, Progress progress) {
    FileCheck check = Verifier.checkFile(files, store.names().hash(), progress);
    return print(new Verification(List.of(check), "checked alone", Optional.empty(), List.of()));
  }

  private int checkStore(FileSystem files, Progress progress) {
    return print(Verifier.checkStore(files, store.names(), progress));
  }

  private int print(Verification found) {
    List<String> lines = new ArrayList<>();
    for (FileCheck check : found.files()) {
      lines.add(
          Report.format(
              "%s  checkpoint %d, %,d entries, %,d records, %s: %s",
              check.file(),
              check.checkpoint(),
              check.entries(),
              check.records(),
              Report.bytes(check.bytes()),
              check.isWhole() ? "OK" : check.damageCount() + " x DAMAGED"));
      check.damage().forEach(damage -> lines.add("  " + damage.describe()));
      if (check.damageCount() > check.damage().size()) {
        lines.add("  and more");
      }
    }
    lines.add(found.opens());
    found.refusal().ifPresent(refusal -> lines.add("  REFUSED " + refusal));
    found.remarks().forEach(remark -> lines.add("  " + remark));
    output.print(found, lines);
    return found.isWhole() ? ExitCode.OK : ExitCode.DAMAGE;
  }
}
