package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Guards that what one version of a program wrote is read by the next. */
class EvolutionTest {
  private static final String USER =
      """
      class User {
        String name = "Ada";
        int age = 36;
        List<String> tags = new ArrayList<>(List.of("a", "b"));
        public static Object make() { return new User(); }
      }
      """;

  @TempDir private Path directory;

  private final InMemoryClassTable table = new InMemoryClassTable();

  /** Writes what a class makes, with the classes of one version. */
  private byte[] write(String type, String... sources) throws Exception {
    Sources version = Sources.compile(directory, sources);
    return version.fixture(table).encode(version.make(type));
  }

  /** Reads with the classes of another version. */
  private Object read(byte[] bytes, String... sources) throws Exception {
    return Sources.compile(directory, sources).fixture(table).decode(bytes);
  }

  // ---- fields ----------------------------------------------------------------------------------

  @Test
  void fields_addedRemovedReordered_readByName() throws Exception {
    byte[] bytes = write("User", USER);
    Object user =
        read(
            bytes,
            """
            class User {
              List<String> tags;
              long added;
              Object alsoAdded;
              String name;
              private User(int any) {}
              public String toString() { return name + tags + added + alsoAdded; }
            }
            """);

    assertThat(user).hasToString("Ada[a, b]0null");
  }

  @Test
  void fields_added_haveWhatConstructorSets() throws Exception {
    byte[] bytes = write("User", USER);
    Object user =
        read(
            bytes,
            """
            class User {
              String name = "none";
              List<String> added = new ArrayList<>();
              transient int cache = 7;
              public String toString() { return name + added + cache; }
            }
            """);

    assertThat(user).hasToString("Ada[]7");
  }

  @Test
  void fields_constructorThrows_defaults() throws Exception {
    byte[] bytes = write("User", USER);
    Object user =
        read(
            bytes,
            """
            class User {
              String name;
              int added;
              User() { throw new IllegalStateException("use make"); }
              public String toString() { return name + added; }
            }
            """);

    assertThat(user).hasToString("Ada0");
  }

  @Test
  void fields_movedToSuperclass_found() throws Exception {
    byte[] bytes = write("User", USER);
    Object user =
        read(
            bytes,
            "class Named { String name; int age; }",
            "class User extends Named { public String toString() { return name + age; } }");

    assertThat(user).hasToString("Ada36");
  }

  @Test
  void fields_sameNameInSuperclass_keptApart() throws Exception {
    String named =
        "class Named { private String name = \"upper\"; String upper() { return name; } }";
    String user =
        """
        class User extends Named {
          private String name = "lower";
          public static Object make() { return new User(); }
          public String toString() { return name + upper(); }
        }
        """;

    assertThat(read(write("User", named, user), named, user)).hasToString("lowerupper");
  }

  @ParameterizedTest
  @CsvSource({
    "int 36, long, 36",
    "int 36, double, 36.0",
    "float 1.5f, double, 1.5",
    "byte 1, int, 1",
    "short 2, long, 2",
    "char 'x', int, 120",
    "int 36, Integer, 36",
    "int 36, Number, 36",
    "int 36, Object, 36",
    "boolean true, Boolean, true",
    "String \"s\", CharSequence, s",
    "String \"s\", Object, s",
    "Integer 1, Number, 1",
    "ArrayList<?> new ArrayList<>(), List<?>, []",
    "int[] {}, Object, [I",
    "User null, Object, null"
  })
  void fieldType_wider_accepted(String before, String after, String value) throws Exception {
    byte[] bytes = write("User", userWith(before));
    Object user =
        read(
            bytes, "class User { " + after + " f; public String toString() { return \"\" + f; } }");

    assertThat(user.toString()).startsWith(value);
  }

  private static String userWith(String field) {
    int space = field.indexOf(' ');
    String type = field.substring(0, space);
    String value = field.substring(space);
    return "class User { "
        + type
        + " f ="
        + value
        + "; public static Object make() { return new User(); } }";
  }

  @ParameterizedTest
  @CsvSource({
    "long 1, int, long, int",
    "int 1, float, int, float",
    "long 1, double, long, double",
    "int 1, String, int, java.lang.String",
    "Integer 1, int, java.lang.Integer, int",
    "int 1, Long, int, java.lang.Long",
    "char 'x', short, char, short",
    "List<?> List.of(), ArrayList<?>, java.util.List, java.util.ArrayList",
    "String \"s\", Integer, java.lang.String, java.lang.Integer",
    "boolean true, int, boolean, int",
    "int[] {}, long[], [I, [J"
  })
  void fieldType_other_refusedWithNames(String before, String after, String was, String is)
      throws Exception {
    byte[] bytes = write("User", userWith(before));

    assertThatThrownBy(() -> read(bytes, "class User { " + after + " f; }"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("app.User.f was stored as " + was + " and is " + is + " now");
  }

  @Test
  void schema_unchanged_sameNumber() throws Exception {
    write("User", USER);
    List<String> before = table.descriptions();
    byte[] again = write("User", USER);
    write(
        "User",
        USER.replace("String name = \"Ada\";\n  int age = 36;", "int age = 36; String name;"));

    assertThat(table.descriptions()).isEqualTo(before);
    assertThat(read(again, USER)).isNotNull();
  }

  @Test
  void schema_changed_oneMoreNumberAndOldStillRead() throws Exception {
    byte[] old = write("User", USER);
    int before = table.size();
    String changed = USER.replace("int age = 36;", "int age = 36; int more = 5;");
    byte[] young = write("User", changed);

    assertThat(table.size()).isEqualTo(before + 1);
    Sources version = Sources.compile(directory, changed);
    assertThat(version.fixture(table).decode(old)).hasFieldOrPropertyWithValue("more", 5);
    assertThat(version.fixture(table).decode(young)).hasFieldOrPropertyWithValue("more", 5);
    assertThat(read(young, USER)).hasFieldOrPropertyWithValue("age", 36);
  }

  // ---- records ---------------------------------------------------------------------------------

  @Test
  void components_addedRemovedReordered_readByName() throws Exception {
    byte[] bytes =
        write(
            "Point",
            """
            record Point(int x, String label, int y, List<String> tags) {
              public static Object make() { return new Point(1, "p", 2, List.of("t")); }
            }
            """);
    Object point = read(bytes, "record Point(long y, Object added, double x, char letter) {}");

    assertThat(point).hasToString("Point[y=2, added=null, x=1.0, letter=\0]");
  }

  @Test
  void components_otherType_refusedWithNames() throws Exception {
    byte[] bytes =
        write(
            "Point",
            "record Point(int x) { public static Object make() { return new Point(1); } }");

    assertThatThrownBy(() -> read(bytes, "record Point(String x) {}"))
        .hasMessageContaining("app.Point.x was stored as int and is java.lang.String now");
  }

  @Test
  void kind_changed_refused() throws Exception {
    byte[] bytes = write("User", USER);

    assertThatThrownBy(() -> read(bytes, "record User(String name) {}"))
        .hasMessageContaining("app.User was a plain class and no longer is");
    assertThatThrownBy(() -> read(bytes, "enum User { A }"))
        .hasMessageContaining("app.User was a plain class and no longer is");
    assertThatThrownBy(() -> read(bytes, "interface User {}"))
        .hasMessageContaining("app.User was a plain class and no longer is");
    assertThatThrownBy(() -> read(bytes, "class User extends ArrayList<String> {}"))
        .hasMessageContaining("app.User was a plain class and no longer is");
    assertThatThrownBy(() -> read(bytes, "abstract class User {}"))
        .hasMessageContaining("abstract");
  }

  @Test
  void keys_recordChanged_refusedWithBoth() throws Exception {
    String old =
        "record Key(String name) { public static Object make() { return new Key(\"k\"); } }";
    Sources before = Sources.compile(directory, old);
    CodecFixture first = before.fixture(table);
    assertThat(first.codec.isByteStable(before.make("Key"))).isTrue();
    first.encode(before.make("Key"));
    Sources same = Sources.compile(directory, old);
    assertThat(same.fixture(table).codec.isByteStable(same.make("Key"))).isTrue();

    String changed =
        "record Key(String name, int more) { public static Object make() { return new Key(\"k\", 1); } }";
    String around =
        "record Around(Key key) { public static Object make() { return new Around((Key) Key.make()); } }";
    Sources after = Sources.compile(directory, changed, around);
    for (String type : List.of("Key", "Around")) {
      Object key = after.make(type);
      assertThatThrownBy(() -> after.fixture(table).codec.isByteStable(key))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("stable-record(java.lang.String name)")
          .hasMessageContaining("stable-record(java.lang.String name, int more)");
    }
  }

  // ---- enums -----------------------------------------------------------------------------------

  @Test
  void enum_constantsAddedAndReordered_sameBytes() throws Exception {
    String make = "; public static Object make() { return B; } }";
    byte[] old = write("Color", "enum Color { A, B" + make);
    byte[] young = write("Color", "enum Color { X, B, A" + make);

    assertThat(young).isEqualTo(old);
    assertThat(read(old, "enum Color { X, B, A }")).hasToString("B");
    assertThatThrownBy(() -> read(old, "enum Color { A }"))
        .hasMessageContaining("enum app.Color has no B");
  }

  // ---- classes that are gone, or have another name ---------------------------------------------

  @Test
  void class_gone_saysWhichAndOthersAreRead() throws Exception {
    byte[] bytes = write("User", USER);
    byte[] list =
        write("Other", "class Other { public static Object make() { return List.of(1); } }");

    assertThatThrownBy(() -> read(bytes, "class Other {}"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("class app.User, of which the file holds objects, can't be loaded")
        .hasMessageContaining(".alias(\"app.User\", ItsNewName.class)");
    assertThat(read(list, "class Other {}")).isEqualTo(List.of(1));
  }

  @Test
  void class_renamed_readThroughAlias() throws Exception {
    byte[] bytes =
        write(
            "Old",
            "enum OldColor { RED }",
            "record OldPoint(int x, OldColor color) {}",
            """
            class Old {
              OldPoint point = new OldPoint(1, OldColor.RED);
              OldPoint[] points = {point};
              Object type = OldPoint[].class;
              public static Object make() { return new Old(); }
            }
            """);
    Sources version =
        Sources.compile(
            directory,
            "enum Color { RED, BLUE }",
            "record Point(int x, Color color) {}",
            """
            class New {
              Point point;
              Point[] points;
              Object type;
              public String toString() { return point + Arrays.toString(points) + type; }
            }
            """);
    CodecOptions.Builder options =
        new CodecOptions.Builder()
            .alias("app.Old", version.type("New"))
            .alias("app.OldPoint", version.type("Point"))
            .alias("app.OldColor", version.type("Color"));
    CodecFixture fixture = version.fixture(table, options);
    Object read = fixture.decode(bytes);

    assertThat(read).hasToString("Point[x=1, color=RED][Point[x=1, color=RED]]class [Lapp.Point;");
    assertThat(fixture.encode(read)).as("nothing but names changed").isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "record, (int x) {, 'new %s(1)'",
    "enum, '{ A;', A",
  })
  void keys_storedUnderAliasAndName_refused(String kind, String body, String one) throws Exception {
    String source = kind + " %s" + body + " public static Object make() { return " + one + "; } }";
    write("Old", source.replace("%s", "Old"));
    write("New", source.replace("%s", "New"));
    Sources version = Sources.compile(directory, source.replace("%s", "New"));
    CodecOptions.Builder options = new CodecOptions.Builder().alias("app.Old", version.type("New"));
    Object key = version.make("New");

    assertThatThrownBy(() -> version.fixture(table, options).codec.isByteStable(key))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("app.New were stored under this name, and under another");
  }

  @Test
  void field_removedWithItsClass_dropped() throws Exception {
    byte[] bytes =
        write(
            "User",
            "enum Kind { A }",
            "record Size(int width, Kind kind) {}",
            "record Open(Object any) {}",
            "class Tags extends ArrayList<Object> { int more = 1; }",
            "class Names extends HashSet<Object> { int more = 1; }",
            "class Sizes extends HashMap<Object, Object> { int more = 1; }",
            "class Failure extends RuntimeException { int code = 5; }",
            """
            class Address {
              long number = 5;
              Kind kind = Kind.A;
              Size size = new Size(1, Kind.A);
              Open open = new Open(this);
              Kind[] kinds = {Kind.A};
              int[][] numbers = {{1}, {2}};
              Tags tags = new Tags();
              Names names = new Names();
              Sizes sizes = new Sizes();
              Failure failure = new Failure();
              Class<?> type = Kind.class;
              Map<Object, Object> map = new TreeMap<>(Map.of("k", size));
              Address next;
            }
            """,
            """
            class User {
              Address address = new Address();
              List<Object> addresses = new ArrayList<>();
              String name = "Ada";
              public static Object make() {
                User user = new User();
                user.addresses.add(user.address);
                Address last = user.address;
                for (int i = 0; i < 300; i++) {
                  last.tags.add(i);
                  last.names.add(new int[] {i});
                  last.sizes.put(i, new int[] {i});
                  last = last.next = new Address();
                }
                return user;
              }
            }
            """);

    assertThat(read(bytes, "class User { String name; }"))
        .hasFieldOrPropertyWithValue("name", "Ada");
    assertThatThrownBy(() -> read(bytes, "class User { String name; List<Object> addresses; }"))
        .hasMessageContaining("a field that is dropped has what is needed elsewhere")
        .hasMessageContaining("app.");
  }

  @Test
  void field_removed_objectOfItNeededElsewhere() throws Exception {
    String item = "class Item { String name = \"shared\"; }";
    byte[] bytes =
        write(
            "User",
            item,
            """
            class User {
              Item first = new Item();
              Item second = first;
              public static Object make() { return new User(); }
            }
            """);
    Object user =
        read(
            bytes,
            item,
            "class User { Item second; public String toString() { return second.name; } }");

    assertThat(user).hasToString("shared");
  }

  @Test
  void class_renamedWithoutAlias_newNumber() throws Exception {
    write("User", USER);
    write("Person", USER.replace("User", "Person"));

    assertThat(new ArrayList<>(table.names())).contains("app.User", "app.Person");
  }
}
