package io.persistentmap;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.testing.CompiledClasses;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Guards that a map can be opened with types that have arguments, and allows what is in them. */
class TypeRefTest {
  private static final String ADDRESS = "class Address { String street = \"s\"; }";
  private static final String USER =
      """
      class User {
        String name = "Ada";
        Address address = new Address();
        public static Object make() { return new User(); }
        public String toString() { return name; }
      }
      """;
  private static final String OPENER =
      """
      class Opener {
        public static List<io.persistentmap.TypeRef<?>> refs() {
          return List.of(
              new io.persistentmap.TypeRef<List<User>>() {},
              new io.persistentmap.TypeRef<List<? extends User>>() {},
              new io.persistentmap.TypeRef<List<? super User>>() {},
              new io.persistentmap.TypeRef<Map<String, List<Set<User>>>>() {},
              new io.persistentmap.TypeRef<List<User[]>>() {},
              new io.persistentmap.TypeRef<List<User>[]>() {},
              new io.persistentmap.TypeRef<Map.Entry<String, User>>() {},
              new io.persistentmap.TypeRef<Optional<User>>() {},
              new io.persistentmap.TypeRef<User[][]>() {},
              new io.persistentmap.TypeRef<User>() {});
        }
      }
      """;

  @TempDir private Path dir;

  private static List<TypeRef<?>> refs() {
    return List.of(
        new TypeRef<List<User>>() {},
        new TypeRef<List<? extends User>>() {},
        new TypeRef<List<? super User>>() {},
        new TypeRef<Map<String, List<Set<User>>>>() {},
        new TypeRef<List<User[]>>() {},
        new TypeRef<List<User>[]>() {},
        new TypeRef<Map.Entry<String, User>>() {},
        new TypeRef<Holder<User>.Inner>() {},
        new TypeRef<User[][]>() {},
        new TypeRef<User>() {});
  }

  /** Not a part of what is opened, so nothing of this package is allowed but by arguments. */
  static final class User {
    String name = "Ada";
  }

  static final class Holder<T> {
    final class Inner {
      List<T> held = new ArrayList<>();
    }
  }

  @SuppressWarnings("unchecked") // what is stored in them is not asked
  private static PersistentMapBuilder<String, Object> builder(TypeRef<?> values) {
    return PersistentMap.builder(new TypeRef<String>() {}, (TypeRef<Object>) values);
  }

  @ParameterizedTest
  @MethodSource("refs")
  void argumentsAreAllowed(TypeRef<?> ref) {
    assertThat(ref.toString()).contains("User");
    assertThat(ref.erased()).isNotNull();
    try (PersistentMap<String, Object> map = builder(ref).open(dir.resolve("x.map"))) {
      assertThat(map).isEmpty();
      assertThatThrownBy(() -> map.put("a", new Object()))
          .isInstanceOfAny(UnstorableException.class, ClassCastException.class);
    }
  }

  @Test
  void elementsOfArgument_storedAndOthersRefused() throws Exception {
    ClassLoader loader =
        CompiledClasses.compile(
            dir, "record Wrong(int i) { public static Object make() { return new Wrong(1); } }");
    Object wrong = loader.loadClass("app.Wrong").getMethod("make").invoke(null);
    Path file = dir.resolve("users.map");
    TypeRef<String> keys = new TypeRef<>() {};
    TypeRef<List<Object>> objects = new TypeRef<>() {};
    TypeRef<List<User>> users = new TypeRef<>() {};
    try (PersistentMap<String, List<Object>> map = PersistentMap.open(file, keys, objects)) {
      map.put("a", new ArrayList<>());
      map.checkpoint();
      requireNonNull(map.get("a")).add(new User());
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("key a")
          .hasMessageContaining("[0]")
          .hasMessageContaining(".allow(io.persistentmap.TypeRefTest.User.class)");
      map.close(CloseMode.DISCARD);
    }
    try (PersistentMap<String, List<User>> map = PersistentMap.open(file, keys, users)) {
      requireNonNull(map.computeIfAbsent("a", key -> new ArrayList<>())).add(new User());
      requireNonNull(map.computeIfAbsent("b", key -> new ArrayList<>())).add(new User());
      map.checkpoint();
      assertThatThrownBy(() -> raw(map).put("c", new ArrayList<>(List.of(wrong))))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("app.Wrong");
      requireNonNull(raw(map).get("a")).add(wrong);
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("key a")
          .hasMessageContaining("[1]");
      requireNonNull(raw(map).get("a")).remove(1);
    }
    try (PersistentMap<String, List<User>> map = PersistentMap.open(file, keys, users)) {
      assertThat(requireNonNull(map.get("a")).get(0).name).isEqualTo("Ada");
      assertThat(map.get("b")).hasSize(1);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // to put what the compiler would not let pass
  private static Map<String, List<Object>> raw(PersistentMap<?, ?> map) {
    return (Map) map;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // as programs had to write it without a TypeRef
  @Test
  void classAndTypeRef_openTheSameFile() {
    Path file = dir.resolve("x.map");
    TypeRef<String> keys = new TypeRef<>() {};
    TypeRef<Map<String, Integer>> counts = new TypeRef<>() {};
    try (PersistentMap<String, Map<String, Integer>> map = PersistentMap.open(file, keys, counts)) {
      map.put("a", new HashMap<>(Map.of("n", 1)));
    }
    try (PersistentMap<String, Map> map = PersistentMap.open(file, String.class, Map.class)) {
      assertThat(map.get("a")).isEqualTo(Map.of("n", 1));
      map.put("b", new HashMap<>(Map.of("n", 2)));
    }
    try (PersistentMap<String, Map<String, Integer>> map =
        PersistentMap.builder(TypeRef.of(String.class), counts).open(file)) {
      assertThat(map.get("b")).isEqualTo(Map.of("n", 2));
    }
    assertThatThrownBy(() -> PersistentMap.open(file, keys, new TypeRef<List<String>>() {}))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("java.util.List");
  }

  /** The loader is that of a class in the arguments, where the type itself is of the JDK. */
  @Test
  void classOfArgument_foundByItsLoader() throws Exception {
    try (java.net.URLClassLoader loader = compileWithLibrary()) {
      List<?> made = (List<?>) loader.loadClass("app.Opener").getMethod("refs").invoke(null);
      Object user = loader.loadClass("app.User").getMethod("make").invoke(null);
      Path file = dir.resolve("child.map");
      for (int life = 0; life < 2; life++) {
        try (PersistentMap<String, Object> map = builder((TypeRef<?>) made.get(0)).open(file)) {
          if (life == 0) {
            map.put("a", new ArrayList<>(List.of(user)));
          }
          assertThat(map.get("a")).hasToString("[Ada]");
        }
      }
      for (Object ref : made) {
        assertThat(((TypeRef<?>) ref).loader()).isSameAs(loader);
      }
    }
  }

  private java.net.URLClassLoader compileWithLibrary() throws Exception {
    java.net.URLClassLoader alone =
        (java.net.URLClassLoader) CompiledClasses.compile(dir, ADDRESS, USER, OPENER);
    java.net.URL[] path = alone.getURLs();
    alone.close();
    return new java.net.URLClassLoader(path, TypeRefTest.class.getClassLoader());
  }

  private static <E> TypeRef<List<E>> ofVariable() {
    return new TypeRef<>() {};
  }

  private static <E> TypeRef<Map<String, ? extends List<E[]>>> ofDeepVariable() {
    return new TypeRef<>() {};
  }

  private static class Indirect<E> extends TypeRef<E> {}

  @SuppressWarnings("rawtypes")
  @Test
  void whatIsNotKnown_refusedWithWhatToWrite() {
    assertThatThrownBy(TypeRefTest::ofVariable)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("type variable E")
        .hasMessageContaining("java.util.List<E>");
    assertThatThrownBy(TypeRefTest::ofDeepVariable)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("type variable E");
    assertThatThrownBy(() -> new TypeRef() {})
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("new TypeRef<List<User>>() {}");
    assertThatThrownBy(() -> new Indirect<String>() {})
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("made directly");
    assertThatThrownBy(() -> new Indirect<String>())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("type variable E");
  }

  @Test
  void typeAndClass() {
    Type ofArray = new TypeRef<List<String>[]>() {}.type();
    assertThat(ofArray.getTypeName()).isEqualTo("java.util.List<java.lang.String>[]");
    assertThat(new TypeRef<List<String>[]>() {}.erased()).isEqualTo(List[].class);
    assertThat(new TypeRef<int[]>() {}.erased()).isEqualTo(int[].class);
    assertThat(TypeRef.of(String.class).type()).isEqualTo(String.class);
  }
}
