package io.persistentmap.tool;

import io.persistentmap.PersistentMap;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keys and values of many types. */
final class Values {
  private Values() {}

  /** A stable record. */
  record Point(int x, long y, @Nullable String label, DayOfWeek day) {}

  /** A record with other things in it. */
  record Line(List<Point> points, List<Double> weights, char style, @Nullable Object extra) {}

  /** A class with fields of all kinds. */
  static class Person {
    String name = "";
    boolean active = true;
    byte small = -1;
    short shorter = -300;
    char letter = '\u00e4';
    float ratio = 0.1f;
    double exact = Double.NEGATIVE_INFINITY;
    long large = Long.MIN_VALUE;
    @Nullable Person friend;
    Map<String, Integer> scores = new TreeMap<>();

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Person that
          && name.equals(that.name)
          && large == that.large
          && scores.equals(that.scores)
          && (friend == null) == (that.friend == null);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, large);
    }
  }

  /** A subclass that hides a field. */
  static final class Employee extends Person {
    @SuppressWarnings("HidingField") // that is the case that is looked at
    String name = "hidden";
  }

  /** A key about which equality decides. */
  record Tags(List<String> tags) {}

  static PersistentMap<Object, Object> open(Path file) {
    return PersistentMap.builder(Object.class, Object.class)
        .allow(Point.class, Line.class, Person.class, Employee.class, Tags.class)
        .open(file);
  }

  /** Returns entries that compare by equals. */
  static Map<Object, Object> entries() {
    Map<Object, Object> entries = new LinkedHashMap<>();
    for (Object key : scalars()) {
      entries.put(key, "of " + key);
    }
    List<Object> values = new ArrayList<>(scalars());
    values.addAll(objects());
    for (int i = 0; i < values.size(); i++) {
      entries.put("value " + i, values.get(i));
    }
    entries.put(new Point(1, 2, null, DayOfWeek.FRIDAY), 1);
    entries.put(DayOfWeek.MONDAY, 2);
    entries.put(new Tags(List.of("a", "b")), 3);
    entries.put(List.of(1, 2), 4);
    return entries;
  }

  private static List<Object> scalars() {
    return List.of(
        "",
        "latin \u00e9",
        "\u20ac \ud83d\ude00 \" \\ \n \u0000",
        "unpaired \ud800",
        "long ".repeat(1000),
        true,
        false,
        (byte) -1,
        (short) -2,
        -3,
        Integer.MIN_VALUE,
        4L,
        Long.MIN_VALUE,
        (1L << 53) + 1,
        'c',
        '\ud800',
        1.5f,
        Float.NaN,
        Float.MIN_VALUE,
        1.0,
        -0.0,
        0.1,
        1e300,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.MIN_VALUE,
        new UUID(1, -2),
        BigInteger.ONE.shiftLeft(100).negate(),
        new BigDecimal("-1234567890123456789.50"),
        new BigDecimal("1E+20"),
        LocalDate.of(-5, 12, 31),
        LocalDate.MAX,
        LocalTime.MAX,
        LocalTime.MIDNIGHT,
        LocalDateTime.of(2026, 2, 3, 4, 5, 6, 7),
        Instant.ofEpochSecond(-1, 999_999_999),
        Instant.MIN,
        Duration.ofNanos(-1),
        Duration.ofSeconds(Long.MIN_VALUE));
  }

  private static List<Object> objects() {
    Person ada = new Person();
    ada.name = "Ada";
    ada.scores.put("chess", 3);
    Employee bob = new Employee();
    bob.friend = ada;
    List<Object> shared = new ArrayList<>(Arrays.asList(ada, null, ada, "x"));
    Point point = new Point(3, Long.MAX_VALUE, "p", DayOfWeek.SUNDAY);
    Map<Object, Object> map = new HashMap<>();
    map.put("k", List.of(1, "two", 3.0));
    map.put(5, shared);
    List<Object> deep = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      deep = new ArrayList<>(List.of(deep));
    }
    return List.of(
        ada,
        bob,
        shared,
        point,
        DayOfWeek.TUESDAY,
        map,
        deep,
        Optional.of("o"),
        Set.of(1),
        new TreeMap<>(Map.of("a", 1, "b", 2)),
        Map.of("x", Set.of(2)),
        String.class,
        Arrays.asList(1, 2, 3));
  }
}
