package io.persistentmap.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of a run. A value tells which key it belongs to and which version of it it
 * is, and is made anew from these two, to the last byte: so a version is all that a model keeps.
 */
final class Contents {
  private static final int RARELY = 400;
  private static final int VERY_RARELY = 40_000;

  /** More than fits a segment of the file. */
  private static final int HUGE = 4_500_000;

  private static final int LARGE = 20_000;
  private static final int SMALL = 300;

  private Contents() {}

  /** A value that can't change. */
  record Fact(int key, long version, String text) {}

  /** A value that can change. */
  static final class Memo {
    private final int key;
    private final long version;
    private final List<String> lines = new ArrayList<>();

    Memo(int key, long version, String text) {
      this.key = key;
      this.version = version;
      lines.add(text);
      lines.add("end");
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Memo memo
          && key == memo.key
          && version == memo.version
          && lines.equals(memo.lines);
    }

    @Override
    public int hashCode() {
      return Objects.hash(key, version);
    }

    @Override
    public String toString() {
      return "memo " + version + " of " + key;
    }
  }

  /** Makes a key: of those found by equality, one of several that are equal but not the same. */
  static Object key(int key, SplittableRandom random) {
    return switch (key % 4) {
      case 0 -> key;
      case 1 -> "key " + key;
      case 2 -> (long) key;
      default -> random.nextBoolean() ? List.of(key) : new ArrayList<>(List.of(key));
    };
  }

  /** Says which key an object is, or -1. */
  static int keyOf(Object object) {
    if (object instanceof String text && text.startsWith("key ")) {
      return Integer.parseInt(text.substring("key ".length()));
    }
    if (object instanceof List<?> list) {
      return (Integer) list.get(0);
    }
    return object instanceof Number number ? number.intValue() : -1;
  }

  /** Makes a version of the value of a key. */
  static Object value(int key, long version) {
    SplittableRandom random = new SplittableRandom(key * 0x9E3779B97F4A7C15L ^ version);
    int kind = random.nextInt(3);
    String text = text(random);
    return switch (kind) {
      case 0 -> key + " " + version + " " + text;
      case 1 -> new Fact(key, version, text);
      default -> new Memo(key, version, text);
    };
  }

  private static String text(SplittableRandom random) {
    int bound =
        random.nextInt(VERY_RARELY) == 0 ? HUGE : random.nextInt(RARELY) == 0 ? LARGE : SMALL;
    int length = bound == HUGE ? HUGE : random.nextInt(bound);
    return String.valueOf((char) ('a' + random.nextInt(26))).repeat(length);
  }

  /**
   * Returns the version of a value, after checking that it is whole and belongs to the key.
   *
   * @throws AssertionError if not
   */
  static long versionOf(int key, Object value) {
    long version = claimedVersion(value);
    if (!value(key, version).equals(value)) {
      throw new AssertionError(
          "key " + key + " has a value that is no version of it: " + abbreviate(value));
    }
    return version;
  }

  private static long claimedVersion(Object value) {
    if (value instanceof Fact fact) {
      return fact.version;
    }
    if (value instanceof Memo memo) {
      return memo.version;
    }
    if (value instanceof String text && text.split(" ", 3).length == 3) {
      return Long.parseLong(text.split(" ", 3)[1]);
    }
    throw new AssertionError("not a value of this test: " + abbreviate(value));
  }

  private static String abbreviate(Object value) {
    String text = value.getClass().getSimpleName() + " " + value;
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
