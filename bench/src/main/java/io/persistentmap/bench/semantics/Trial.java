package io.persistentmap.bench.semantics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One idiom on one map, step by step. */
final class Trial {
  private final Contender contender;
  private final Idiom idiom;
  private final Path directory;

  /** Takes the idiom's directory in the one of the whole comparison. */
  Trial(Contender contender, int row, Path parent) throws IOException {
    this.contender = contender;
    this.idiom = Idioms.ALL.get(row);
    this.directory = Files.createDirectories(parent.resolve(String.valueOf(row)));
  }

  /** Tells what is found, as soon as it is. */
  interface Listener {
    void found(String step, Answer answer);
  }

  /** The first process: does it and looks. */
  void act(Listener listener) {
    OpenMap opened = contender.open(directory);
    Stage stage = new Stage(contender, directory, opened);
    listener.found("live", live(stage));
    Answer failure = close(opened);
    if (failure != null) {
      listener.found("closed", failure);
    }
  }

  /** The next process: looks again. */
  void reopen(Listener listener) {
    OpenMap opened;
    try {
      opened = contender.open(directory);
    } catch (Exception | LinkageError e) {
      listener.found("reopened", Answer.thrown(e));
      return;
    }
    listener.found("reopened", look(new Stage(contender, directory, opened)));
    close(opened); // whose failure would be that of the look
  }

  /** Both in this process, for maps in memory, which have no next. */
  static Outcome inMemory(Contender contender, int row) {
    if (Idioms.ALL.get(row).inFiles()) {
      return new Outcome(null, null, null);
    }
    Stage stage = new Stage(contender, Path.of(""), contender.open(Path.of("")));
    return new Outcome(live(Idioms.ALL.get(row), stage), null, null);
  }

  private Answer live(Stage stage) {
    return live(idiom, stage);
  }

  private static Answer live(Idiom idiom, Stage stage) {
    try {
      Object prepared = idiom.given().prepare(stage);
      stage.save();
      idiom.when().act(stage, prepared);
      return Answer.seen(idiom.then().observe(stage));
    } catch (Exception | LinkageError | StackOverflowError e) {
      return Answer.thrown(e);
    }
  }

  private Answer look(Stage stage) {
    try {
      return Answer.seen(idiom.then().observe(stage));
    } catch (Exception | LinkageError | StackOverflowError e) {
      return Answer.thrown(e);
    }
  }

  private static @Nullable Answer close(OpenMap opened) {
    try {
      opened.close().run();
      return null;
    } catch (Exception | LinkageError | StackOverflowError e) {
      return Answer.thrown(e);
    }
  }
}
