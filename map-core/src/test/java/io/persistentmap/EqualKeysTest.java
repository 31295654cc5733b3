package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.testing.CompiledClasses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guards that a file is refused whose keys are equal now, since their class has changed: nothing is
 * hidden, nothing comes back, nothing is changed on disk, and the class as it was opens it.
 */
class EqualKeysTest {
  /** Equality decides about it, since its equals is written by hand. */
  private static final String KEY =
      """
      class Key {
        String name;
        int number;
        public static Object make(int i) { Key k = new Key(); k.name = "n" + i / 2; k.number = i; return k; }
        public int hashCode() { return name.hashCode(); }
        public boolean equals(Object o) { return o instanceof Key k && k.name.equals(name) && k.number == number; }
        public String toString() { return name + "/" + number; }
      }
      """;

  private static final String LESS_EQUAL = KEY.replace(" && k.number == number", "");
  private static final String NO_NUMBER =
      LESS_EQUAL
          .replace("int number;", "")
          .replace("k.number = i;", "")
          .replace("+ \"/\" + number", "");

  @TempDir private Path dir;
  private Path file;
  private ClassLoader before;

  @BeforeEach
  void compile() throws Exception {
    file = Files.createDirectories(dir.resolve("store")).resolve("x.map");
    before = CompiledClasses.compile(dir, KEY);
  }

  private static Object make(ClassLoader loader, int i) throws ReflectiveOperationException {
    return loader.loadClass("app.Key").getMethod("make", int.class).invoke(null, i);
  }

  private static PersistentMapBuilder<Object, Object> builder(ClassLoader loader) {
    return PersistentMap.builder(Object.class, Object.class)
        .allowPackage("app")
        .classLoader(loader)
        .snapshotMode(SnapshotMode.IN_PLACE);
  }

  private void fill(int keys) throws ReflectiveOperationException {
    try (PersistentMap<Object, Object> map = builder(before).open(file)) {
      for (int i = 0; i < keys; i++) {
        map.put(make(before, i), "value " + i);
      }
      map.put(new ArrayList<>(List.of("other")), "other");
    }
  }

  private byte[] bytes() throws Exception {
    return Files.readAllBytes(file);
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(file.getParent())) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"equals", "field"})
  void keysEqualNow_refusedAndNothingChanged(String change) throws Exception {
    fill(2 * 1000);
    byte[] written = bytes();
    List<Path> files = files();
    ClassLoader after =
        CompiledClasses.compile(dir, change.equals("equals") ? LESS_EQUAL : NO_NUMBER);
    for (boolean readOnly : new boolean[] {false, true, false}) {
      assertThatThrownBy(() -> builder(after).readOnly(readOnly).open(file))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("found 1000 equal to another one, of app.Key")
          .hasMessageContaining("open the file with the class as it was")
          .hasMessageContaining("Nothing was changed");
      assertThat(bytes()).isEqualTo(written);
      assertThat(files()).isEqualTo(files);
    }
    try (PersistentMap<Object, Object> map = builder(before).open(file)) {
      assertThat(map).hasSize(2001);
      for (int i = 0; i < 2000; i++) {
        assertThat(map.get(make(before, i))).isEqualTo("value " + i);
        if (i % 2 == 1) {
          map.remove(make(before, i)); // the way out
        }
      }
    }
    try (PersistentMap<Object, Object> map = builder(after).open(file)) {
      assertThat(map).hasSize(1001);
      Object key = make(after, 4);
      assertThat(map.remove(key)).isEqualTo("value 4");
      assertThat(map.containsKey(key)).isFalse();
      assertThat(map.keySet()).doesNotContain(key);
    }
    try (PersistentMap<Object, Object> map = builder(after).open(file)) {
      assertThat(map.containsKey(make(after, 4))).isFalse();
      assertThat(map.recovery().remarks()).isEmpty();
    }
  }

  @Test
  void allOfOneHashCode_foundToo() throws Exception {
    before = CompiledClasses.compile(dir, KEY.replace("name.hashCode()", "1"));
    fill(200);
    ClassLoader after = CompiledClasses.compile(dir, LESS_EQUAL.replace("name.hashCode()", "1"));
    assertThatThrownBy(() -> builder(after).open(file))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("found 100 equal");
    try (PersistentMap<Object, Object> map = builder(before).open(file)) {
      assertThat(map).hasSize(201);
    }
  }

  /** As for a salvaged file, where the removal of a key may be lost that was put again. */
  @Test
  void accepted_opensWithRemark() throws Exception {
    fill(200);
    ClassLoader after = CompiledClasses.compile(dir, LESS_EQUAL);
    try (PersistentMap<Object, Object> map =
        builder(after).acceptOlderCheckpoint(true).open(file)) {
      assertThat(map.mappingCount()).isEqualTo(201);
      assertThat(map.recovery().remarks())
          .anySatisfy(
              remark ->
                  assertThat(remark).contains("accepted by the caller: keys 100 equal to another"));
    }
    try (PersistentMap<Object, Object> map = builder(before).open(file)) {
      assertThat(map).hasSize(201);
    }
  }

  @Test
  void keysThatDiffer_underOneHashCode_opened() throws Exception {
    before = CompiledClasses.compile(dir, KEY.replace("name.hashCode()", "number % 3"));
    fill(300);
    try (PersistentMap<Object, Object> map = builder(before).open(file)) {
      assertThat(map).hasSize(301);
    }
  }

  /** Such a key can't be looked up, and hides nothing. */
  @Test
  void equalsThatFails_opened() throws Exception {
    fill(20);
    ClassLoader after =
        CompiledClasses.compile(
            dir,
            KEY.replace(
                "return o instanceof",
                "if (true) throw new IllegalStateException(\"no\"); return o instanceof"));
    try (PersistentMap<Object, Object> map = builder(after).open(file)) {
      assertThat(map).hasSize(21);
    }
  }

  private static class Wide {
    final int number;

    Wide(int number) {
      this.number = number;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Wide that && number == that.number;
    }

    @Override
    public int hashCode() {
      return Objects.hash(number);
    }
  }

  private static final class Narrow extends Wide {
    final String more;

    Narrow(int number, String more) {
      super(number);
      this.more = more;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Narrow that && super.equals(that) && more.equals(that.more);
    }

    @Override
    public int hashCode() {
      return super.hashCode();
    }
  }

  /** Equal in one direction only: they could be put, so the file can be opened, in any order. */
  @Test
  void equalInOneDirectionOnly_opened() {
    PersistentMapBuilder<Wide, String> builder =
        PersistentMap.builder(Wide.class, String.class).snapshotMode(SnapshotMode.IN_PLACE);
    try (PersistentMap<Wide, String> map = builder.open(file)) {
      map.put(new Wide(1), "wide");
      map.put(new Narrow(1, "a"), "a");
      map.put(new Narrow(1, "b"), "b");
      assertThat(map).hasSize(3);
    }
    for (int life = 0; life < 3; life++) {
      try (PersistentMap<Wide, String> map = builder.open(file)) {
        assertThat(map).hasSize(3);
        assertThat(map.get(new Narrow(1, "a"))).startsWith("a");
        map.put(new Narrow(1, life % 2 == 0 ? "a" : "b"), life % 2 == 0 ? "a" + life : "b" + life);
      }
    }
  }
}
