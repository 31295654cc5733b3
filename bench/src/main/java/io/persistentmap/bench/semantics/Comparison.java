package io.persistentmap.bench.semantics;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All idioms on one map: runs its processes, and starts another when one ends early. */
final class Comparison {
  private final Contender contender;
  private final Path directory;
  private final Duration limit;
  private final @Nullable Answer[] live = new Answer[Idioms.ALL.size()];
  private final @Nullable Answer[] closed = new Answer[Idioms.ALL.size()];
  private final @Nullable Answer[] reopened = new Answer[Idioms.ALL.size()];

  private Comparison(Contender contender, Path directory, Duration limit) {
    this.contender = contender;
    this.directory = directory;
    this.limit = limit;
  }

  /** Runs, and returns an outcome for each idiom; a step that takes longer than the limit hangs. */
  static List<Outcome> run(Contender contender, Path parent, Duration limit) throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    if (!contender.persists()) {
      for (int row = 0; row < Idioms.ALL.size(); row++) {
        outcomes.add(Trial.inMemory(contender, row));
      }
      return outcomes;
    }
    Path directory = Files.createDirectory(parent.resolve(contender.name()));
    Comparison comparison = new Comparison(contender, directory, limit);
    comparison.run(Child.Task.ACT);
    comparison.run(Child.Task.REOPEN);
    for (int row = 0; row < Idioms.ALL.size(); row++) {
      outcomes.add(
          new Outcome(comparison.live[row], comparison.closed[row], comparison.reopened[row]));
    }
    return outcomes;
  }

  private void run(Child.Task task) throws IOException {
    Customers.compile(directory, task);
    int next = 0;
    while (next < Idioms.ALL.size()) {
      int begun = runFrom(task, next);
      if (begun < next) {
        throw new IOException(
            contender.title + " can't be opened at all: see stderr-" + task + " in " + directory);
      }
      next = begun + 1;
    }
  }

  /** Runs one process, until it ends, and returns the last row it began. */
  private int runFrom(Child.Task task, int first) throws IOException {
    int row = first - 1;
    boolean expectedEnd = false;
    Process process = Child.start(contender, task, directory, limit, first);
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith(Child.MARK)) {
          continue; // what a library prints
        }
        String[] words = line.substring(Child.MARK.length()).split("\t", -1);
        switch (words[0]) {
          case "begin" -> row = Integer.parseInt(words[1]);
          case "kill" -> {
            expectedEnd = true;
            process.toHandle().destroyForcibly(); // Process's would close the pipe
          }
          default -> {
            expectedEnd |= words[0].equals("hangs");
            note(task, words[0], row, Answer.decode(words[2], words[3], words[4]));
          }
        }
      }
      if (!expectedEnd && process.onExit().join().exitValue() != 0 && row >= first) {
        note(task, "died", row, new Answer(Answer.Kind.DIED, "", ""));
      }
    } finally {
      process.destroyForcibly();
    }
    return row;
  }

  private void note(Child.Task task, String step, int row, Answer answer) {
    switch (step) {
      case "live" -> live[row] = answer;
      case "closed" -> closed[row] = answer;
      case "reopened" -> reopened[row] = answer;
      default -> { // hangs, or died: in what it was doing
        if (task == Child.Task.REOPEN) {
          reopened[row] = reopened[row] == null ? answer : reopened[row];
        } else if (live[row] == null) {
          live[row] = answer;
        } else {
          closed[row] = answer;
        }
      }
    }
  }
}
