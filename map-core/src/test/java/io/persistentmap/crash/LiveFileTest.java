package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Guards what happens when somebody cuts, deletes or replaces files under a process that has the
 * map open: it reads what is right or gets an exception, it does not crash, and no checkpoint that
 * it was told is successful is lost without a word when the map is opened again.
 */
@OnFileSystems({EXT4, XFS})
final class LiveFileTest {
  /** What is done to the files. */
  private interface Deed {
    void deed(Path file) throws IOException;
  }

  private static final Map<String, Deed> DEEDS =
      Map.of(
          "hash file cut to nothing", file -> cut(file, 0),
          "hash file cut in the middle", file -> cut(file, Files.size(file) / 2),
          "hash file deleted", Files::delete,
          "snapshots deleted", LiveFileTest::deleteSnapshots,
          "all deleted", LiveFileTest::deleteAll,
          "hash file replaced by its copy", LiveFileTest::replaceByCopy,
          "hash file replaced by another store", LiveFileTest::replaceByAnother);

  @FileSystemTest
  void filesChange_live_refusedOrRight(Path directory, FileSystemKind kind) throws Exception {
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
    Torture torture =
        Torture.begin(
            "corruption", 0, DEEDS.size(), "files cut, deleted, replaced in use", kind, mode);
    for (Map.Entry<String, Deed> deed : DEEDS.entrySet()) {
      Path place = Files.createDirectory(directory.resolve(deed.getKey().replace(' ', '-')));
      try {
        live(place, mode, deed.getValue());
      } catch (AssertionError e) {
        torture.violation(deed.getKey() + ": " + e.getMessage());
      }
      torture.count("right or refused");
    }
    torture.end();
  }

  private static void deleteSnapshots(Path file) throws IOException {
    Files.deleteIfExists(Path.of(file + ".even"));
    Files.deleteIfExists(Path.of(file + ".odd"));
  }

  private static void deleteAll(Path file) throws IOException {
    Files.delete(file);
    deleteSnapshots(file);
  }

  private static void replaceByCopy(Path file) throws IOException {
    Path copy = Files.copy(file, file.resolveSibling("copy"));
    Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void replaceByAnother(Path file) throws IOException {
    Path other = file.resolveSibling("other");
    try (PersistentMap<String, String> map =
        PersistentMap.open(other, String.class, String.class)) {
      map.put("other", "store");
    }
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void cut(Path file, long length) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(length);
    }
  }

  private static void live(Path directory, SnapshotMode mode, Deed deed) throws Exception {
    Path file = directory.resolve("store");
    List<String> said = new ArrayList<>();
    try (ChildJvm child =
        ChildJvm.start(
            LiveFileChild.class,
            List.of("-Xmx256m"),
            List.of(file.toString(), mode.name()),
            line -> {
              synchronized (said) {
                said.add(line);
              }
            })) {
      child.await("did ");
      child.send("go on");
      child.awaitMore("did ", 1);
      deed.deed(file);
      child.send("go on");
      child.send("go on");
      child.send("stop");
      assertThat(child.awaitEnd()).as(child::report).isZero();
    }
    assertThat(said).noneMatch(line -> line.startsWith("WRONG")).endsWith("end");
    long last =
        said.stream()
            .filter(line -> line.startsWith("did "))
            .mapToLong(line -> Long.parseLong(line.substring(4)))
            .max()
            .orElseThrow();
    assertThat(refusals(said)).allMatch(line -> line.contains(directory.toString()));
    requireLastOrRefusal(file, mode, last, refusals(said));
  }

  private static List<String> refusals(List<String> said) {
    return said.stream().filter(line -> line.startsWith("refused")).toList();
  }

  /** Where another file is, or none, and the process was told so, there is nothing to refuse. */
  private static void requireLastOrRefusal(
      Path file, SnapshotMode mode, long last, List<String> refusals) {
    PersistentMapBuilder<String, String> builder =
        PersistentMap.builder(String.class, String.class).snapshotMode(mode);
    try (PersistentMap<String, String> map = builder.open(file)) {
      boolean another = map.recovery().checkpoint() == 0 || map.containsKey("other");
      boolean told = another && !refusals.isEmpty();
      assertThat(told || map.recovery().checkpoint() == last)
          .as("%s, last %s, %s", map.recovery(), last, refusals)
          .isTrue();
      assertThat(told || Long.toString(last).equals(map.get("step"))).isTrue();
    } catch (PersistentMapException e) {
      assertThat(e).hasMessageContaining(file.toString());
    }
  }
}
