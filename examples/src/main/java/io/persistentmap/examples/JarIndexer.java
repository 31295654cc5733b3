package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The child of {@link JarIndexTrial}: indexes the jars that are not done yet. */
final class JarIndexer {
  private JarIndexer() {}

  /** Arguments: the file, the repository, a file with the names of the jars, a time limit. */
  public static void main(String[] arguments) throws IOException {
    Path repository = Path.of(arguments[1]);
    List<String> jars = Files.readAllLines(Path.of(arguments[2]));
    Duration limit = Duration.parse(arguments[3]);
    try (PersistentMap<String, String> map = JarIndex.open(Path.of(arguments[0]))) {
      JarIndex index = new JarIndex(map);
      List<String> missing = jars.stream().filter(jar -> !index.isDone(jar)).toList();
      ChildJvm.tell(
          Screen.format(
              "opened %d %s (%s, checkpoint %,d)",
              jars.size() - missing.size(),
              Screen.time(map.recovery().duration()),
              Screen.source(map.recovery()),
              map.recovery().checkpoint()));
      long start = System.nanoTime();
      boolean heard = true;
      for (String jar : missing) {
        if (heard && Screen.since(start).compareTo(limit) < 0) {
          index.add(jar, JarIndex.classesIn(repository.resolve(jar)));
          map.checkpoint();
          heard = ChildJvm.tell("done " + jar);
        }
      }
      ChildJvm.tell("end");
      ChildJvm.awaitParent();
    }
  }
}
