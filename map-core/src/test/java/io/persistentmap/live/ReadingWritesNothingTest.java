package io.persistentmap.live;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.UnstorableException;
import io.persistentmap.ValueMode;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Serializer;
import io.persistentmap.testing.CompiledClasses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Guards that a live value whose class has changed is written again only when the program has
 * changed it: what the other version of the class has in it stays in the file however often it is
 * read.
 */
class ReadingWritesNothingTest {
  private static final int VALUES = 20;
  private static final String BEFORE =
      """
      class User {
        String name;
        int age;
        List<String> tags = new ArrayList<>();
        public static Object make(int i) { User u = new User(); u.name = "n" + i; u.age = i; u.tags.add("t" + i); return u; }
        public void rename(String to) { name = to; }
        public boolean equals(Object o) { return o instanceof User u && u.name.equals(name); }
        public int hashCode() { return name.hashCode(); }
        public String toString() { return name + " " + age + " " + tags; }
      }
      """;

  /** A change of the class. */
  private enum Change {
    REMOVED("int age;", "", "u.age = i;", "", "+ age + ", "+"),
    TRANSIENT("int age;", "transient int age;"),
    WIDENED("int age;", "long age;"),
    RENAMED("age", "years"),
    ADDED("int age;", "int age; String added = \"new\"; Object alsoAdded;"),
    MOVED("class User {", "class User extends Named {", "String name;", ""),
    REORDERED("String name;\n  int age;", "int age;\n  String name;");

    final String source;

    Change(String... replacements) {
      String changed = BEFORE;
      for (int i = 0; i < replacements.length; i += 2) {
        changed = changed.replace(replacements[i], replacements[i + 1]);
      }
      source = changed;
    }
  }

  @TempDir private Path dir;

  private PersistentMapBuilder<Object, Object> builder(ClassLoader loader) {
    return PersistentMap.builder(Object.class, Object.class)
        .allowPackage("app")
        .classLoader(loader)
        .valueMode(ValueMode.LIVE);
  }

  private PersistentMap<Object, Object> open(ClassLoader loader) {
    return builder(loader).open(dir.resolve("x.map"));
  }

  private static Object make(ClassLoader loader, int i) throws ReflectiveOperationException {
    return loader.loadClass("app.User").getMethod("make", int.class).invoke(null, i);
  }

  private ClassLoader compile(Change change) throws Exception {
    return CompiledClasses.compile(dir, "class Named { String name; }", change.source);
  }

  private ClassLoader filled() throws Exception {
    ClassLoader before = CompiledClasses.compile(dir, BEFORE);
    try (PersistentMap<Object, Object> map = open(before)) {
      for (int i = 0; i < VALUES; i++) {
        map.put(i, make(before, i));
        map.put("list " + i, new ArrayList<>(List.of(make(before, i), "text")));
      }
    }
    return before;
  }

  /** What a program does to a map that changes nothing in it. */
  private static List<Consumer<Map<Object, Object>>> readings() {
    return List.of(
        map -> map.forEach((key, value) -> assertThat(value).isNotNull()),
        map -> map.keySet().forEach(key -> assertThat(map.get(key)).isNotNull()),
        map -> map.values().forEach(value -> assertThat(value).isNotNull()),
        map -> assertThat(map.entrySet().stream().map(Map.Entry::getValue)).doesNotContainNull(),
        map -> assertThat(map.toString()).contains("t"),
        map -> assertThat(map.equals(Map.copyOf(map))).isTrue(),
        map -> assertThat(map.hashCode()).isEqualTo(Map.copyOf(map).hashCode()),
        map -> assertThat(map.getOrDefault(1, "none")).isNotEqualTo("none"),
        map -> assertThat(map.putIfAbsent(1, "none")).isNotNull(),
        map -> assertThat(map.computeIfAbsent(1, key -> "none")).isNotEqualTo("none"),
        map -> assertThat(map.replace(1, "none", "other")).isFalse(),
        map -> assertThat(map.remove(1, "none")).isFalse(),
        map -> assertThat(map.containsValue("none")).isFalse());
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void valuesRead_notWrittenAgain(Change change) throws Exception {
    ClassLoader before = filled();
    List<byte[]> stored = new ArrayList<>();
    try (PersistentMap<Object, Object> map = open(before)) {
      for (int i = 0; i < VALUES; i++) {
        stored.add(map.storedBytes(i));
      }
    }
    byte[] written = Files.readAllBytes(dir.resolve("x.map"));
    ClassLoader after = compile(change);
    for (Consumer<Map<Object, Object>> reading : readings()) {
      try (PersistentMap<Object, Object> map = open(after)) {
        long checkpoint = map.stats().checkpoint();
        reading.accept(map);
        assertThat(map.checkpoint().changedValues()).isZero();
        reading.accept(map);
        map.checkpoint();
        assertThat(map.stats().checkpoint()).as("no checkpoint was needed").isEqualTo(checkpoint);
        for (int i = 0; i < VALUES; i++) {
          assertThat(map.storedBytes(i)).isEqualTo(stored.get(i));
        }
      }
    }
    assertThat(dir.resolve("x.map")).hasSize(written.length);
    requireAllThere(before, -1);
  }

  private void requireAllThere(ClassLoader before, int changed) throws Exception {
    try (PersistentMap<Object, Object> map = open(before)) {
      for (int i = 0; i < VALUES; i++) {
        if (i != changed) {
          assertThat(map.get(i)).hasToString("n" + i + " " + i + " [t" + i + "]");
          assertThat(map.get("list " + i)).hasToString("[n" + i + " " + i + " [t" + i + "], text]");
        }
      }
    }
  }

  /** Ways in which a program changes the value of key 7. */
  private enum Way {
    IN_PLACE,
    PUT,
    PUT_SAME_AGAIN,
    COMPUTE,
    REPLACE,
    MERGE,
    SET_VALUE
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void valueChangedByProgram_writtenAndOthersNot(Way way) throws Exception {
    ClassLoader before = filled();
    ClassLoader after = compile(Change.REMOVED);
    Object changed = make(after, 7);
    rename(changed, "changed");
    try (PersistentMap<Object, Object> map = open(after)) {
      map.forEach((key, value) -> assertThat(value).isNotNull());
      switch (way) {
        case IN_PLACE -> rename(requireNonNull(map.get(7)), "changed");
        case PUT -> map.put(7, changed);
        case PUT_SAME_AGAIN -> {
          map.put(7, changed);
          map.put(7, make(after, 7)); // as it was read, but the program said so
        }
        case COMPUTE -> map.compute(7, (key, old) -> changed);
        case REPLACE -> assertThat(map.replace(7, requireNonNull(map.get(7)), changed)).isTrue();
        case MERGE -> map.merge(7, "given", (old, given) -> changed);
        case SET_VALUE ->
            map.entrySet().stream()
                .filter(entry -> entry.getKey().equals(7))
                .forEach(entry -> entry.setValue(changed));
      }
      assertThat(map.checkpoint().changedValues()).isEqualTo(1);
      map.forEach((key, value) -> assertThat(value).isNotNull());
      assertThat(map.checkpoint().changedValues()).isZero();
    }
    String name = way == Way.PUT_SAME_AGAIN ? "n7" : "changed";
    try (PersistentMap<Object, Object> map = open(after)) {
      assertThat(map.get(7)).hasToString(name + "  [t7]");
    }
    requireAllThere(before, 7);
    try (PersistentMap<Object, Object> map = open(before)) {
      assertThat(map.get(7)).hasToString(name + " 0 [t7]");
    }
  }

  private static void rename(Object user, String name) throws ReflectiveOperationException {
    user.getClass().getMethod("rename", String.class).invoke(user, name);
  }

  @Test
  void changedBackAndForth_eachChangeIsWritten() throws Exception {
    ClassLoader before = filled();
    ClassLoader after = compile(Change.REMOVED);
    try (PersistentMap<Object, Object> map = open(after)) {
      Object user = requireNonNull(map.get(7));
      rename(user, "other");
      map.checkpoint();
      rename(user, "n7");
      assertThat(map.checkpoint().changedValues()).isEqualTo(1);
      rename(user, "last");
    }
    try (PersistentMap<Object, Object> map = open(before)) {
      assertThat(map.get(7)).hasToString("last 0 [t7]");
    }
    requireAllThere(before, 7);
  }

  @Test
  void openedReadOnly_readInOldLayout() throws Exception {
    ClassLoader unused = filled();
    ClassLoader after = compile(Change.REMOVED);
    try (PersistentMap<Object, Object> map =
        builder(after).readOnly(true).open(dir.resolve("x.map"))) {
      Object user = map.get(7);
      assertThat(user).hasToString("n7  [t7]");
      assertThat(map.get(7)).isSameAs(user);
    }
  }

  // ---- classes whose description is the same ----------------------------------------------------

  /** The description has components only, so that it tells nothing of the constructor. */
  @Test
  void recordThatMakesOtherComponents_notWrittenAgain() throws Exception {
    String record =
        "record Name(String text) { public static Object make(int i) { return new Name(\" n\" + i); } %s}";
    ClassLoader before = CompiledClasses.compile(dir, String.format(record, ""));
    try (PersistentMap<Object, Object> map = open(before)) {
      map.put("list", new ArrayList<>(List.of(name(before, 1), name(before, 2))));
      map.put("name", name(before, 3));
    }
    ClassLoader after =
        CompiledClasses.compile(dir, String.format(record, "public Name { text = text.trim(); } "));
    try (PersistentMap<Object, Object> map = open(after)) {
      assertThat(map.get("list")).hasToString("[Name[text=n1], Name[text=n2]]");
      assertThat(map.get("name")).hasToString("Name[text=n3]");
      assertThat(map.checkpoint().changedValues()).isZero();
    }
    try (PersistentMap<Object, Object> map = open(before)) {
      assertThat(map.get("list")).hasToString("[Name[text= n1], Name[text= n2]]");
      assertThat(map.get("name")).hasToString("Name[text= n3]");
    }
  }

  private static Object name(ClassLoader loader, int i) throws ReflectiveOperationException {
    return loader.loadClass("app.Name").getMethod("make", int.class).invoke(null, i);
  }

  private static final class Money {
    final String text;

    Money(String text) {
      this.text = text;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Money that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
      return Objects.hash(text);
    }
  }

  /** Reads what the version before wrote, and leaves out a part of it. */
  private record OfMoney(int version) implements Serializer<Money> {
    @Override
    public void write(Money value, ByteWriter out) {
      out.writeVarLong(version);
      out.writeVarLong(value.text.length());
      value.text.chars().forEach(letter -> out.writeShort((short) letter));
    }

    @Override
    public Money read(ByteReader in) {
      long unused = in.readVarLong();
      StringBuilder text = new StringBuilder();
      for (long left = in.readVarLong(); left > 0; left--) {
        text.append((char) in.readShort());
      }
      return new Money(version == 2 ? text.substring(0, 1) : text.toString());
    }
  }

  @Test
  void serializerThatWritesOtherBytes_notWrittenAgain() {
    Path file = dir.resolve("money.map");
    try (PersistentMap<String, Money> map = money(1).open(file)) {
      map.put("a", new Money("long"));
    }
    try (PersistentMap<String, Money> map = money(2).open(file)) {
      assertThat(requireNonNull(map.get("a")).text).isEqualTo("l");
      assertThat(map.checkpoint().changedValues()).isZero();
    }
    try (PersistentMap<String, Money> map = money(1).open(file)) {
      assertThat(requireNonNull(map.get("a")).text).isEqualTo("long");
    }
  }

  private static PersistentMapBuilder<String, Money> money(int version) {
    return PersistentMap.builder(String.class, Money.class)
        .valueMode(ValueMode.LIVE)
        .serializer(Money.class, new OfMoney(version));
  }

  /** A table has another order when it is filled anew, and so have other bytes. */
  @Test
  void setsAndMapsInOtherOrder_notWrittenAgain() {
    Path file = dir.resolve("sets.map");
    Set<Object> large = new HashSet<>(1 << 14);
    Map<Object, Object> map = new ConcurrentHashMap<>(1 << 14);
    for (int i = 0; i < 100; i++) {
      large.add("element " + i);
      map.put("key " + i, i);
    }
    assertThat(new ArrayList<>(large)).isNotEqualTo(new ArrayList<>(new HashSet<>(large)));
    try (PersistentMap<Object, Object> sets = PersistentMap.open(file)) {
      sets.put("set", large);
      sets.put("map", map);
      sets.put("Set.of", Set.of("a", "b", "c", "d"));
      sets.put("Map.of", new ArrayList<>(List.of(Map.of("a", 1, "b", 2, "c", 3))));
    }
    for (int life = 0; life < 2; life++) {
      try (PersistentMap<Object, Object> sets = PersistentMap.open(file)) {
        assertThat(sets.get("set")).isEqualTo(large);
        sets.forEach((key, value) -> assertThat(value).isNotNull());
        assertThat(sets.checkpoint().changedValues()).isZero();
      }
    }
  }

  // ---- what can't be written any more -----------------------------------------------------------

  /** Whether it has been changed can't be told, so nothing is dropped without a word. */
  @Test
  void notStorableAnyMore_checkpointSaysSo() throws Exception {
    ClassLoader before = filled();
    ClassLoader after =
        CompiledClasses.compile(
            dir, BEFORE.replace("int age;", "int age; Object lock = Thread.currentThread();"));
    try (PersistentMap<Object, Object> map = open(after)) {
      assertThat(map.get(7)).hasToString("n7 7 [t7]");
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("the value of key 7")
          .hasMessageContaining("java.lang.Thread");
      map.close(CloseMode.DISCARD);
    }
    requireAllThere(before, -1);
  }
}
