package io.persistentmap.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that the index goes on where it was killed, and that the audit would notice damage. */
final class JarIndexTest {
  private static final String JAR = "group0/jar0.jar";

  @TempDir Path directory;

  @Test
  void trial_killedHalfway_goesOn() throws Exception {
    Path repository = Jars.repository(directory.resolve("repository"), 41);
    assertThat(trial(repository, 40))
        .contains(
            "41 jars found; a random 40 of them", "killed     after", "skipped the", "complete")
        .contains("Found most often, in 40 jars: common.Shared", "OK: no jar was lost");
  }

  @Test
  void trial_noRepository_skipped() throws Exception {
    assertThat(trial(directory.resolve("none"), 10)).contains("Skipped");
  }

  @Test
  void classesIn_jarOfManyThings_onlyClasses() throws Exception {
    Path jar =
        Jars.jar(
            directory.resolve("some.jar"),
            "a/B$C.class",
            "Top.class",
            "module-info.class",
            "a/package-info.class",
            "a/b.txt",
            "META-INF/versions/9/a/B.class");
    assertThat(JarIndex.classesIn(jar)).containsExactly("Top", "a.B$C");
  }

  @Test
  void classesIn_damagedOrMissingJar_none() throws Exception {
    Path damaged = Files.writeString(directory.resolve("damaged.jar"), "no zip file");
    assertThat(JarIndex.classesIn(damaged)).isEmpty();
    assertThat(JarIndex.classesIn(directory.resolve("missing.jar"))).isEmpty();
  }

  @Test
  void audit_sound_passes() throws Exception {
    try (PersistentMap<String, String> map = indexOfOneJar()) {
      new JarIndexAudit(map, Set.of(JAR)).check(directory);
    }
  }

  @Test
  void audit_jarIndexedTwice_violation() throws Exception {
    try (PersistentMap<String, String> map = indexOfOneJar()) {
      new JarIndex(map).add(JAR, JarIndex.classesIn(directory.resolve(JAR)));
      assertViolation(map, "lists 4 classes of jars, but its marks say 2");
    }
  }

  @Test
  void audit_classMissing_violation() throws Exception {
    try (PersistentMap<String, String> map = indexOfOneJar()) {
      map.remove("own.Class0");
      assertViolation(map, "lists 1 classes of jars, but its marks say 2");
    }
  }

  @Test
  void audit_anotherClass_violation() throws Exception {
    try (PersistentMap<String, String> map = indexOfOneJar()) {
      map.remove("own.Class0");
      map.put("own.Other", JAR);
      assertViolation(map, "the difference is [own.Class0, own.Other]");
    }
  }

  private String trial(Path repository, int mostJars) throws IOException {
    Output output = new Output();
    new JarIndexTrial(
            output.screen(),
            directory,
            new JarIndexTrial.Plan(repository, mostJars, Duration.ofSeconds(5), 42))
        .run();
    return output.text();
  }

  private PersistentMap<String, String> indexOfOneJar() throws IOException {
    Jars.repository(directory, 1);
    PersistentMap<String, String> map = JarIndex.open(directory.resolve("classes.map"));
    new JarIndex(map).add(JAR, JarIndex.classesIn(directory.resolve(JAR)));
    return map;
  }

  private void assertViolation(PersistentMap<String, String> map, String message) {
    assertThatThrownBy(() -> new JarIndexAudit(map, Set.of(JAR)).check(directory))
        .isInstanceOf(Violation.class)
        .hasMessageContaining(message);
  }
}
