package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards keys with a {@code hashCode} that another process does not have, in another process. */
final class RestartedKeysTest {
  private static final int MANY = 20_000;

  @TempDir Path dir;

  /** A constant: its hash is its identity. */
  enum Colour {
    RED,
    GREEN
  }

  /** A record whose bytes don't decide, with a constant in it. */
  record Pair(Colour colour, List<Object> rest) {}

  /** Keys by name; each call makes new ones. */
  static Map<String, Object> keys() {
    Map<String, Object> keys = new HashMap<>();
    keys.put("enum", Colour.RED);
    keys.put("list of enums", new ArrayList<>(Arrays.asList(Colour.RED, Colour.GREEN)));
    keys.put("set of enums", new HashSet<>(EnumSet.of(Colour.GREEN)));
    keys.put("record", new Pair(Colour.GREEN, new ArrayList<>(List.of(Colour.RED))));
    keys.put("spelled", new SpelledKey("text", 1));
    return keys;
  }

  private static int hash(String name) {
    return Objects.hashCode(keys().get(name));
  }

  /** The other process: it puts the keys, and says what their hashes are. */
  static final class Child {
    public static void main(String[] arguments) {
      String seen = "";
      for (int i = 0; i < 10_000; i++) {
        seen += new Object().hashCode() % 2; // so that the hashes to come are other ones
      }
      try (PersistentMap<Object, String> map =
          PersistentMap.builder(Object.class, String.class)
              .allowPackage("io.persistentmap")
              .open(Path.of(arguments[0]))) {
        keys().forEach((name, key) -> map.put(key, name));
        for (int i = 0; i < MANY; i++) {
          map.set(new SpelledKey("key " + i, i), "value " + i);
        }
      }
      System.out.println("hashes " + hash("set of enums") + " " + hash("spelled"));
      System.out.println("end " + seen.length());
    }
  }

  @Test
  void putByOtherProcess_foundHere() throws Exception {
    Path file = dir.resolve("x.map");
    String hashes;
    try (ChildJvm child = ChildJvm.start(Child.class, file.toString())) {
      hashes = child.await("hashes ");
      child.await("end ");
      assertThat(child.awaitEnd()).isZero();
    }
    List<Integer> theirs = Stream.of(hashes.split(" ")).skip(1).map(Integer::valueOf).toList();
    assertThat(hash("set of enums")).isNotEqualTo(theirs.get(0));
    assertThat(hash("spelled")).isNotEqualTo(theirs.get(1));
    try (PersistentMap<Object, String> map =
        PersistentMap.builder(Object.class, String.class)
            .allowPackage("io.persistentmap")
            .open(file)) {
      keys().forEach((name, key) -> assertThat(map.get(key)).isEqualTo(name));
      assertThat(map.get(EnumSet.of(Colour.GREEN))).isEqualTo("set of enums");
      assertThat(map.get(List.of(Colour.RED, Colour.GREEN))).isEqualTo("list of enums");
      assertThat(map.get(Set.of(Colour.RED))).isNull();
      for (int i = 0; i < MANY; i++) {
        assertThat(map.get(new SpelledKey("key " + i, -1))).isEqualTo("value " + i);
      }
      assertThat(map).hasSize(MANY + keys().size());
    }
  }
}
