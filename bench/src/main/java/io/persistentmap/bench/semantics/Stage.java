package io.persistentmap.bench.semantics;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What an idiom is run on: an open map, and what is around it. */
final class Stage {
  final Map<Object, Object> map;
  private final OpenMap opened;
  private final Contender contender;
  private final Path directory;

  Stage(Contender contender, Path directory, OpenMap opened) {
    this.contender = contender;
    this.directory = directory;
    this.opened = opened;
    this.map = opened.map();
  }

  void save() {
    opened.save().run();
  }

  /** Returns the list that the map gives for a key. */
  @SuppressWarnings("unchecked") // which the idiom put there
  List<Object> list(Object key) {
    return (List<Object>) Objects.requireNonNull(map.get(key));
  }

  /** Lets another process open the file, and tells what it found. */
  String openElsewhere() throws Exception {
    return Child.openOnly(contender, directory);
  }

  /** Waits for the parent to kill this process. */
  void awaitKill() throws InterruptedException {
    Child.awaitKill();
  }
}
