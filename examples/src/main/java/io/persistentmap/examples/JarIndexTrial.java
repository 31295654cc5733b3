package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Indexes the jars of a Maven repository in a process that is killed halfway, and goes on. */
final class JarIndexTrial {
  private static final int SAMPLED_JARS = 50;
  private static final int RANDOM_LOOK_UPS = 100_000;
  private static final int JARS_SHOWN = 2;
  private static final Duration LONGEST_DELAY = Duration.ofMillis(10);
  private static final List<String> LOOK_UPS =
      List.of(
          "org.junit.jupiter.api.Test",
          "com.google.common.collect.ImmutableList",
          "org.apache.maven.plugin.Mojo",
          "no.such.Class");

  private final Screen screen;
  private final Path file;
  private final Path list;
  private final Plan plan;
  private final Random random;
  private final List<String> report = new ArrayList<>();
  private final FileTime start = FileTime.from(Instant.now());

  /**
   * How large it is.
   *
   * @param repository where the jars are
   * @param mostJars how many jars are indexed at most
   * @param longestRun when each of the two processes stops at the latest
   * @param seed decides which jars, in which order
   */
  record Plan(Path repository, int mostJars, Duration longestRun, long seed) {}

  JarIndexTrial(Screen screen, Path directory, Plan plan) {
    this.screen = screen;
    this.file = directory.resolve("classes.map");
    this.list = directory.resolve("jars.txt");
    this.plan = plan;
    this.random = new Random(plan.seed);
  }

  /**
   * Runs it, and prints what happens.
   *
   * @throws Violation if the map breaks its promise
   */
  void run() throws IOException {
    List<String> jars = choose(find(plan.repository));
    if (jars.size() < 2) {
      screen.line("   Skipped: there are no two jars to index.");
      return;
    }
    Files.write(list, jars);
    int done;
    try (Progress progress = screen.progress("jars indexed", jars.size())) {
      int acknowledged = indexUntilKilled(jars.size(), progress);
      done = goOn(jars.size(), acknowledged, progress);
    }
    report.forEach(line -> screen.line("   %s", line));
    screen.line("");
    examine(jars, done);
  }

  // ---- the jars --------------------------------------------------------------------------------

  private static List<String> find(Path repository) throws IOException {
    List<String> jars = new ArrayList<>();
    Files.walkFileTree(
        repository,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && path.toString().endsWith(".jar")) {
              jars.add(repository.relativize(path).toString());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failure) {
            return FileVisitResult.CONTINUE; // a build that runs beside us may delete what it wants
          }
        });
    Collections.sort(jars);
    return jars;
  }

  private List<String> choose(List<String> jars) {
    Collections.shuffle(jars, random);
    boolean cut = jars.size() > plan.mostJars;
    screen.line(
        "   %,d jars found%s.%n",
        jars.size(),
        cut ? Screen.format("; a random %,d of them are indexed (see --jars)", plan.mostJars) : "");
    return cut ? jars.subList(0, plan.mostJars) : jars;
  }

  // ---- two lives -------------------------------------------------------------------------------

  private ChildJvm startIndexer() throws IOException {
    return ChildJvm.start(JarIndexer.class, file, plan.repository, list, plan.longestRun);
  }

  /** Returns how many jars the process said were done when it was killed. */
  private int indexUntilKilled(int jars, Progress progress) throws IOException {
    try (ChildJvm indexer = startIndexer()) {
      indexer.next("opened");
      long begin = System.nanoTime();
      indexer.killAfter(plan.longestRun);
      int done = readDone(indexer, progress, jars / 2);
      indexer.awaitKilled();
      report.add(
          Screen.format(
              "killed     after %,d jars and %s", done, Screen.time(Screen.since(begin))));
      return done;
    }
  }

  /** Starts a second process on the same file, which must skip what is done. */
  private int goOn(int jars, int acknowledged, Progress progress) throws IOException {
    try (ChildJvm indexer = startIndexer()) {
      String[] opened = indexer.next("opened").split(" ", 2);
      int found = Integer.parseInt(opened[0]);
      Violation.unless(
          found == acknowledged || found == acknowledged + 1,
          "%d jars were acknowledged as done, but %d were found",
          acknowledged,
          found);
      report.add(
          Screen.format(
              "continued  after opening in %s; skipped the %,d jars that were done",
              opened[1], found));
      long begin = System.nanoTime();
      int added = readDone(indexer, progress, -1);
      Duration time = Screen.since(begin);
      indexer.finish();
      report.add(
          Screen.format(
              "%s  %,d more jars in %s, with a checkpoint each%s",
              found + added == jars ? "complete " : "cut off  ",
              added,
              Screen.time(time),
              found + added == jars ? "" : ": the demo is to stay short"));
      return found + added;
    }
  }

  /** Returns how many jars the process says it has done, until it ends or has no more to do. */
  private int readDone(ChildJvm indexer, Progress progress, int killAt) throws IOException {
    int done = 0;
    String line = indexer.nextLine();
    while (line != null && !line.equals("end")) {
      indexer.after("done", line);
      done++;
      progress.step();
      if (done == killAt) {
        indexer.killAfter(Duration.ofNanos(random.nextLong(LONGEST_DELAY.toNanos())));
      }
      line = indexer.nextLine();
    }
    return done;
  }

  // ---- what is in it ---------------------------------------------------------------------------

  private void examine(List<String> jars, int done) throws IOException {
    try (PersistentMap<String, String> map = JarIndex.open(file)) {
      List<String> sample = sample(jars.subList(0, done));
      JarIndexAudit audit = read(map, sample);
      Violation.unless(
          audit.jarsDone() == done, "%d jars are marked, not %d", audit.jarsDone(), done);
      audit.check(plan.repository);
      lookUpAtRandom(map, audit.classes());
      lookUp(new JarIndex(map));
      screen.line(
          "%n   OK: no jar was lost or indexed twice; %,d of them were read again and compared.",
          sample.size());
    }
  }

  private JarIndexAudit read(PersistentMap<String, String> map, List<String> sample) {
    long begin = System.nanoTime();
    JarIndexAudit audit = new JarIndexAudit(map, sample);
    screen.line(
        "   The index has %,d names of %,d classes; all were read in %s.",
        audit.classes().size(), audit.classesListed(), Screen.time(Screen.since(begin)));
    screen.line("   Found most often, in %,d jars: %s.", audit.mostJars(), audit.mostOften());
    return audit;
  }

  private void lookUpAtRandom(PersistentMap<String, String> map, List<String> classes) {
    if (classes.isEmpty()) {
      return;
    }
    long begin = System.nanoTime();
    for (int i = 0; i < RANDOM_LOOK_UPS; i++) {
      String name = classes.get(random.nextInt(classes.size()));
      Violation.unless(map.get(name) != null, "%s was listed, but is not found", name);
    }
    Duration each = Screen.since(begin).dividedBy(RANDOM_LOOK_UPS);
    screen.line(
        "   %,d look-ups of random names took %s each.%n", RANDOM_LOOK_UPS, Screen.time(each));
  }

  private void lookUp(JarIndex index) {
    for (String name : LOOK_UPS) {
      long begin = System.nanoTime();
      List<String> jars = index.jarsOf(name);
      Duration time = Screen.since(begin);
      screen.line("   %-40s %7s  %3d jars%s", name, Screen.time(time), jars.size(), firstOf(jars));
    }
  }

  private static String firstOf(List<String> jars) {
    String more = jars.size() > JARS_SHOWN ? ", ..." : "";
    return jars.stream()
        .limit(JARS_SHOWN)
        .map(jar -> Path.of(jar).getFileName().toString())
        .collect(Collectors.joining(", ", jars.isEmpty() ? "" : "  ", more));
  }

  /** Returns some of the jars, without those that a build has changed meanwhile. */
  private List<String> sample(List<String> jars) {
    List<String> shuffled = new ArrayList<>(jars);
    Collections.shuffle(shuffled, random);
    return shuffled.stream().filter(this::isUnchanged).limit(SAMPLED_JARS).toList();
  }

  private boolean isUnchanged(String jar) {
    try {
      return Files.getLastModifiedTime(plan.repository.resolve(jar)).compareTo(start) < 0;
    } catch (IOException e) {
      return false; // it is gone
    }
  }
}
