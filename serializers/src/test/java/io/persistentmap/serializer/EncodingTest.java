package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.serializer.Samples.Plain;
import io.persistentmap.serializer.Samples.Point;
import io.persistentmap.serializer.Samples.User;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The bytes themselves: they are the file format, and what fails here breaks existing files. */
class EncodingTest {
  record Pair(@Nullable String name, Point point) {}

  private final CodecFixture fixture = new CodecFixture();

  @Test
  void write_string_tagLengthCharacters() {
    is("", "01 00");
    is("Aÿ", "01 02 41 ff");
    is("Aя", "02 03 41 d18f");
    is("\u0800", "02 03 e0a080");
    is(Samples.EMOJI, "02 04 f09f9880");
    is("\uD83DA", "03 04 3dd8 4100");
  }

  @Test
  void write_number_fixedWidthLittleEndian() {
    is(false, "04");
    is(true, "05");
    is((byte) -2, "06 fe");
    is((short) 258, "07 0201");
    is(1, "08 01000000");
    is(-2L, "09 feffffffffffffff");
    is('я', "0a 4f04");
    is(1f, "0b 0000803f");
    is(1d, "0c 000000000000f03f");
  }

  @Test
  void write_bytesAndBigNumbers_lengthFirst() {
    assertThat(fixture.hex(new byte[] {1, 2})).isEqualTo("0d020102");
    is(new UUID(1, 2), "0e 0100000000000000 0200000000000000");
    is(BigInteger.valueOf(256), "0f 02 0100");
    is(new BigDecimal("-2.56"), "10 02000000 02 ff00");
  }

  @Test
  void write_time_parts() {
    is(LocalDate.of(2024, 2, 29), "11 e8070000 02 1d");
    is(LocalTime.ofNanoOfDay(1), "12 0100000000000000");
    is(LocalDateTime.of(2024, 2, 29, 0, 0), "13 e8070000 02 1d 0000000000000000");
    is(Instant.ofEpochSecond(1, 2), "14 0100000000000000 02000000");
    is(Duration.ofSeconds(-1, 2), "15 ffffffffffffffff 02000000");
  }

  @Test
  void write_enumAndRecord_classNumberFirst() {
    is(Plain.RED, "16 01 01 03 524544");
    is(new Point(1, 2), "17 02 01000000 02000000");
    is(new Pair(null, new Point(1, 2)), "17 03 00 17 02 01000000 02000000");
    is(int.class, "19 04");
  }

  @Test
  void write_object_classNumberReferenceFields() {
    is(new ArrayList<>(List.of("a")), "18 01 01 01 01 01 61");
    is(new User("A", 1), "18 02 01 01000000 00 01 01 41 18 01 01 00");
  }

  @Test
  void write_backReference_twoMoreThanNumber() {
    List<Object> inner = new ArrayList<>();
    is(new ArrayList<>(List.of(inner, inner)), "18 01 01 02 18 01 01 00 18 01 03");
  }

  @Test
  void write_class_describedByNameLayoutFields() {
    fixture.encode(new User("A", 1));
    fixture.encode(new Pair(null, new Point(1, 2)));
    fixture.encode(Plain.RED);
    fixture.encode(new TreeMap<>());
    fixture.encode(String[].class);

    String samples = Samples.class.getName();
    assertThat(fixture.classes.descriptions())
        .containsExactly(
            samples
                + "$User\nobject\t0\t0\t\nint\tage\t\n"
                + samples
                + "$User\tfriend\t\njava.lang.String\tname\t\njava.util.List\tthings\t",
            "java.util.ArrayList\nlist\t0\t0\t",
            getClass().getName()
                + "$Pair\nstable-record\t0\t0\t\njava.lang.String\tname\t\n"
                + samples
                + "$Point\tpoint\t",
            samples + "$Point\nstable-record\t0\t0\t\nint\tx\t\nint\ty\t",
            samples + "$Plain\nenum\t0\t0\t",
            "java.util.TreeMap\nmap\t1\t0\t",
            "[Ljava.lang.String;\nclass\t0\t0\t");
  }

  private void is(Object value, String hex) {
    assertThat(fixture.hex(value)).isEqualTo(hex.replace(" ", ""));
    assertThat(fixture.decodeHex(hex)).isEqualTo(value);
  }
}
