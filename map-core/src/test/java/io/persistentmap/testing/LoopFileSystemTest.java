package io.persistentmap.testing;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Timeout;

@OnFileSystems({EXT4, XFS, BTRFS})
@Timeout(120)
final class LoopFileSystemTest {
  private static final long SMALL_BYTES = 64L << 20;

  @FileSystemTest
  void mount_kind_isWhatTheKernelSays(Path dir, FileSystemKind kind) throws IOException {
    Path root = dir.toAbsolutePath().getParent();
    assertThat(root).isNotNull();
    assertThat(LoopFileSystem.typeMountedOn(root)).contains(kind.name().toLowerCase(Locale.ROOT));
    Path written = Files.writeString(dir.resolve("file"), "text");
    assertThat(written).hasContent("text");
  }

  @FileSystemTest
  void clone_kind_worksWhereItShould(Path dir, FileSystemKind kind) throws IOException {
    Path source = Files.write(dir.resolve("source"), new byte[1 << 20]);
    Path copy = dir.resolve("copy");
    Commands.Outcome outcome =
        Commands.attempt(List.of("cp", "--reflink=always", source.toString(), copy.toString()));
    assertThat(outcome.succeeded()).as(outcome.output()).isEqualTo(kind.supportsReflinks());
  }

  @FileSystemTest({FileSystemKind.DEFAULT, FileSystemKind.TMPFS, EXT4, XFS, BTRFS})
  void directory_eachTest_isEmpty(Path dir) throws IOException {
    assertThat(dir).isEmptyDirectory();
    Files.createDirectories(dir.resolve("nested/deeper"));
  }

  @FileSystemTest(EXT4)
  void close_mounted_leavesNothing() throws IOException {
    LoopFileSystem fileSystem = LoopFileSystem.mount(EXT4, SMALL_BYTES);
    assertThat(LoopFileSystem.isMounted(fileSystem.root())).isTrue();
    fileSystem.close();
    assertGone(fileSystem);
    fileSystem.close();
  }

  @FileSystemTest(EXT4)
  void close_fileStillOpen_detachesAllTheSame() throws IOException {
    LoopFileSystem fileSystem = LoopFileSystem.mount(EXT4, SMALL_BYTES);
    Path file = Files.createFile(fileSystem.root().resolve("open"));
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      fileSystem.close();
      assertThat(open.isOpen()).isTrue();
    }
    assertGone(fileSystem);
  }

  @FileSystemTest(EXT4)
  void removeLeftovers_deadProcess_unmountsAndDeletes() throws Exception {
    LoopFileSystem left = LoopFileSystem.mount(EXT4, SMALL_BYTES, deadProcess());
    LoopFileSystem used = LoopFileSystem.mount(EXT4, SMALL_BYTES);
    try (left;
        used) {
      LoopFileSystem.removeLeftovers();
      assertGone(left);
      assertThat(LoopFileSystem.isMounted(used.root())).isTrue();
    }
  }

  @FileSystemTest(EXT4)
  void removeLeftovers_directoryOfDeadProcess_deletesContents() throws Exception {
    Path left = LoopFileSystem.TEMPORARY.resolve("persistentmap-fs-" + deadProcess() + "-TEST-1");
    Files.createDirectories(left.resolve("nested"));
    LoopFileSystem.removeLeftovers();
    assertThat(left).doesNotExist();
  }

  private static void assertGone(LoopFileSystem fileSystem) throws IOException {
    assertThat(LoopFileSystem.isMounted(fileSystem.root())).isFalse();
    assertThat(fileSystem.root()).doesNotExist();
    assertThat(fileSystem.image()).doesNotExist();
  }

  private static long deadProcess() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }
}
