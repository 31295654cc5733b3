package io.persistentmap.serializer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Classes and values that several tests store. */
final class Samples {
  static final String UNPAIRED = "a\uD83Db";
  static final String REVERSED = "\uDE00\uD83D";
  static final String EMOJI = "\uD83D\uDE00";

  private Samples() {}

  enum Plain {
    RED,
    GREEN
  }

  enum WithBody {
    PLUS {
      @Override
      int apply(int a, int b) {
        return a + b;
      }
    },
    MINUS {
      @Override
      int apply(int a, int b) {
        return a - b;
      }
    };

    abstract int apply(int a, int b);
  }

  record Empty() {}

  record Point(int x, int y) {}

  record Everything(
      boolean flag,
      byte tiny,
      short small,
      int number,
      long big,
      char letter,
      float rough,
      double fine,
      @Nullable String text,
      @Nullable Point point) {}

  record Tree(@Nullable Tree left, String name, @Nullable Tree right) {}

  record Tagged(String name, List<Object> tags) {}

  /** No constructor without arguments, and a field that only reflection reaches. */
  static final class User {
    private final String name;
    private final int age;
    @Nullable User friend;
    List<Object> things = new ArrayList<>();

    User(String name, int age) {
      this.name = name;
      this.age = age;
    }

    String name() {
      return name;
    }

    int age() {
      return age;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof User user
          && name.equals(user.name)
          && age == user.age
          && things.equals(user.things);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, age);
    }
  }

  /** One value at least for every tag, with the extremes of each. */
  static List<Object> scalars() {
    List<Object> values = new ArrayList<>();
    values.addAll(List.of("", "a", "key-1234567890", "\u0000\u007F\u0080\u00FF", "\u0100", "ключ"));
    values.addAll(List.of(EMOJI, UNPAIRED, REVERSED, "\uD83D", "x".repeat(1 << 20)));
    values.addAll(List.of("é".repeat(1000), "x".repeat(1000) + EMOJI, "x".repeat(1000) + "\uDC00"));
    values.addAll(List.of("\u07FF\u0800\uFFFF\uE000", "日本語".repeat(100)));
    values.addAll(List.of(true, false));
    values.addAll(List.of((byte) 0, Byte.MIN_VALUE, Byte.MAX_VALUE));
    values.addAll(List.of((short) 0, Short.MIN_VALUE, Short.MAX_VALUE));
    values.addAll(List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE));
    values.addAll(List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
    values.addAll(List.of('\0', 'a', '\uFFFF', '\uD800'));
    values.addAll(List.of(0f, -0f, Float.NaN, Float.MIN_VALUE, Float.NEGATIVE_INFINITY));
    values.addAll(List.of(0d, -0d, Double.NaN, Double.MIN_VALUE, Double.NEGATIVE_INFINITY));
    values.addAll(List.of(new UUID(0, 0), new UUID(-1, Long.MIN_VALUE)));
    values.addAll(List.of(BigInteger.ZERO, BigInteger.valueOf(-1), BigInteger.ONE.shiftLeft(9999)));
    values.addAll(List.of(BigDecimal.ZERO, new BigDecimal("-1.00"), new BigDecimal("1E+10")));
    values.addAll(List.of(new BigDecimal(BigInteger.TEN, Integer.MIN_VALUE)));
    values.addAll(List.of(LocalDate.MIN, LocalDate.MAX, LocalDate.of(2024, 2, 29)));
    values.addAll(List.of(LocalTime.MIN, LocalTime.MAX, LocalDateTime.MIN, LocalDateTime.MAX));
    values.addAll(List.of(Instant.MIN, Instant.MAX, Instant.EPOCH, Instant.ofEpochSecond(-1, 5)));
    values.addAll(List.of(Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE), Duration.ofNanos(-1)));
    return values;
  }

  /** Values with parts, all with an {@code equals} of their own. */
  static List<Object> composites() {
    List<Object> values = new ArrayList<>();
    values.addAll(List.of(Plain.RED, Plain.GREEN, WithBody.PLUS, WithBody.MINUS, DayOfWeek.FRIDAY));
    values.addAll(List.of(new Empty(), new Point(Integer.MIN_VALUE, -1)));
    values.add(everything("text", new Point(1, 2)));
    values.add(everything(null, null));
    Tree leaf = new Tree(null, "leaf", null);
    values.add(new Tree(leaf, "root", new Tree(leaf, EMOJI, null)));
    values.add(new Tagged("t", new ArrayList<>(List.of(1, "two", new Point(3, 4)))));
    values.add(new User("Ada", 36));
    values.add(new ArrayList<>(List.of("a", 1, Plain.RED, WithBody.MINUS, new Empty())));
    values.add(new HashMap<>(Map.of("k", new ArrayList<>(List.of(new UUID(1, 2))))));
    return values;
  }

  private static Everything everything(@Nullable String text, @Nullable Point point) {
    return new Everything(true, (byte) 1, (short) -2, 3, -4L, '5', 6.5f, Double.NaN, text, point);
  }
}
