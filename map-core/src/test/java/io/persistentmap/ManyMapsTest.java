package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards programs that open and close many maps: what closed ones held comes back. */
final class ManyMapsTest {
  /** Each maps 64 GiB of address space, of which there are 128 TiB. */
  private static final int TIMES = 3000;

  @Test
  void open_thousandsOfTimes_addressSpaceComesBack(@TempDir Path directory) {
    Path file = directory.resolve("x.map");
    try (PersistentMap<String, Integer> map =
        PersistentMap.open(file, String.class, Integer.class)) {
      map.put("opened", 0);
    }
    for (int i = 0; i < TIMES; i++) {
      try (PersistentMap<String, Integer> map =
          PersistentMap.builder(String.class, Integer.class)
              .closeMode(CloseMode.DISCARD)
              .open(file)) {
        assertThat(map.get("opened")).isZero();
      }
    }
  }
}
