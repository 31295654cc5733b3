package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Which jars have a class: name of the class to names of jars, one per line.
 *
 * <p>The same map says which jars are done: "done:" and the jar's name, to how many classes it has.
 * So the index and how far it got are one state, which a checkpoint keeps as one.
 */
final class JarIndex {
  private static final String DONE = "done:";
  private static final String SUFFIX = ".class";

  private final Map<String, String> map;

  JarIndex(Map<String, String> map) {
    this.map = map;
  }

  /** Opens the file of an index. */
  static PersistentMap<String, String> open(Path file) {
    return PersistentMap.open(file, String.class, String.class);
  }

  /** Adds a jar that is not there yet, and that it is done; a checkpoint must follow. */
  void add(String jar, Set<String> classes) {
    for (String name : classes) {
      map.merge(name, jar, (jars, added) -> jars + "\n" + added);
    }
    map.put(DONE + jar, Integer.toString(classes.size()));
  }

  /** Says whether a jar was added. */
  boolean isDone(String jar) {
    return map.containsKey(DONE + jar);
  }

  /** Returns the jars that have a class. */
  List<String> jarsOf(String className) {
    String jars = map.get(className);
    return jars == null ? List.of() : split(jars);
  }

  /** Splits the value of a class. */
  static List<String> split(String jars) {
    return jars.lines().toList();
  }

  /** Says whether a key stands for a jar that is done, not for a class. */
  static boolean isMark(String key) {
    return key.startsWith(DONE);
  }

  /** Returns the names of the classes in a jar; none if the jar is damaged, or gone. */
  static Set<String> classesIn(Path jar) throws IOException {
    if (!Files.exists(jar)) {
      return Set.of();
    }
    try (ZipFile zip = new ZipFile(jar.toFile());
        Stream<? extends ZipEntry> entries = zip.stream()) {
      Set<String> names = new TreeSet<>();
      entries
          .map(ZipEntry::getName)
          .filter(JarIndex::isClass)
          .map(JarIndex::name)
          .forEach(names::add);
      return names;
    } catch (ZipException | NoSuchFileException e) {
      return Set.of();
    }
  }

  /** Leaves out what is no class that can be named: modules, and variants for some Java. */
  private static boolean isClass(String path) {
    return path.endsWith(SUFFIX) && !path.startsWith("META-INF/") && !path.endsWith("-info.class");
  }

  private static String name(String path) {
    return path.substring(0, path.length() - SUFFIX.length()).replace('/', '.');
  }
}
