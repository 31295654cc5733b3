package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.foreign.Gadget;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards which classes may be written and read: the same ones. */
class ClassFilterTest {
  @TempDir private Path directory;

  private static CodecFixture fixture(Consumer<CodecOptions.Builder> options) {
    CodecOptions.Builder builder = new CodecOptions.Builder();
    options.accept(builder);
    return new CodecFixture(
        new InMemoryClassTable(), builder.build(ClassFilterTest.class.getClassLoader()));
  }

  @Test
  void write_nothingAllowed_jdkOnly() {
    CodecFixture fixture = fixture(options -> {});

    assertThat(fixture.roundTrip(new ArrayList<>(List.of(1, Map.of("a", 2))))).hasSize(2);
    assertThatThrownBy(() -> fixture.encode(new Samples.User("Ada", 36)))
        .isInstanceOf(SerializationException.class)
        .hasMessage(
            "io.persistentmap.serializer.Samples$User can't be stored: it is not among the classes"
                + " that this map may hold; add .allow(io.persistentmap.serializer.Samples.User"
                + ".class) or .allowPackage(\"io.persistentmap.serializer\") where the map is"
                + " built");
  }

  @Test
  void write_eachKind_refusedAlike() {
    CodecFixture fixture = fixture(options -> {});
    List<Object> values =
        List.of(
            Samples.Plain.RED,
            Samples.WithBody.PLUS,
            new Samples.Point(1, 2),
            new Samples.Tagged("t", List.of()),
            new Samples.User[0],
            Samples.User.class,
            Samples.User[].class,
            new ArrayList<>(List.of(Samples.Plain.RED)));
    for (Object value : values) {
      assertThatThrownBy(() -> fixture.encode(value))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("add .allow(io.persistentmap.serializer.Samples.");
    }
    assertThat(fixture.classes.names()).containsExactly("java.util.ArrayList");
  }

  @Test
  void read_notAllowedAnyMore_refusedLikeWrite() {
    CodecFixture before = new CodecFixture();
    List<Object> values = new ArrayList<>(Samples.composites());
    values.removeIf(value -> ClassNames.isJdk(value.getClass()));
    List<byte[]> written = values.stream().map(before::encode).toList();
    CodecFixture after =
        new CodecFixture(
            before.classes, CodecOptions.of(ClassFilterTest.class.getClassLoader(), String.class));
    for (byte[] bytes : written) {
      assertThatThrownBy(() -> after.decode(bytes))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("add .allow(io.persistentmap.serializer.Samples.");
    }
  }

  @Test
  void declared_typesFieldsArgumentsAndPackages_allowed() throws Exception {
    CodecFixture fixture =
        new CodecFixture(
            new InMemoryClassTable(),
            CodecOptions.of(ClassFilterTest.class.getClassLoader(), Declaring.class));
    assertThat(fixture.roundTrip(new Samples.Point(1, 2))).isEqualTo(new Samples.Point(1, 2));
    assertThatThrownBy(() -> fixture.encode(new Gadget()))
        .hasMessageContaining("add .allow(io.persistentmap.foreign.Gadget.class)");
    io.persistentmap.foreign.Alarm.raised().clear();
  }

  /** Says by its fields what may be stored. */
  record Declaring(String name) {}

  /** Says by a type argument that classes of another package may be stored. */
  record Holding(List<? extends Map<String, Gadget[]>> gadgets) {}

  @Test
  void declared_deepInTypeArguments_allowed() {
    assertThat(DeclaredTypes.of(List.of(Holding.class))).contains(Holding.class, Gadget.class);
    assertThat(DeclaredTypes.of(List.of(Hidden.class))).doesNotContain(Gadget.class);
    assertThat(DeclaredTypes.of(List.of(Shape.class))).contains(Circle.class, Square.class);
    assertThat(DeclaredTypes.of(List.of(Node.class, int[][].class, Map.class)))
        .containsExactly(Node.class);
  }

  /** Not stored, so not declared. */
  static final class Hidden {
    transient List<Gadget> gadgets = List.of();
    static final List<Gadget> ALL = List.of();
  }

  /** Its subclasses are known. */
  sealed interface Shape permits Circle, Square {}

  /** One of them. */
  record Circle() implements Shape {}

  /** The other. */
  record Square() implements Shape {}

  /** Refers to itself, and to its own type. */
  static final class Node<T extends Comparable<? super Node<T>>> {
    List<Node<T>> next = List.of();
  }

  @Test
  void advice_withoutPackage_allowsTheClassAlone() {
    assertThat(ClassFilter.advice("Plain"))
        .contains("add .allow(Plain.class) where")
        .doesNotContain("allowPackage");
  }

  @Test
  void allow_classOrPackageTree_allowed() {
    String tree = "io.persistentmap";

    assertThatCode(() -> fixture(o -> o.allow(Samples.Point.class)).encode(new Samples.Point(1, 2)))
        .doesNotThrowAnyException();
    assertThatCode(() -> fixture(o -> o.allowPackage(tree)).encode(new Samples.Point(1, 2)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> fixture(o -> o.allowPackage("io.persist")).encode(Samples.Plain.RED))
        .isInstanceOf(SerializationException.class);
    assertThatThrownBy(() -> fixture(o -> o.allow(Samples.Point.class)).encode(Samples.Plain.RED))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void options_thatMeanNothing_refused() {
    CodecOptions.Builder options = new CodecOptions.Builder();

    assertThatThrownBy(() -> options.allow(Socket.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(".serializer(java.net.Socket.class, ...)");
    options.allow(ArrayList.class, String.class, Samples.User[].class);
    for (String name : List.of("", "java.util", "javax.script", "sun.misc")) {
      assertThatThrownBy(() -> options.allowPackage(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
    options.alias("old.Name", Samples.User.class).alias("old.Name", Samples.User.class);
    assertThatThrownBy(() -> options.alias("old.Name", Samples.Point.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two classes");
    assertThatThrownBy(() -> options.alias("old.Other", ArrayList.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void write_classOfOtherLoader_refused() throws Exception {
    String source = "class User { public static Object make() { return new User(); } }";
    Sources one = Sources.compile(directory, source);
    Sources other = Sources.compile(directory, source);

    assertThatThrownBy(() -> one.fixture(new InMemoryClassTable()).encode(other.make("User")))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("the map's class loader finds another class of that name");
  }
}
