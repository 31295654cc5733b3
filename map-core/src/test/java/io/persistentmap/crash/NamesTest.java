package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.PortableFiles;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.StoreLock;
import io.persistentmap.testing.BindMount;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;

/**
 * Guards that a store has one writer, or readers, whatever its names are: for each kind of name,
 * natively and portably, in one process and in two.
 */
final class NamesTest {
  private static final List<String> SYSTEMS = List.of("native", "portable");
  private static final List<String> ACCESSES = List.of("writer", "reader");

  /** What is done to the names of a store that is open, and by which path it is opened then. */
  private enum Naming {
    PLAIN,
    RELATIVE,
    DOTS,
    SYMBOLIC_LINK,
    LINK_TO_LINK,
    LINKED_DIRECTORY,
    HARD_LINK,
    FILE_MOUNT,
    DIRECTORY_MOUNT,
    SIDE_FILES_REMOVED,
    RENAMED,
    RENAMED_AND_SIDE_FILES_REMOVED,
    /** The store was not closed: who opened it has given the name to another file. */
    RECOVERED;

    Path apply(Path file, List<Closeable> mounts) throws IOException {
      Path directory = StoreFiles.directory(file);
      Path other = directory.resolveSibling("other");
      switch (this) {
        case PLAIN, RECOVERED -> {
          return file;
        }
        case RELATIVE -> {
          return Path.of("").toAbsolutePath().relativize(file);
        }
        case DOTS -> {
          return directory.resolve("../dir/./store");
        }
        case SYMBOLIC_LINK -> {
          return Files.createSymbolicLink(other, file);
        }
        case LINK_TO_LINK -> {
          Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("store"));
          return Files.createSymbolicLink(other, link);
        }
        case LINKED_DIRECTORY -> {
          return Files.createSymbolicLink(other, directory).resolve("store");
        }
        case HARD_LINK -> {
          return Files.createLink(other, file);
        }
        case FILE_MOUNT -> {
          mounts.add(BindMount.mount(file, other));
          return other;
        }
        case DIRECTORY_MOUNT -> {
          mounts.add(BindMount.mount(directory, other));
          return other.resolve("store");
        }
        case SIDE_FILES_REMOVED -> {
          removeSideFiles(file);
          return file;
        }
        case RENAMED -> {
          return Files.move(file, other);
        }
        default -> {
          removeSideFiles(file);
          return Files.move(file, other);
        }
      }
    }

    boolean moves() {
      return this == RENAMED || this == RENAMED_AND_SIDE_FILES_REMOVED;
    }
  }

  private static void removeSideFiles(Path file) throws IOException {
    Files.deleteIfExists(Path.of(file + ".lock"));
    Files.deleteIfExists(Path.of(file + ".holder"));
  }

  /** Who opens the store first, and who second. */
  private record Pair(
      Naming naming, String first, String second, String access, String access2, boolean apart) {}

  private static List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (Naming naming : Naming.values()) {
      for (String first : SYSTEMS) {
        for (String second : SYSTEMS) {
          for (String access : ACCESSES) {
            for (String access2 : ACCESSES) {
              for (boolean apart : List.of(false, true)) {
                if (naming != Naming.RECOVERED || access.equals("writer")) {
                  pairs.add(new Pair(naming, first, second, access, access2, apart));
                }
              }
            }
          }
        }
      }
    }
    return pairs;
  }

  @FileSystemTest({EXT4, XFS})
  void open_byAnyNameWhileOpen_secondIsRefusedAndNothingIsLost(Path directory, FileSystemKind kind)
      throws Exception {
    SoftAssertions softly = new SoftAssertions();
    int number = 0;
    try (NamesProcess one = NamesProcess.start();
        NamesProcess two = NamesProcess.start()) {
      for (Pair pair : pairs()) {
        Path place = Files.createDirectory(directory.resolve("case" + number++));
        List<Closeable> mounts = new ArrayList<>();
        try {
          new Run(pair, kind, one, pair.apart ? two : one, softly)
              .run(Files.createDirectory(place.resolve("dir")).resolve("store"), mounts);
        } finally {
          for (Closeable mount : mounts) {
            mount.close();
          }
        }
      }
    }
    System.out.println(number + " pairs on " + kind);
    softly.assertAll();
  }

  /** One pair. */
  private record Run(
      Pair pair, FileSystemKind kind, NamesProcess one, NamesProcess two, SoftAssertions softly) {
    void run(Path file, List<Closeable> mounts) throws Exception {
      prepare(file);
      ok(one.perform("open", "first", pair.first, pair.access, "AUTO", file.toString()));
      boolean writes = pair.access.equals("writer");
      if (writes) {
        ok(one.perform("put", "first", "a", "1"));
        ok(one.perform("checkpoint", "first"));
      }
      String path = pair.naming.apply(file, mounts).toString();
      String answer = two.perform("open", "second", pair.second, pair.access2, "AUTO", path);
      boolean bothRead = !writes && pair.access2.equals("reader");
      softly
          .assertThat(answer)
          .as("%s on %s", pair, kind)
          .startsWith(bothRead ? "ok " : "FileLockedException ");
      if (answer.startsWith("ok ")) {
        ok(two.perform(bothRead ? "close" : "discard", "second"));
      }
      ok(one.perform("get", "first", "base"));
      if (writes) {
        write(file, Path.of(path));
      }
      if (pair.naming.moves() && Files.notExists(file)) {
        Files.move(Path.of(path), file);
      }
      ok(one.perform("close", "first"));
      reopen(file, path, writes ? "2" : "null");
    }

    private void prepare(Path file) throws Exception {
      ok(one.perform("open", "first", pair.first, "writer", "AUTO", file.toString()));
      ok(one.perform("put", "first", "base", "0"));
      ok(one.perform("checkpoint", "first"));
      ok(one.perform(pair.naming == Naming.RECOVERED ? "discard" : "close", "first"));
    }

    /** A store without its name writes nothing more, until it has it again. */
    private void write(Path file, Path path) throws Exception {
      ok(one.perform("put", "first", "a", "2"));
      if (pair.naming.moves()) {
        softly
            .assertThat(one.perform("checkpoint", "first"))
            .as("%s on %s", pair, kind)
            .startsWith("FileAccessException ");
        Files.move(path, file);
      }
      ok(one.perform("checkpoint", "first"));
    }

    /** By the other name, too, if it still is one. */
    private void reopen(Path file, String path, String value) throws Exception {
      for (String name : List.of(pair.naming.moves() ? file.toString() : path, file.toString())) {
        ok(two.perform("open", "second", pair.second, "writer", "AUTO", name));
        softly
            .assertThat(two.perform("get", "second", "a"))
            .as("%s", pair)
            .isEqualTo("ok " + value);
        softly.assertThat(two.perform("get", "second", "base")).as("%s", pair).isEqualTo("ok 0");
        ok(two.perform("put", "second", "by", name));
        ok(two.perform("checkpoint", "second"));
        ok(two.perform("close", "second"));
        ok(one.perform("open", "first", pair.first, "reader", "AUTO", file.toString()));
        softly.assertThat(one.perform("get", "first", "by")).as("%s", pair).isEqualTo("ok " + name);
        ok(one.perform("close", "first"));
      }
    }

    private void ok(String answer) {
      softly.assertThat(answer).as("%s on %s", pair, kind).startsWith("ok ");
    }
  }

  /** Neither what reads the open store, nor who is refused, may drop the lock of the hash file. */
  @FileSystemTest(EXT4)
  void ownCode_whileOpenPortably_neverDropsTheLockOfTheHashFile(Path directory) throws Exception {
    Path file = directory.resolve("store");
    Path link = directory.resolve("link");
    try (NamesProcess one = NamesProcess.start("-Dpersistentmap.portable=true");
        NamesProcess two = NamesProcess.start()) {
      ok(one.perform("open", "a", "portable", "writer", "AUTO", file.toString()));
      Files.createLink(link, file); // another name has another lock file
      List<String[]> deeds =
          List.of(
              new String[] {"put", "a", "key", "x".repeat(9 << 20)},
              new String[] {"checkpoint", "a"},
              new String[] {"get", "a", "key"},
              new String[] {"inspect", file.toString(), "portable"},
              new String[] {"inspect", file.toString(), "native"},
              new String[] {"open", "b", "portable", "writer", "AUTO", file.toString()},
              new String[] {"open", "b", "native", "writer", "AUTO", file.toString()},
              new String[] {"open", "b", "portable", "reader", "AUTO", link.toString()},
              new String[] {"open", "b", "native", "reader", "AUTO", link.toString()},
              new String[] {"open elsewhere", file.toString()});
      for (String[] deed : deeds) {
        String answer = one.perform(deed);
        assertThat(answer).as(deed[0]).doesNotStartWith("WRONG");
        for (String system : SYSTEMS) {
          assertThat(two.perform("open", "c", system, "writer", "AUTO", link.toString()))
              .as("%s after %s", system, deed[0])
              .startsWith("FileLockedException ");
        }
      }
      ok(one.perform("close", "a"));
      ok(two.perform("open", "c", "native", "writer", "AUTO", link.toString()));
      ok(two.perform("close", "c"));
    }
  }

  /**
   * A program that copies its own open store drops a lock of {@code java.nio}: that of the lock
   * file stays. Natively nothing is dropped.
   */
  @FileSystemTest(EXT4)
  void copy_byTheProgramItself_storeStaysLocked(Path directory) throws Exception {
    Path file = directory.resolve("store");
    Path link = directory.resolve("link");
    try (NamesProcess one = NamesProcess.start();
        NamesProcess two = NamesProcess.start()) {
      for (String first : SYSTEMS) {
        ok(one.perform("open", "a", first, "writer", "AUTO", file.toString()));
        ok(one.perform("copy", file.toString()));
        for (String second : SYSTEMS) {
          for (String access : ACCESSES) {
            assertThat(two.perform("open", "b", second, access, "AUTO", file.toString()))
                .startsWith("FileLockedException ");
          }
        }
        if (first.equals("native")) {
          Files.createLink(link, file);
          assertThat(two.perform("open", "b", "native", "writer", "AUTO", link.toString()))
              .startsWith("FileLockedException ");
          Files.delete(link);
        }
        ok(one.perform("close", "a"));
      }
    }
  }

  /** Guards that who can't open the lock file sees a writer all the same. */
  @FileSystemTest({EXT4, XFS})
  void openForReading_onReadOnlyMount_refusedBesideAWriterOnly(Path directory) throws Exception {
    Path place = Files.createDirectory(directory.resolve("place"));
    Path file = place.resolve("store");
    Path readOnly = directory.resolve("mount");
    try (NamesProcess one = NamesProcess.start();
        NamesProcess two = NamesProcess.start();
        BindMount mount = BindMount.mount(place, readOnly)) {
      mount.makeReadOnly();
      String path = readOnly.resolve("store").toString();
      for (String system : SYSTEMS) {
        ok(one.perform("open", "a", "native", "writer", "AUTO", file.toString()));
        Files.deleteIfExists(Path.of(file + ".lock"));
        assertThat(two.perform("open", "b", system, "reader", "AUTO", path))
            .startsWith("FileLockedException ");
        ok(one.perform("close", "a"));
        ok(two.perform("open", "b", system, "reader", "AUTO", path));
        assertThat(one.perform("open", "a", "native", "writer", "AUTO", file.toString()))
            .startsWith("FileLockedException ");
        ok(two.perform("close", "b"));
      }
    }
  }

  /** Recovery would give the name to another file, and leave the other names with the old one. */
  @FileSystemTest(XFS)
  void recovery_ofFileWithSeveralNames_refusedWithTheReason(Path directory) throws Exception {
    Path file = directory.resolve("store");
    Path link = directory.resolve("link");
    Path mounted = directory.resolve("mounted");
    try (NamesProcess one = NamesProcess.start()) {
      for (String system : List.of("native", "portable")) {
        ok(one.perform("open", "a", "native", "writer", "REFLINK", file.toString()));
        ok(one.perform("put", "a", "key", system));
        ok(one.perform("checkpoint", "a"));
        ok(one.perform("discard", "a"));
        Files.createLink(link, file);
        var before = StoreDirectory.fingerprint(directory);
        assertThat(one.perform("open", "a", system, "writer", "AUTO", file.toString()))
            .startsWith("FileAccessException ")
            .contains("has 2 names (hard links)");
        assertThat(StoreDirectory.fingerprint(directory)).isEqualTo(before);
        Files.delete(link);
        BindMount mount = BindMount.mount(file, mounted);
        try {
          Files.copy(Path.of(file + ".even"), Path.of(mounted + ".even"));
          Files.copy(Path.of(file + ".odd"), Path.of(mounted + ".odd"));
          assertThat(one.perform("open", "a", system, "writer", "AUTO", mounted.toString()))
              .startsWith("FileAccessException ")
              .contains("is a mount point");
        } finally {
          mount.close();
        }
        Files.delete(mounted);
        Files.delete(Path.of(mounted + ".even"));
        Files.delete(Path.of(mounted + ".odd"));
        ok(one.perform("open", "a", system, "writer", "AUTO", file.toString()));
        assertThat(one.perform("get", "a", "key")).isEqualTo("ok " + system);
        ok(one.perform("close", "a"));
      }
    }
  }

  /** Guards what is written in the background, too: many segments, and no checkpoint. */
  @FileSystemTest({EXT4, XFS})
  void put_intoAStoreThatLostItsName_writesNothingToTheFile(Path directory) throws Exception {
    Path file = directory.resolve("store");
    Path other = directory.resolve("other");
    NamesWorker worker = new NamesWorker();
    ok(worker.perform("open", "a", "native", "writer", "AUTO", file.toString()));
    ok(worker.perform("put", "a", "key", "value"));
    ok(worker.perform("checkpoint", "a"));
    Files.move(file, other);
    Files.copy(other, file, StandardCopyOption.COPY_ATTRIBUTES);
    byte[] before = Files.readAllBytes(other);
    byte[] copy = Files.readAllBytes(file);
    for (int i = 0; i < 5; i++) {
      ok(worker.perform("put", "a", "key " + i, Integer.toString(i).repeat(5 << 20)));
    }
    assertThat(worker.perform("checkpoint", "a"))
        .startsWith("FileAccessException ")
        .contains("deleted, renamed or replaced");
    assertThat(Files.readAllBytes(other)).isEqualTo(before);
    assertThat(Files.readAllBytes(file)).isEqualTo(copy);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    ok(worker.perform("checkpoint", "a"));
    ok(worker.perform("close", "a"));
    ok(worker.perform("open", "a", "native", "reader", "AUTO", file.toString()));
    assertThat(worker.perform("get", "a", "key 4")).startsWith("ok 4444");
    ok(worker.perform("close", "a"));
  }

  /** A file that is being made under a temporary name is not taken for one that a crash left. */
  @FileSystemTest(EXT4)
  void open_whileATemporaryFileIsLocked_refused(Path directory) throws Exception {
    Path file = directory.resolve("store");
    Path temporary = Files.createFile(Path.of(file + ".tmp"));
    NamesWorker worker = new NamesWorker();
    for (String maker : SYSTEMS) {
      var files = maker.equals("native") ? FileSystem.ofPlatform() : PortableFiles.create();
      try (var hold = StoreLock.holdNew(files, temporary)) {
        assertThat(hold.key()).isNotNull();
        for (String system : SYSTEMS) {
          assertThat(worker.perform("open", "a", system, "writer", "AUTO", file.toString()))
              .startsWith("FileLockedException ");
        }
      }
      assertThat(temporary).exists();
    }
    ok(worker.perform("open", "a", "native", "writer", "AUTO", file.toString()));
    ok(worker.perform("close", "a"));
    assertThat(temporary).doesNotExist();
  }

  @FileSystemTest(EXT4)
  void open_symbolicLinkToNowhere_refusedAndNothingIsMade(Path directory) throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nowhere"));
    NamesWorker worker = new NamesWorker();
    for (String system : SYSTEMS) {
      for (String access : ACCESSES) {
        assertThat(worker.perform("open", "a", system, access, "AUTO", link.toString()))
            .startsWith("FileAccessException ")
            .contains("symbolic link to a file that does not exist");
      }
    }
    try (var left = Files.list(directory)) {
      assertThat(left).containsExactly(link);
    }
  }

  /** Guards the name itself, and those that are made from it; nothing is left behind. */
  @FileSystemTest(EXT4)
  void open_nameThatCantBe_refusedAndNothingIsMade(Path directory) throws Exception {
    Path loop = directory.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    List<Path> paths = new ArrayList<>(List.of(loop, loop.resolve("store")));
    for (int length = 240; length <= 256; length++) {
      paths.add(directory.resolve("n".repeat(length)));
    }
    paths.add(directory.resolve("d".repeat(256)).resolve("store"));
    NamesWorker worker = new NamesWorker();
    for (String system : SYSTEMS) {
      for (Path path : paths) {
        String answer = worker.perform("open", "a", system, "writer", "AUTO", path.toString());
        if (answer.startsWith("ok ")) {
          assertThat(path.toString()).doesNotEndWith("n".repeat(247));
          ok(worker.perform("put", "a", "key", "value"));
          ok(worker.perform("checkpoint", "a"));
          ok(worker.perform("close", "a"));
          ok(worker.perform("open", "a", system, "reader", "AUTO", path.toString()));
          ok(worker.perform("close", "a"));
          for (String suffix : List.of("", ".lock")) {
            Files.delete(Path.of(path + suffix));
          }
        } else {
          assertThat(answer).startsWith("FileAccessException ").contains(path.toString());
        }
      }
    }
    try (var left = Files.list(directory)) {
      assertThat(left).containsExactly(loop);
    }
  }

  @FileSystemTest({EXT4, XFS})
  void files_ofAStore_areTheOwnersAlone(Path directory) throws Exception {
    NamesWorker worker = new NamesWorker();
    for (String system : SYSTEMS) {
      Path file = directory.resolve(system);
      ok(worker.perform("open", "a", system, "writer", "AUTO", file.toString()));
      ok(worker.perform("put", "a", "key", "value"));
      ok(worker.perform("checkpoint", "a"));
      try (var files = Files.list(directory)) {
        for (Path each : files.toList()) {
          assertThat(Files.getPosixFilePermissions(each, LinkOption.NOFOLLOW_LINKS))
              .as(each.toString())
              .allMatch(permission -> permission.name().startsWith("OWNER_"));
        }
      }
      ok(worker.perform("close", "a"));
    }
  }

  /** Guards that the text says who it is, and that nobody reads it out of the lock file. */
  @FileSystemTest(EXT4)
  void refusal_namesTheHolder(Path directory) throws Exception {
    Path file = directory.resolve("store");
    NamesWorker worker = new NamesWorker();
    String self = "process " + ProcessHandle.current().pid();
    for (String first : SYSTEMS) {
      ok(worker.perform("open", "a", first, "writer", "AUTO", file.toString()));
      assertThat(Path.of(file + ".lock")).isEmptyFile();
      assertThat(worker.perform("open", "b", first, "writer", "AUTO", file.toString()))
          .contains(self + ", which is this one");
      try (NamesProcess two = NamesProcess.start()) {
        assertThat(two.perform("open", "b", first, "reader", "AUTO", file.toString()))
            .contains(self + " on ");
      }
      ok(worker.perform("close", "a"));
      assertThat(Path.of(file + ".holder")).doesNotExist();
    }
  }

  private static void ok(String answer) {
    assertThat(answer).startsWith("ok ");
  }
}
