package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that nothing is written under a name that stands for another class, or none, later. */
class NameRulesTest {
  private static final String ADVICE = "give it a name of its own";

  @TempDir private Path dir;

  // ---- classes made at run time ----------------------------------------------------------------

  /** Keeps class files from those who ask for them, as loaders of encrypted classes do. */
  private static final class InMemory extends ClassLoader {
    InMemory() {
      super(Samples.class.getClassLoader());
    }

    Class<?> define(byte[] classFile) {
      return defineClass(null, classFile, 0, classFile.length);
    }
  }

  private byte[] compiled(String source, String name) throws Exception {
    ClassLoader loader = Sources.compile(dir, source).loader();
    try (var in = loader.getResourceAsStream("app/" + name + ".class")) {
      return in.readAllBytes();
    }
  }

  @Test
  void madeAtRunTime_refused_unlessNamed() throws Exception {
    byte[] bytes = compiled("class Made { int x = 7; }", "Made");
    InMemory loader = new InMemory();
    Class<?> made = loader.define(bytes);
    Object object = made.getDeclaredConstructor().newInstance();
    CodecFixture fixture =
        new CodecFixture(
            new InMemoryClassTable(), new CodecOptions.Builder().allowPackage("app").build(loader));
    for (Object value :
        List.of(object, List.of(object), Array.newInstance(made, 1), made, made.arrayType())) {
      assertThatThrownBy(() -> fixture.encode(value))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("it was made at run time")
          .hasMessageContaining("add .allow(app.Made.class)");
    }
    assertThat(fixture.classes.names()).doesNotContain("app.Made");

    CodecFixture named =
        new CodecFixture(
            new InMemoryClassTable(), new CodecOptions.Builder().allow(made).build(loader));
    assertThat(named.roundTrip(object)).hasSameClassAs(object);
  }

  @Test
  void madeByLookup_refused() throws Exception {
    byte[] bytes = RunTime.renamed();
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    Class<?> visible = lookup.defineClass(bytes);
    Class<?> hidden = lookup.defineHiddenClass(RunTime.renamed(), false).lookupClass();
    CodecFixture fixture = new CodecFixture();
    for (Class<?> type : List.of(visible, hidden)) {
      Object object = type.getDeclaredConstructor().newInstance();
      assertThatThrownBy(() -> fixture.encode(object))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("can't be stored");
    }
  }

  // ---- loaders ---------------------------------------------------------------------------------

  @Test
  void classesOfChildLoader_givenToOpen_found() throws Exception {
    Sources program = Sources.compile(dir, "class Value { int x = 1; }");
    Path plugin = Files.createDirectory(dir.resolve("plugin"));
    Sources compiled =
        Sources.compile(
            plugin,
            "class Key { Part part = new Part(); Key[] more = {}; }",
            "class Part { int y = 2; }",
            "class Extra { int z = 3; }");
    URL[] path = ((URLClassLoader) compiled.loader()).getURLs();
    try (URLClassLoader child = new URLClassLoader(path, program.loader())) {
      Class<?> key = child.loadClass("app.Key");
      CodecOptions options =
          new CodecOptions.Builder()
              .declare(key)
              .declare(program.type("Value"))
              .build(program.loader());
      InMemoryClassTable table = new InMemoryClassTable();
      for (String name : List.of("Key", "Part", "Extra")) {
        Object object = child.loadClass("app." + name).getDeclaredConstructor().newInstance();
        byte[] bytes = new CodecFixture(table, options).encode(object);
        Object read = new CodecFixture(table, options).decode(bytes);
        assertThat(read.getClass()).as("read by another codec").isSameAs(object.getClass());
      }
      Object array = Array.newInstance(key, 2, 1);
      CodecFixture again = new CodecFixture(table, options);
      assertThat(again.roundTrip(array).getClass()).isSameAs(array.getClass());
    }
  }

  // ---- local classes ---------------------------------------------------------------------------

  private static final String ONE =
      "class Shop { public static Object make() { record Money(int cents) {} return new Money(5); } }";

  private static final String TWO =
      "class Shop {"
          + " public static Object points() { record Money(int cents) {} return new Money(1); }"
          + " public static Object make() { record Money(int cents) {} return new Money(5); } }";

  @Test
  void localClass_oneOfItsName_readByTheNextBuild() throws Exception {
    InMemoryClassTable table = new InMemoryClassTable();
    byte[] bytes;
    try (URLClassLoader first = (URLClassLoader) Sources.compile(dir, ONE).loader()) {
      bytes = fixture(table, first).encode(make(first));
    }
    Sources next = Sources.compile(dir, ONE);
    assertThat(next.fixture(table).decode(bytes)).hasToString("Money[cents=5]");
  }

  @Test
  void localClass_oneOfSeveral_refusedWithWayOut() throws Exception {
    Sources shop = Sources.compile(dir, TWO);
    InMemoryClassTable table = new InMemoryClassTable();
    for (String method : List.of("make", "points")) {
      Object money = shop.type("Shop").getMethod(method).invoke(null);
      for (Object value : List.of(money, List.of(money), money.getClass())) {
        assertThatThrownBy(() -> shop.fixture(table).encode(value))
            .isInstanceOf(SerializationException.class)
            .hasMessageContaining("one of several local classes of the name Money")
            .hasMessageContaining(ADVICE);
      }
    }
    assertThat(table.names()).noneMatch(name -> name.contains("Money"));
  }

  @Test
  void localClass_secondOfItsNameCame_notReadAsAnother() throws Exception {
    InMemoryClassTable table = new InMemoryClassTable();
    Sources before = Sources.compile(dir, ONE);
    byte[] bytes = before.fixture(table).encode(before.make("Shop"));
    Sources after = Sources.compile(dir, TWO); // now Shop$1Money is that of points()
    assertThatThrownBy(() -> after.fixture(table).decode(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(".alias(\"app.Shop$1Money\", TheRightOne.class)");

    Class<?> right = after.make("Shop").getClass();
    CodecOptions.Builder told = new CodecOptions.Builder().alias("app.Shop$1Money", right);
    Object read = after.fixture(table, told).decode(bytes);
    assertThat(read.getClass()).isSameAs(right);
  }

  @Test
  void memberOfLocalOrAnonymous_refusedAlike() throws Exception {
    Sources nested =
        Sources.compile(
            dir,
            "class Local { public static Object make() {"
                + " class Box { class Part { int x; } } return new Box().new Part(); }"
                + " static Object other() { class Box {} return new Box(); } }",
            "class Anonymous { public static Object make() {"
                + " return new Object() { record Part(int x) {} Object part() { return new Part(1); }"
                + " }.part(); } }");
    assertThatThrownBy(() -> nested.fixture(new InMemoryClassTable()).encode(nested.make("Local")))
        .hasMessageContaining("it is declared in one of several local classes of the name Box");
    assertThatThrownBy(
            () -> nested.fixture(new InMemoryClassTable()).encode(nested.make("Anonymous")))
        .hasMessageContaining("it is declared in an anonymous class");
  }

  private static CodecFixture fixture(InMemoryClassTable table, ClassLoader loader) {
    return new CodecFixture(table, new CodecOptions.Builder().allowPackage("app").build(loader));
  }

  private static Object make(ClassLoader loader) throws Exception {
    return loader.loadClass("app.Shop").getMethod("make").invoke(null);
  }

  /** Made into a class of another name, of the same length. */
  static final class RunTime implements Supplier<String> {
    RunTime() {}

    @Override
    public String get() {
      return "made";
    }

    static byte[] renamed() throws Exception {
      try (var in = RunTime.class.getResourceAsStream("NameRulesTest$RunTime.class")) {
        String bytes = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
        return bytes
            .replace("NameRulesTest$RunTime", "NameRulesTest_RunTime")
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      }
    }
  }
}
