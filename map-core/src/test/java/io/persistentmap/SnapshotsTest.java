package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.OnFileSystems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;

/** Guards that the newest of two snapshots is told by what is in them, and never by guess. */
@OnFileSystems({FileSystemKind.XFS})
final class SnapshotsTest {
  @FileSystemTest
  void latest_afterCheckpoints_numberDecidesNotTime(Path dir) throws IOException {
    Path even = dir.resolve("x.map.even");
    Path odd = dir.resolve("x.map.odd");
    try (PersistentMap<String, Integer> map =
        PersistentMap.open(dir.resolve("x.map"), String.class, Integer.class)) {
      assertThat(Snapshots.latest(even, odd).status()).isEqualTo(Snapshots.Status.ERR);
      for (int i = 1; i <= 5; i++) {
        map.put("key", i);
        map.checkpoint();
        Snapshots.Latest latest = Snapshots.latest(even, odd);
        assertThat(latest.status()).isEqualTo(Snapshots.Status.OK);
        assertThat(latest.checkpoint()).isEqualTo(i);
        assertThat(latest.path()).contains(i % 2 == 0 ? even : odd);
      }
      Files.setLastModifiedTime(odd, FileTime.fromMillis(0));
      assertThat(Snapshots.latest(even, odd).path()).contains(odd);
    }
  }

  @FileSystemTest
  void latest_damagedMissingOldForeign_says(Path dir) throws IOException {
    Path even = dir.resolve("x.map.even");
    Path odd = dir.resolve("x.map.odd");
    Path old = dir.resolve("old");
    try (PersistentMap<String, Integer> map =
        PersistentMap.open(dir.resolve("x.map"), String.class, Integer.class)) {
      for (int i = 1; i <= 6; i++) {
        map.put("key", i);
        map.checkpoint();
        if (i == 2) {
          Files.copy(even, old);
        }
      }
    }
    Files.copy(old, even, StandardCopyOption.REPLACE_EXISTING);
    assertThat(Snapshots.latest(even, odd).status()).isEqualTo(Snapshots.Status.SUSPICIOUS);
    Files.copy(odd, even, StandardCopyOption.REPLACE_EXISTING);
    assertThat(Snapshots.latest(even, odd).status()).isEqualTo(Snapshots.Status.SAME);
    Files.write(even, new byte[0]);
    assertThat(Snapshots.latest(even, odd).status()).isEqualTo(Snapshots.Status.SUSPICIOUS);
    assertThat(Snapshots.latest(even, odd).path()).contains(odd);
    Files.delete(odd);
    assertThat(Snapshots.latest(even, odd).status()).isEqualTo(Snapshots.Status.BAD);
    Files.delete(even);
    Files.createDirectory(even);
    assertThat(Snapshots.latest(even, odd).status()).isEqualTo(Snapshots.Status.ERR);
  }
}
