package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards what a program is told whose live values don't fit into its heap, and what it can do. */
final class LiveMemoryTest {
  private static final int ENTRIES = 200_000;
  private static final int BYTES = 1000;

  @TempDir Path dir;

  @Test
  void values_moreThanTheHeap_errorNamesCopiedAndMapCanBeClosed() throws Exception {
    Path file = dir.resolve("x.map");
    try (PersistentMap<Integer, byte[]> map =
        PersistentMap.builder(Integer.class, byte[].class).valueMode(ValueMode.COPIED).open(file)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.set(i, new byte[BYTES]);
      }
    }
    try (ChildJvm child =
        ChildJvm.start(Child.class, List.of("-Xmx64m"), List.of(file.toString()), line -> {})) {
      assertThat(child.await("error "))
          .contains("live values don't fit into the heap of 6", "-Xmx", "ValueMode.COPIED")
          .contains(file.toString());
      assertThat(child.await("cause ")).isEqualTo("cause java.lang.OutOfMemoryError");
      assertThat(child.await("closed")).isEqualTo("closed");
      assertThat(child.await("copied ")).isEqualTo("copied " + ENTRIES);
    }
  }

  /** Reads all values live, then copied. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      ChildJvm.endWithParent();
      Path file = Path.of(arguments[0]);
      PersistentMap<Integer, byte[]> map = PersistentMap.open(file, Integer.class, byte[].class);
      try {
        map.values().forEach(value -> value[0]++);
        say("no error");
      } catch (OutOfMemoryError e) {
        map.close(CloseMode.DISCARD);
        say("error " + e.getMessage());
        say("cause " + String.valueOf(e.getCause()).split(":", 2)[0]);
      }
      say("closed");
      int count = 0;
      try (PersistentMap<Integer, byte[]> copied =
          PersistentMap.builder(Integer.class, byte[].class)
              .valueMode(ValueMode.COPIED)
              .open(file)) {
        for (byte[] value : copied.values()) {
          count += value[0] == 0 ? 1 : 0;
        }
      }
      say("copied " + count);
    }

    private static void say(String line) {
      System.out.println(line);
      System.out.flush();
    }
  }
}
