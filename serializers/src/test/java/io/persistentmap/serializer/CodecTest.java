package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.persistentmap.serializer.Samples.Plain;
import io.persistentmap.serializer.Samples.Point;
import io.persistentmap.serializer.Samples.User;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecTest {
  private final CodecFixture fixture = new CodecFixture();

  @Test
  void read_everyScalar_equalAndSameClass() {
    for (Object value : Samples.scalars()) {
      Object read = fixture.roundTrip(value);
      assertThat(read).isEqualTo(value).hasSameClassAs(value);
    }
  }

  @Test
  void read_everyComposite_equalAndSameClass() {
    for (Object value : Samples.composites()) {
      Object read = fixture.roundTrip(value);
      assertThat(read).isEqualTo(value).hasSameClassAs(value);
    }
  }

  @Test
  void read_byteArray_equalContent() {
    assertThat(fixture.roundTrip(new byte[0])).isEmpty();
    assertThat(fixture.roundTrip(new byte[] {-1, 0, 1})).containsExactly(-1, 0, 1);
  }

  @Test
  void write_equalStrings_equalBytes() {
    for (Object value : Samples.scalars()) {
      if (value instanceof String text) {
        String other = new StringBuilder(text).append("я").substring(0, text.length());
        assertThat(fixture.encode(other)).isEqualTo(fixture.encode(text));
      }
    }
  }

  @Test
  void write_differentScalars_differentBytes() {
    List<Object> values = Samples.scalars();
    List<String> encodings = values.stream().map(fixture::hex).toList();

    assertThat(encodings).doesNotHaveDuplicates();
  }

  @Test
  void write_anyNaN_sameBytes() {
    Double otherNaN = Double.longBitsToDouble(0x7FF8000000000001L);
    Float otherFloatNaN = Float.intBitsToFloat(0x7FC00001);

    assertThat(fixture.encode(otherNaN)).isEqualTo(fixture.encode(Double.NaN));
    assertThat(fixture.encode(otherFloatNaN)).isEqualTo(fixture.encode(Float.NaN));
  }

  @Test
  @SuppressWarnings({"NullAway", "DataFlowIssue"}) // null is the point
  void write_null_refuses() {
    ByteWriter out = new ByteWriter(0);

    assertThatThrownBy(() -> fixture.codec.write(null, out))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void write_afterOtherBytes_appends() {
    ByteWriter out = new ByteWriter(1);
    out.writeByte(99);
    fixture.codec.write(new User("Ada", 36), out);
    fixture.codec.write("end", out);

    ByteReader in = new ByteReader(out.array(), 1, out.position());
    assertThat(out.array()[0]).isEqualTo((byte) 99);
    assertThat(fixture.codec.read(in)).isEqualTo(new User("Ada", 36));
    assertThat(fixture.codec.read(in)).isEqualTo("end");
    assertThat(in.remaining()).isZero();
  }

  @Test
  void write_reusedWriter_sameBytes() {
    ByteWriter out = new ByteWriter(0);
    for (Object value : Samples.composites()) {
      out.reset();
      fixture.codec.write(value, out);
      assertThat(Arrays.copyOf(out.array(), out.position())).isEqualTo(fixture.encode(value));
    }
  }

  @Test
  void write_failure_restoresPosition() {
    ByteWriter out = new ByteWriter(0);
    out.writeInt(1);
    List<Object> values = new ArrayList<>(List.of("x".repeat(10_000), new Thread()));

    assertThatThrownBy(() -> fixture.codec.write(values, out))
        .isInstanceOf(SerializationException.class);
    assertThat(out.position()).isEqualTo(4);
    assertThat(out.array()[0]).isEqualTo((byte) 1);
  }

  @Test
  void read_everyPrefix_refuses() {
    List<Object> values = new ArrayList<>(Samples.composites());
    Samples.scalars().stream().filter(CodecTest::isSmall).forEach(values::add);
    for (Object value : values) {
      byte[] bytes = fixture.encode(value);
      for (int length = 0; length < bytes.length; length++) {
        refusesPrefix(bytes, length);
      }
    }
  }

  @Test
  void read_nullTag_refuses() {
    assertThatThrownBy(() -> fixture.decodeHex("00")).isInstanceOf(SerializationException.class);
  }

  @Test
  void read_unknownTag_refusesWithNumber() {
    assertThatThrownBy(() -> fixture.decodeHex("63"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("unknown tag 99");
  }

  @Test
  void read_unknownClassNumber_refuses() {
    for (String tag : List.of("16", "17", "18", "19")) {
      assertThatThrownBy(() -> fixture.decodeHex(tag + "7f 00 00"))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("number");
    }
  }

  @Test
  void read_invalidParts_refuses() {
    List<String> invalid =
        List.of(
            "03 01 00", // odd length of 16-bit units
            "0f 00", // no digit
            "11 e8070000 02 1e", // 30 February
            "12 ffffffffffffffff", // negative time
            "14 0000000000000000 00ca9a3b", // a second of nanoseconds
            "15 0000000000000000 ffffffff"); // negative nanoseconds
    for (String hex : invalid) {
      assertThatThrownBy(() -> fixture.decodeHex(hex)).isInstanceOf(SerializationException.class);
    }
  }

  @Test
  void read_enumWithoutThatConstant_refusesWithBoth() {
    fixture.encode(Plain.RED);

    assertThatThrownBy(() -> fixture.decodeHex("16 01 01 04 424c5545"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(Plain.class.getName())
        .hasMessageContaining("BLUE");
  }

  @Test
  void read_classOfOtherKind_refuses() {
    fixture.encode(new User("Ada", 36));

    for (String tag : List.of("16", "17", "19")) {
      assertThatThrownBy(() -> fixture.decodeHex(tag + "01 01 01 41"))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("User is not stored as");
    }
  }

  @Test
  void read_absurdLength_allocatesNothing() {
    List<String> absurd = List.of("01", "02", "03", "0d", "0f", "10 00000000");
    long before = allocatedBytes();
    for (String prefix : absurd) {
      assertThatThrownBy(() -> fixture.decodeHex(prefix + "ffffff3f 0000"))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("left");
    }
    assertThat(allocatedBytes() - before).isLessThan(16 << 20);
  }

  @Test
  void read_failure_namesClassAndPosition() {
    byte[] bytes = fixture.encode(new Point(1, 2));
    ByteReader in = new ByteReader(bytes, 0, bytes.length - 1);

    assertThatThrownBy(() -> fixture.codec.read(in))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(Point.class.getName())
        .hasMessageContaining("position 0");
  }

  private void refusesPrefix(byte[] bytes, int length) {
    byte[] copy = bytes.clone();
    ByteReader in = new ByteReader(copy, 0, length);

    assertThatThrownBy(() -> fixture.codec.read(in))
        .as("%d of %d bytes", length, bytes.length)
        .isInstanceOf(SerializationException.class);
    assertThat(copy).as("the bytes are left alone").isEqualTo(bytes);
  }

  private static boolean isSmall(Object value) {
    return !(value instanceof String text) || text.length() < 10_000;
  }

  private static long allocatedBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
