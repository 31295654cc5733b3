package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Guards that {@code readResolve} is asked as Java serialization asks it. */
class ReadResolveTest {
  /** As enums were made before there were any. */
  static class Color implements Serializable {
    private static final long serialVersionUID = 1;
    static final Color RED = new Color("red", 1);
    static final Color BLUE = new Color("blue", 2);

    private final String name;
    final int number;

    private Color(String name, int number) {
      this.name = name;
      this.number = number;
    }

    private Object readResolve() {
      return name.equals("red") ? RED : BLUE;
    }
  }

  /** Does not have it, since that of its superclass is private. */
  static final class Shade extends Color {
    private static final long serialVersionUID = 1;

    Shade() {
      super("shade", 3);
    }
  }

  /** Hands it down. */
  abstract static class Unit implements Serializable {
    private static final long serialVersionUID = 1;
    final String code;

    Unit(String code) {
      this.code = code;
    }

    protected Object readResolve() {
      return code.equals("m") ? Metre.ONLY : this;
    }
  }

  /** Has it from above. */
  static final class Metre extends Unit {
    private static final long serialVersionUID = 1;
    static final Metre ONLY = new Metre();

    private Metre() {
      super("m");
    }
  }

  /** A singleton that Java serialization does not know. */
  static final class NotSerializable {
    static final NotSerializable ONLY = new NotSerializable();

    @SuppressWarnings("UnusedMethod") // the case to test
    private Object readResolve() {
      return ONLY;
    }
  }

  /** A record of which there is one for each text. */
  record Name(String text) implements Serializable {
    static final Map<String, Name> ALL = Map.of("a", new Name("a"), "b", new Name("b"));

    private Object readResolve() {
      return Objects.requireNonNull(ALL.get(text));
    }
  }

  /** Refers to what refers to it. */
  static final class Loop implements Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // not by Java serialization
    final List<Object> links = new ArrayList<>();

    private Object readResolve() {
      return this;
    }
  }

  /** A collection with one. */
  static final class Tags extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    private Object readResolve() {
      return this;
    }
  }

  /** Gives something else back. */
  static final class Other implements Serializable {
    private static final long serialVersionUID = 1;

    private Object readResolve() {
      return "other".toLowerCase(Locale.ROOT);
    }
  }

  /** Gives nothing back. */
  static final class Nothing implements Serializable {
    private static final long serialVersionUID = 1;

    private @Nullable Object readResolve() {
      return null;
    }
  }

  private final CodecFixture fixture = new CodecFixture();

  @Test
  void constants_readAsThemselves() {
    assertThat(fixture.roundTrip(Color.RED)).isSameAs(Color.RED);
    assertThat(fixture.roundTrip(Color.BLUE)).isSameAs(Color.BLUE);
    assertThat(fixture.roundTrip(Metre.ONLY)).isSameAs(Metre.ONLY);
    Name name = new Name("a");
    assertThat(fixture.roundTrip(name)).isSameAs(Name.ALL.get("a"));
  }

  @Test
  void constants_insideOfOthers_readAsThemselves() {
    Object[] array = {Color.RED, Color.BLUE, Color.RED, Metre.ONLY};
    assertThat(fixture.roundTrip(array)).containsExactly(array);
    Set<Object> set = new HashSet<>(Arrays.asList(array));
    assertThat(fixture.roundTrip(set)).isEqualTo(set).contains(Color.RED, Metre.ONLY);
    Map<Object, Object> map = Map.of(Color.RED, Color.BLUE, Color.BLUE, List.of(Color.RED));
    assertThat(fixture.roundTrip(map)).isEqualTo(map);
    Object deep = Color.BLUE;
    for (int i = 0; i < 150; i++) {
      deep = new ArrayList<>(List.of(deep));
    }
    assertThat(fixture.roundTrip(deep)).isEqualTo(deep);
  }

  @Test
  void notInherited_notAsked() {
    Shade read = fixture.roundTrip(new Shade());
    assertThat(read).isExactlyInstanceOf(Shade.class);
    assertThat(read.number).isEqualTo(3);
  }

  @Test
  void notSerializable_asked() {
    assertThat(fixture.roundTrip(NotSerializable.ONLY)).isSameAs(NotSerializable.ONLY);
  }

  @Test
  void cannotBeHonoured_refused() {
    Loop loop = new Loop();
    loop.links.add(loop);
    refuses(loop, "a cycle leads back to it");
    refuses(new Tags(), "it has a readResolve, which can't be called");
    refuses(new Other(), "it is read back as a java.lang.String");
    refuses(new Nothing(), "returned null");
  }

  private void refuses(Object value, String reason) {
    assertThatThrownBy(() -> fixture.encode(value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(reason);
  }
}
