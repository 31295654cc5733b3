package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.ValueMode;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.AbstractMap.SimpleEntry;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guards that a map finds values whose equality is identity as a HashMap does: each operation that
 * compares values, on each kind of immutable object.
 */
class OnlyEqualsItselfTest {
  /** Immutable, and without equals. */
  static final class Color {
    static final Color RED = new Color("red");
    static final Color BLUE = new Color("blue");
    private final String name;

    private Color(String name) {
      this.name = name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** As enums were before there were any. */
  static final class Suit implements Serializable {
    private static final long serialVersionUID = 1;
    static final Suit HEARTS = new Suit(0);
    static final Suit SPADES = new Suit(1);
    private final int number;

    private Suit(int number) {
      this.number = number;
    }

    private Object readResolve() {
      return number == 0 ? HEARTS : SPADES;
    }
  }

  /** Without any state. */
  static final class Nothing {
    static final Nothing FIRST = new Nothing();
    static final Nothing SECOND = new Nothing();
  }

  /** A record of such. */
  record Car(String name, Color color) {}

  /** A record of such of the JDK. */
  record Rule(Pattern pattern) {}

  /** Has equals, and a part that has none. */
  static final class House {
    private final Color color;

    House(Color color) {
      this.color = color;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof House that && that.color == color;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  /** One kind of it has no equals. */
  sealed interface Shape permits Dot, Line {}

  record Dot(int x) implements Shape {}

  static final class Line implements Shape {}

  /** Two values of a kind. */
  record Kind(Object one, Object other) {
    @Override
    public String toString() {
      return one.getClass().getSimpleName();
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind(Color.RED, Color.BLUE),
        new Kind(Suit.HEARTS, Suit.SPADES),
        new Kind(Nothing.FIRST, Nothing.SECOND),
        new Kind(new Car("a", Color.RED), new Car("a", Color.BLUE)),
        new Kind(Pattern.compile("a"), Pattern.compile("a")),
        new Kind(new Rule(Pattern.compile("a")), new Rule(Pattern.compile("a"))),
        new Kind(new House(Color.RED), new House(Color.BLUE)),
        new Kind(new Line(), new Line()),
        new Kind(new Dot(1), new Dot(2)),
        new Kind(TimeUnit.DAYS, TimeUnit.HOURS),
        new Kind(Currency.getInstance("EUR"), Currency.getInstance("USD")),
        new Kind(Color.class, Suit.class),
        new Kind(new Object(), new Object()));
  }

  @TempDir private Path dir;

  @SuppressWarnings("unchecked") // the class of the values
  private PersistentMap<String, Object> open(Class<?> type) {
    PersistentMapBuilder<String, Object> builder =
        PersistentMap.builder(String.class, (Class<Object>) type);
    return builder
        .allowPackage("io.persistentmap.live")
        .open(dir.resolve(type.getSimpleName() + ".map"));
  }

  private static final List<BiFunction<Map<String, Object>, Kind, @Nullable Object>> OPERATIONS =
      List.of(
          (map, kind) -> isSame(map.get("r"), kind.one),
          (map, kind) -> map.containsValue(kind.one),
          (map, kind) -> map.containsValue(kind.other),
          (map, kind) -> map.values().contains(kind.one),
          (map, kind) -> map.entrySet().contains(new SimpleEntry<>("r", kind.one)),
          (map, kind) -> map.entrySet().contains(new SimpleEntry<>("r", kind.other)),
          (map, kind) -> map.remove("r", kind.other),
          (map, kind) -> map.replace("r", kind.other, kind.one),
          (map, kind) -> map.replace("r", kind.one, kind.other),
          (map, kind) -> isSame(map.get("r"), kind.other),
          (map, kind) -> isSame(map.put("r", kind.one), kind.other),
          (map, kind) -> isSame(map.putIfAbsent("r", kind.other), kind.one),
          (map, kind) -> isSame(map.computeIfPresent("r", (k, v) -> v), kind.one),
          (map, kind) -> isSame(map.merge("r", kind.one, (a, b) -> b), kind.one),
          (map, kind) -> map.equals(Map.of("r", kind.one)),
          (map, kind) -> map.values().remove(kind.other),
          (map, kind) -> map.values().remove(kind.one),
          (map, kind) -> map.put("r", kind.one),
          (map, kind) -> map.entrySet().remove(new SimpleEntry<>("r", kind.one)),
          (map, kind) -> map.put("r", kind.one),
          (map, kind) -> map.remove("r", kind.one),
          (map, kind) -> map.isEmpty());

  /** Copies of values with equals are as good. */
  private static boolean isSame(@Nullable Object a, Object b) {
    return b instanceof Dot ? b.equals(a) : a == b;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void eachOperation_asHashMap(Kind kind) {
    Class<?> exact = kind.one.getClass();
    for (Class<?> type : new LinkedHashSet<>(List.of(Object.class, exact))) {
      try (PersistentMap<String, Object> map = open(type)) {
        Map<String, Object> model = new HashMap<>();
        map.put("r", kind.one);
        model.put("r", kind.one);
        map.checkpoint();
        for (int i = 0; i < OPERATIONS.size(); i++) {
          assertThat(OPERATIONS.get(i).apply(map, kind))
              .as("operation %d on %s in a map of %s", i, kind, type)
              .isEqualTo(OPERATIONS.get(i).apply(model, kind));
        }
        map.put("r", kind.one);
      }
      try (PersistentMap<String, Object> map = open(type)) {
        assertThat(isSame(map.get("r"), Objects.requireNonNull(map.get("r"))))
            .as("one object in each process")
            .isTrue();
        assertThat(map.containsValue(map.get("r"))).isTrue();
        if (kind.one instanceof Suit || kind.one instanceof Enum<?>) {
          assertThat(map.get("r")).as("as read by Java").isSameAs(kind.one);
        }
        map.clear();
      }
    }
  }

  @Test
  void explain_tellsWhy() {
    assertThat(PersistentMap.explain(Color.class))
        .hasToString(
            Color.class.getName()
                + ": live, since "
                + Color.class.getName()
                + " has no equals, so that no copy of one equals it");
    assertThat(PersistentMap.explain(Car.class).reason()).contains("component color: ");
    assertThat(PersistentMap.explain(Dot.class).mode()).isEqualTo(ValueMode.COPIED);
    assertThat(
            PersistentMap.builder(String.class, Car.class)
                .immutable(Color.class)
                .explain(Car.class)
                .mode())
        .as("the user knows better")
        .isEqualTo(ValueMode.COPIED);
  }
}
