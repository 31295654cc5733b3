package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Serializer;
import io.persistentmap.testing.CompiledClasses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guards that a map outlives the classes of what is in it. */
class ChangingClassesTest {
  private static final int USERS = 2000;
  private static final String USER =
      """
      class User {
        String name;
        int number;
        byte[] data = new byte[500];
        public static Object make(int i) { User u = new User(); u.name = "n" + i; u.number = i; return u; }
        public String toString() { return name + number; }
      }
      """;
  private static final String USER_WITH_MORE =
      """
      class User {
        int number;
        byte[] data;
        List<String> added = new ArrayList<>();
        String name;
        public static Object make(int i) { User u = new User(); u.name = "m"; u.number = i; return u; }
        public String toString() { return name + number + added; }
      }
      """;

  @TempDir private Path dir;

  private static Object make(ClassLoader loader, String type, int i)
      throws ReflectiveOperationException {
    return loader.loadClass("app." + type).getMethod("make", int.class).invoke(null, i);
  }

  private PersistentMapBuilder<Object, Object> builder(ClassLoader loader, ValueMode mode) {
    return PersistentMap.builder(Object.class, Object.class)
        .allowPackage("app")
        .classLoader(loader)
        .valueMode(mode);
  }

  private PersistentMap<Object, Object> open(ClassLoader loader, ValueMode mode) {
    return builder(loader, mode).open(dir.resolve("x.map"));
  }

  private void fill(ClassLoader loader, ValueMode mode) throws ReflectiveOperationException {
    try (PersistentMap<Object, Object> map = open(loader, mode)) {
      for (int i = 0; i < USERS; i++) {
        map.put(i, make(loader, "User", i));
      }
      map.put("other", "text");
    }
  }

  /** Overwrites others until the cleaner has moved what stays, and images have been written. */
  private static void churn(PersistentMap<Object, Object> map) {
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < 1000; i++) {
        map.set("churn " + i, new byte[1000]);
      }
      map.checkpoint();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ValueMode.class,
      names = {"COPIED", "LIVE"})
  void classChanged_oldAndNewEntriesReadThroughManyLives(ValueMode mode) throws Exception {
    ClassLoader before = CompiledClasses.compile(dir, USER);
    fill(before, mode);
    for (int life = 0; life < 3; life++) {
      ClassLoader after = CompiledClasses.compile(dir, USER_WITH_MORE);
      try (PersistentMap<Object, Object> map = open(after, mode)) {
        for (int i = 0; i < USERS; i += 100) {
          assertThat(map.get(i)).hasToString("n" + i + i + "[]");
        }
        map.put("new " + life, make(after, "User", life));
        churn(map);
        map.close(life == 1 ? CloseMode.DISCARD : CloseMode.CHECKPOINT);
      }
    }
    try (PersistentMap<Object, Object> map = open(before, mode)) {
      assertThat(map.get("new 2")).hasToString("m2");
      assertThat(map.get(7)).hasToString("n77");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ValueMode.class,
      names = {"COPIED", "LIVE"})
  void classGone_entriesKeptAndOthersWork(ValueMode mode) throws Exception {
    ClassLoader before = CompiledClasses.compile(dir, USER);
    fill(before, mode);
    ClassLoader without = CompiledClasses.compile(dir, "class Unrelated {}");
    byte[] bytes = {};
    for (int life = 0; life < 3; life++) {
      try (PersistentMap<Object, Object> map = open(without, mode)) {
        assertThat(map.size()).isGreaterThanOrEqualTo(USERS + 1);
        assertThat(map.keySet()).contains(0, 1, USERS - 1, "other");
        assertThat(map.get("other")).isEqualTo("text");
        assertThat(map.containsKey(5)).isTrue();
        assertThatThrownBy(() -> map.get(5))
            .isInstanceOf(UnstorableException.class)
            .hasMessageContaining(
                "class app.User, of which the file holds objects, can't be loaded");
        assertThatThrownBy(() -> new ArrayList<>(map.values()))
            .isInstanceOf(UnstorableException.class)
            .hasMessageContaining("app.User");
        byte[] stored = map.storedBytes(5);
        assertThat(stored).isNotNull().hasSizeGreaterThan(500);
        assertThat(life == 0 ? stored : bytes).isEqualTo(stored);
        bytes = stored;
        assertThat(map.storedBytes("none")).isNull();
        churn(map);
      }
    }
    try (PersistentMap<Object, Object> map = open(without, mode)) {
      map.keySet().remove(6);
      assertThat(map.containsKey(6)).isFalse();
    }
    try (PersistentMap<Object, Object> map = open(before, mode)) {
      for (int i = 0; i < USERS; i++) {
        if (i != 6) {
          assertThat(map.get(i)).hasToString("n" + i + i);
        }
      }
      assertThat(map.get(6)).isNull();
    }
  }

  @Test
  void valueTypeRenamed_openedThroughAlias() throws Exception {
    ClassLoader before = CompiledClasses.compile(dir, USER);
    Path file = dir.resolve("typed.map");
    try (PersistentMap<String, ?> map =
        PersistentMap.builder(String.class, before.loadClass("app.User")).open(file)) {
      put(map, "ada", make(before, "User", 1));
    }
    ClassLoader after = CompiledClasses.compile(dir, USER.replace("User", "Person"));
    Class<?> person = after.loadClass("app.Person");
    assertThatThrownBy(() -> PersistentMap.builder(String.class, person).open(file))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining(".alias(\"app.User\", ItsNewName.class)");
    for (int life = 0; life < 2; life++) {
      try (PersistentMap<String, ?> map =
          PersistentMap.builder(String.class, person).alias("app.User", person).open(file)) {
        assertThat(map.get("ada")).isInstanceOf(person).hasToString("n11");
        put(map, "bob", make(after, "Person", 2));
        assertThat(map.get("bob")).hasToString("n22");
      }
    }
  }

  @SuppressWarnings("unchecked") // the value is of the type that the map was opened with
  private static void put(PersistentMap<String, ?> map, String key, Object value) {
    ((PersistentMap<String, Object>) map).put(key, value);
  }

  @Test
  void keyRenamed_foundThroughAlias() throws Exception {
    String key = "record Old(int i) { public static Object make(int i) { return new Old(i); } }";
    ClassLoader before = CompiledClasses.compile(dir, key);
    try (PersistentMap<Object, Object> map = open(before, ValueMode.AUTO)) {
      map.put(make(before, "Old", 1), "one");
    }
    ClassLoader after = CompiledClasses.compile(dir, key.replace("Old", "New"));
    try (PersistentMap<Object, Object> map =
        builder(after, ValueMode.AUTO)
            .alias("app.Old", after.loadClass("app.New"))
            .open(dir.resolve("x.map"))) {
      assertThat(map.get(make(after, "New", 1))).isEqualTo("one");
      assertThat(map.keySet()).containsExactly(make(after, "New", 1));
    }
  }

  @Test
  void keyChanged_refusedNotLost() throws Exception {
    String key = "record Key(int i) { public static Object make(int i) { return new Key(i); } }";
    ClassLoader before = CompiledClasses.compile(dir, key);
    try (PersistentMap<Object, Object> map = open(before, ValueMode.AUTO)) {
      map.put(make(before, "Key", 1), "one");
    }
    ClassLoader after =
        CompiledClasses.compile(
            dir,
            "record Key(int i, int j) { public static Object make(int i) { return new Key(i, 0); } }");
    try (PersistentMap<Object, Object> map = open(after, ValueMode.AUTO)) {
      Object changed = make(after, "Key", 1);
      assertThatThrownBy(() -> map.get(changed))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("keys of it would not be found any more");
      assertThatThrownBy(() -> map.put(changed, "x")).isInstanceOf(UnstorableException.class);
      assertThat(map).hasSize(1);
      assertThat(map.entrySet().iterator().next().getKey()).isEqualTo(changed);
    }
  }

  /** Not allowed, since its package is not declared. */
  private static final class Money {
    private final long cents;

    Money(long cents) {
      this.cents = cents;
    }
  }

  private static final class OfMoney implements Serializer<Money> {
    @Override
    public void write(Money value, ByteWriter out) {
      out.writeVarLong(value.cents);
    }

    @Override
    public Money read(ByteReader in) {
      return new Money(in.readVarLong());
    }
  }

  @Test
  void classNotAllowed_refusedWithPathAndMapUnchanged() {
    try (PersistentMap<Object, Object> map = PersistentMap.open(dir.resolve("any.map"))) {
      map.put("a", 1);
      Map<String, Object> nested = Map.of("k", new ArrayList<>(List.of(new Money(1))));
      assertThatThrownBy(() -> map.put("a", nested))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("value for key a: MapN[k][0]: ".replace("MapN", "Map1"))
          .hasMessageContaining("add .allow(io.persistentmap.ChangingClassesTest.Money.class)")
          .hasMessageContaining("the map is unchanged");
      assertThat(map).isEqualTo(Map.of("a", 1));
    }
  }

  @Test
  void serializer_rememberedByTheFile() {
    Path file = dir.resolve("money.map");
    PersistentMapBuilder<String, Money> builder =
        PersistentMap.builder(String.class, Money.class).serializer(Money.class, new OfMoney());
    try (PersistentMap<String, Money> map = builder.open(file)) {
      map.put("a", new Money(5));
    }
    try (PersistentMap<String, Money> map = PersistentMap.open(file, String.class, Money.class)) {
      assertThatThrownBy(() -> map.get("a"))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("were written by a serializer")
          .hasMessageContaining("ChangingClassesTest.Money.class, ...)");
      map.put("b", new Money(6));
    }
    try (PersistentMap<String, Money> map = builder.open(file)) {
      assertThat(map.values()).extracting(money -> money.cents).containsExactlyInAnyOrder(5L, 6L);
    }
  }
}
