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
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

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

  @FileSystemTest
  void cutToNothing_live_refusedOrRight(Path directory, FileSystemKind kind) throws Exception {
    live(directory, kind, file -> cut(file, 0));
  }

  @FileSystemTest
  void cutInTheMiddle_live_refusedOrRight(Path directory, FileSystemKind kind) throws Exception {
    live(directory, kind, file -> cut(file, Files.size(file) / 2));
  }

  @FileSystemTest
  void deleted_live_refusedOrRight(Path directory, FileSystemKind kind) throws Exception {
    live(directory, kind, Files::delete);
  }

  @FileSystemTest
  void allDeleted_live_refusedOrRight(Path directory, FileSystemKind kind) throws Exception {
    live(
        directory,
        kind,
        file -> {
          for (String suffix : List.of("", ".even", ".odd")) {
            Files.deleteIfExists(Path.of(file + suffix));
          }
        });
  }

  @FileSystemTest
  void replacedByItsCopy_live_refusedOrRight(Path directory, FileSystemKind kind) throws Exception {
    live(
        directory,
        kind,
        file -> {
          Path copy = Files.copy(file, file.resolveSibling("copy"));
          Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
        });
  }

  @FileSystemTest
  void replacedByAnotherStore_live_refusedOrRight(Path directory, FileSystemKind kind)
      throws Exception {
    live(
        directory,
        kind,
        file -> {
          Path other = file.resolveSibling("other");
          try (PersistentMap<String, String> map =
              PersistentMap.open(other, String.class, String.class)) {
            map.put("other", "store");
          }
          Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        });
  }

  @FileSystemTest
  void snapshotsDeleted_live_refusedOrRight(Path directory, FileSystemKind kind) throws Exception {
    live(
        directory,
        kind,
        file -> {
          Files.deleteIfExists(Path.of(file + ".even"));
          Files.deleteIfExists(Path.of(file + ".odd"));
        });
  }

  private static void cut(Path file, long length) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(length);
    }
  }

  private static void live(Path directory, FileSystemKind kind, Deed deed) throws Exception {
    SnapshotMode mode = kind.supportsReflinks() ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE;
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
