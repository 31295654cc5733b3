package io.persistentmap.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.testing.Commands;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Guards what is kept for a full disk: how much, that it has blocks, and that it may be missing.
 */
@OnFileSystems({FileSystemKind.EXT4, FileSystemKind.XFS, FileSystemKind.BTRFS})
final class ReserveTest {
  private static final long WANTED = 3L * FileLayout.SEGMENT_BYTES;

  private static final long LEAST = FileLayout.SEGMENT_BYTES;

  private final FileSystem files = FileSystem.ofPlatform();

  @Test
  void wanted_smallLog_nothing() {
    assertThat(Reserve.wanted(0)).isZero();
    assertThat(Reserve.wanted(31)).isZero();
    assertThat(Reserve.wanted(32)).isEqualTo(16 << 20);
    assertThat(Reserve.wanted(1 << 20)).isEqualTo(256 << 20);
  }

  @FileSystemTest
  void fit_giveUp_takesBlocksAndGivesThemBack(Path directory, FileSystemKind kind)
      throws IOException {
    Path path = directory.resolve("store.reserve");
    Reserve reserve = new Reserve(files, path);
    reserve.fit(WANTED, LEAST);
    assertThat(reserve.bytes()).isEqualTo(WANTED).isEqualTo(Files.size(path));
    String blocks = Commands.attempt(List.of("stat", "-c", "%b", path.toString())).output();
    assertThat(Long.parseLong(blocks.strip()) * 512).as("%s", kind).isGreaterThanOrEqualTo(WANTED);
    Reserve found = new Reserve(files, path);
    assertThat(found.bytes()).as("found at the next open").isEqualTo(WANTED);
    assertThat(found.giveUp()).isTrue();
    assertThat(path).doesNotExist();
    assertThat(found.giveUp()).as("the second time").isFalse();
  }

  @FileSystemTest
  void giveUp_deletedByHand_nothingAndMadeAgain(Path directory) throws IOException {
    Path path = directory.resolve("store.reserve");
    Reserve reserve = new Reserve(files, path);
    reserve.fit(WANTED, LEAST);
    Files.delete(path);
    assertThat(reserve.giveUp()).isFalse();
    reserve.fit(WANTED, LEAST);
    assertThat(Files.size(path)).isEqualTo(WANTED);
  }

  /** Somebody else's file of that name stays as it is. */
  @FileSystemTest
  void open_foreignFile_untouched(Path directory) throws IOException {
    Path path = Files.writeString(directory.resolve("store.reserve"), "not ours");
    Reserve reserve = new Reserve(files, path);
    reserve.fit(WANTED, LEAST);
    assertThat(reserve.giveUp()).isFalse();
    assertThat(Files.readString(path)).isEqualTo("not ours");
  }

  @FileSystemTest
  void fit_moreThanHalfOfTheDisk_less(Path directory) throws IOException {
    Reserve reserve = new Reserve(files, directory.resolve("store.reserve"));
    long free = Files.getFileStore(directory).getUnallocatedSpace();
    reserve.fit(free, LEAST);
    assertThat(reserve.bytes()).isPositive().isLessThanOrEqualTo(free * 6 / 10);
  }

  @FileSystemTest
  void fit_logBecameSmall_goes(Path directory) {
    Path path = directory.resolve("store.reserve");
    Reserve reserve = new Reserve(files, path);
    reserve.fit(WANTED, LEAST);
    reserve.fit(0, LEAST);
    assertThat(path).doesNotExist();
  }
}
