package io.persistentmap.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards section 6 of {@code docs/file-format.md}: values of each type, read by the second reader.
 */
class EncodedValuesTest {
  /** A record to be stored. */
  record Point(int x, @Nullable String label) {}

  /** An object to be stored. */
  @SuppressWarnings("unused") // read by the codec
  static class Base {
    @Nullable Object link;
    private final int number;

    Base(int number) {
      this.number = number;
    }
  }

  /** An object with fields of two classes. */
  @SuppressWarnings("unused") // read by the codec
  static final class Thing extends Base {
    private final String name;
    private final byte[] bytes = {1, 2};
    transient int ignored = 3;

    Thing(String name, int number) {
      super(number);
      this.name = name;
    }
  }

  /** An object that is another when it is read. */
  @SuppressWarnings("unused") // read by the codec
  static final class Once implements java.io.Serializable {
    private static final long serialVersionUID = 1;
    private final int code = 9;

    private Object readResolve() {
      return this;
    }
  }

  /** A collection with fields. */
  @SuppressWarnings("unused") // read by the codec
  static final class Tags extends HashSet<Object> {
    private static final long serialVersionUID = 1;
    private final boolean sealed = true;
  }

  @Test
  void values_ofEachType_decoded(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("types.map");
    Map<Object, Object> values = values();
    try (PersistentMap<Object, Object> map = open(file)) {
      map.putAll(values);
      map.put(DayOfWeek.MONDAY, new Point(3, null));
    }
    Map<Object, Object> read = read(file);
    assertThat(read.remove(new EncodedValues.Constant(DayOfWeek.class.getName(), "MONDAY")))
        .isEqualTo(
            new EncodedValues.Components(Point.class.getName(), List.of(3, Optional.empty())));
    assertThat(read).isEqualTo(values);
  }

  private static PersistentMap<Object, Object> open(Path file) {
    return PersistentMap.builder(Object.class, Object.class)
        .allowPackage(EncodedValuesTest.class.getPackageName())
        .open(file);
  }

  private static Map<Object, Object> read(Path file) throws IOException {
    FileFormatReader reader = FileFormatReader.open(file);
    Map<Object, Object> read = new HashMap<>(reader.fromLogAlone().get(0).entries());
    assertThat(read).isEqualTo(reader.fromImageAndReplay().get(0).entries());
    return read;
  }

  @Test
  void values_objects_decoded(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("objects.map");
    Thing thing = new Thing("thing", 7);
    thing.link = List.of(thing.bytes, Point.class, new int[] {5, -1}, new Once());
    Tags tags = new Tags();
    tags.add(new TreeMap<>(Map.of("k", "v")));
    try (PersistentMap<Object, Object> map = open(file)) {
      map.put("thing", thing);
      map.put("tags", tags);
    }
    Map<Object, Object> read = read(file);
    EncodedValues.Decoded decoded = decoded(read.get("thing"));
    assertThat(decoded.className).isEqualTo(Thing.class.getName());
    assertThat(decoded.fields.keySet())
        .containsExactly(".bytes", Base.class.getName() + ".link", ".name", base("number"));
    assertThat(decoded.fields).containsEntry(base("number"), 7).containsEntry(".name", "thing");
    EncodedValues.Decoded array = decoded(decoded.fields.get(".bytes"));
    assertThat(array.elements).containsExactly((byte) 1, (byte) 2);
    EncodedValues.Decoded list = decoded(decoded.fields.get(base("link")));
    assertThat(list.className).isEqualTo("java.util.List.of");
    List<Object> parts = decoded(list.heads.get(0)).elements;
    assertThat(parts.get(0)).isSameAs(array);
    assertThat(parts.get(1)).isEqualTo(new EncodedValues.TheClass(Point.class.getName()));
    assertThat(decoded(parts.get(2)).elements).containsExactly(5, -1);
    assertThat(decoded(parts.get(3)).className).isEqualTo(Once.class.getName());
    assertThat(decoded(parts.get(3)).fields).isEqualTo(Map.of(".code", 9));
    EncodedValues.Decoded set = decoded(read.get("tags"));
    assertThat(set.fields).isEqualTo(Map.of(".sealed", true));
    EncodedValues.Decoded tree = decoded(set.elements.get(0));
    assertThat(tree.className).isEqualTo("java.util.TreeMap");
    assertThat(tree.heads).containsExactly(Optional.empty());
    assertThat(tree.elements).containsExactly("k", "v");
  }

  private static EncodedValues.Decoded decoded(@Nullable Object object) {
    return (EncodedValues.Decoded) Objects.requireNonNull(object);
  }

  private static String base(String field) {
    return Base.class.getName() + "." + field;
  }

  @Test
  void values_deepObjects_decoded(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("deep.map");
    Base first = new Base(0);
    Base last = first;
    for (int i = 1; i < 3_000; i++) {
      Base next = new Base(i);
      last.link = i % 100 == 99 ? Optional.of(List.of(next, new HashSet<>(List.of(i)))) : next;
      last = next;
    }
    try (PersistentMap<Object, Object> map = open(file)) {
      map.put("deep", first);
    }
    Object next = FileFormatReader.open(file).fromLogAlone().get(0).entries().get("deep");
    for (int i = 0; i < 3_000; i++) {
      EncodedValues.Decoded node = decoded(next);
      assertThat(node.fields.get(".number")).isEqualTo(i);
      next = node.fields.get(".link");
      while (next instanceof EncodedValues.Decoded inner && inner.fields.isEmpty()) {
        next = inner.heads.isEmpty() ? inner.elements.get(0) : inner.heads.get(0);
      }
    }
    assertThat(next).isEqualTo(Optional.empty());
  }

  private static Map<Object, Object> values() {
    Map<Object, Object> values = new HashMap<>();
    List<Object> each =
        List.of(
            "",
            "latin \u00e9",
            "\u20ac \ud83d\ude00",
            "unpaired \ud800",
            "long ".repeat(1000),
            true,
            false,
            (byte) -1,
            (short) -2,
            -3,
            Long.MIN_VALUE,
            'c',
            -0.0f,
            Float.NaN,
            Double.MIN_VALUE,
            Double.NaN,
            new UUID(1, -2),
            BigInteger.ONE.shiftLeft(100).negate(),
            new BigDecimal("-1234567890123456789.50"),
            LocalDate.of(-5, 12, 31),
            LocalTime.MAX,
            LocalDateTime.of(2026, 2, 3, 4, 5, 6, 7),
            Instant.ofEpochSecond(-1, 999_999_999),
            Duration.ofNanos(-1));
    each.forEach(value -> values.put("value " + values.size(), value));
    return values;
  }
}
