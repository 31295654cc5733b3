package io.persistentmap.tool;

import io.persistentmap.inspect.Inspector;
import io.persistentmap.inspect.StoreReport;
import io.persistentmap.inspect.StoreReport.CheckpointFacts;
import io.persistentmap.inspect.StoreReport.ClassFacts;
import io.persistentmap.inspect.StoreReport.FileFacts;
import io.persistentmap.inspect.StoreReport.MapFacts;
import io.persistentmap.inspect.StoreReport.OtherFile;
import io.persistentmap.inspect.StoreReport.StateFacts;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tells what a store is. */
@Command(
    name = "info",
    description = {
      "Tells what a store is: files, sizes, checkpoints, snapshots, maps, classes.%n",
      "Works on a store in use, too. Changes nothing.%n"
    })
final class InfoCommand implements Callable<Integer> {
  @Mixin StoreOptions store = new StoreOptions();
  @Mixin Output output = new Output();

  @Override
  public Integer call() {
    StoreReport report = Inspector.look(FileSystem.ofPlatform(), store.names());
    output.print(report, lines(report));
    boolean sound = report.files().stream().allMatch(file -> file.problem().isEmpty());
    return sound && report.refusal().isEmpty() ? ExitCode.OK : ExitCode.DAMAGE;
  }

  /** Leaves no lock file where there is no store. */
  static void requireStore(StoreFiles names) {
    if (!StoreFile.exists(names.hash())
        && !StoreFile.exists(names.even())
        && !StoreFile.exists(names.odd())) {
      throw StoreFiles.missing(names.hash());
    }
  }

  private static List<String> lines(StoreReport report) {
    List<String> lines = new ArrayList<>();
    for (FileFacts file : report.files()) {
      lines.add(file.file() + "  " + Report.bytes(file.bytes()));
      file.newest().ifPresent(newest -> describe(newest, lines));
      file.problem().ifPresent(problem -> lines.add("  PROBLEM " + problem));
    }
    for (OtherFile other : report.others()) {
      lines.add(other.file() + "  " + Report.bytes(other.bytes()) + "; " + other.use());
    }
    lines.add("snapshots  " + snapshots(report));
    report.inUse().ifPresent(holder -> lines.add("in use  " + holder));
    lines.add("now  " + report.opens());
    report.refusal().ifPresent(refusal -> lines.add("  REFUSED " + refusal));
    report.remarks().forEach(remark -> lines.add("  " + remark));
    report.state().ifPresent(state -> describe(state, lines));
    return lines;
  }

  /** A store in place has none, and that is no error. */
  private static String snapshots(StoreReport report) {
    boolean none = report.files().size() == 1;
    boolean inPlace =
        report.files().stream()
            .allMatch(file -> file.newest().filter(one -> one.reflink()).isEmpty());
    return none && inPlace
        ? "none"
        : report.snapshots().status() + ": " + report.snapshots().reason();
  }

  private static void describe(CheckpointFacts facts, List<String> lines) {
    lines.add(
        Report.format(
            "  checkpoint %d of %s, %,d entries; %s; %s",
            facts.checkpoint(),
            facts.time(),
            facts.entries(),
            facts.closed() ? "closed" : "not closed",
            facts.reflink() ? "reflink" : "in place"));
    lines.add(
        Report.format(
            "  store %s, format %d, generation %d",
            facts.store(), facts.formatVersion(), facts.generation()));
  }

  private static void describe(StateFacts state, List<String> lines) {
    for (MapFacts map : state.maps()) {
      lines.add(Report.format("map %d  %s -> %s", map.number(), map.keyType(), map.valueType()));
    }
    lines.add(Report.format("entries  %,d", state.entries()));
    lines.add(
        Report.format(
            "log  %s, of which entries need %s (%.0f %% fragmented)",
            Report.bytes(state.logBytes()),
            Report.bytes(state.liveBytes()),
            100 * state.fragmentation()));
    lines.add(
        Report.format(
            "index image  %s; free %s; opening replays %s",
            Report.bytes(state.imageBytes()),
            Report.bytes(state.freeBytes()),
            Report.bytes(state.replayBytes())));
    for (ClassFacts one : state.classes()) {
      lines.add(
          Report.format(
              "class %d  %s (%s, %d fields)",
              one.number(), one.name(), one.layout(), one.fields()));
    }
  }
}
