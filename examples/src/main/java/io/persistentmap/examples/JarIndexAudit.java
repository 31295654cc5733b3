package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What one pass over a whole index finds, compared with itself and with jars. */
final class JarIndexAudit {
  private final Map<String, Set<String>> classesOfSample = new HashMap<>();
  private final List<String> classes = new ArrayList<>();
  private int jarsDone;
  private long classesPromised;
  private long classesListed;
  private int mostJars;
  private String mostOften = "none";

  /** Reads all of an index, and notes the classes of some jars. */
  JarIndexAudit(PersistentMap<String, String> map, Collection<String> sample) {
    sample.forEach(jar -> classesOfSample.put(jar, new TreeSet<>()));
    map.forEach(this::note);
  }

  private void note(String key, String value) {
    if (JarIndex.isMark(key)) {
      jarsDone++;
      classesPromised += Long.parseLong(value);
      return;
    }
    List<String> jars = JarIndex.split(value);
    classes.add(key);
    classesListed += jars.size();
    if (jars.size() > mostJars) {
      mostJars = jars.size();
      mostOften = key;
    }
    for (String jar : jars) {
      Set<String> found = classesOfSample.get(jar);
      if (found != null) {
        found.add(key);
      }
    }
  }

  /**
   * Checks that what the marks say is there, once, and reads the sample's jars again.
   *
   * @throws Violation if anything is missing, or there is more than there should be
   */
  void check(Path repository) throws IOException {
    Violation.unless(
        classesListed == classesPromised,
        "the index lists %d classes of jars, but its marks say %d",
        classesListed,
        classesPromised);
    for (Map.Entry<String, Set<String>> entry : classesOfSample.entrySet()) {
      String jar = entry.getKey();
      Set<String> expected = JarIndex.classesIn(repository.resolve(jar));
      Violation.unless(
          entry.getValue().equals(expected),
          "the index lists %d classes of %s, which has %d; the difference is %s",
          entry.getValue().size(),
          jar,
          expected.size(),
          difference(entry.getValue(), expected));
    }
  }

  private static Set<String> difference(Set<String> found, Set<String> expected) {
    Set<String> either = new TreeSet<>(found);
    either.addAll(expected);
    either.removeIf(name -> found.contains(name) && expected.contains(name));
    return either;
  }

  /** Returns the names of all classes. */
  List<String> classes() {
    return classes;
  }

  /** Returns how many jars are done. */
  int jarsDone() {
    return jarsDone;
  }

  /** Returns how many classes the jars have together. */
  long classesListed() {
    return classesListed;
  }

  /** Returns the class that most jars have. */
  String mostOften() {
    return mostOften;
  }

  /** Returns how many jars have it. */
  int mostJars() {
    return mostJars;
  }
}
