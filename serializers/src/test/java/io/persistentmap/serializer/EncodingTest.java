package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.serializer.Samples.Plain;
import io.persistentmap.serializer.Samples.Point;
import io.persistentmap.serializer.Samples.Tree;
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
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes themselves: they are the file format, and what fails here breaks existing files. */
class EncodingTest {
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
    is(new Point(1, 2), "17 02 02 08 01000000 08 02000000");
    is(new Tree(null, "n", null), "17 03 03 00 01 01 6e 00");
  }

  @Test
  void write_graph_classCodeThenKryo() {
    is(new ArrayList<>(List.of("a")), "18 21 01 82 03 00 82 61");
    is(new User("A", 1), "18 22 01 02 00 01 82 41 21 01 01");
  }

  private void is(Object value, String hex) {
    assertThat(fixture.hex(value)).isEqualTo(hex.replace(" ", ""));
    assertThat(fixture.decodeHex(hex)).isEqualTo(value);
  }
}
