package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Guards serializers of the user's. */
class SerializerTest {
  /** Its fields alone would not do. */
  static final class Money {
    private final transient long cents;

    Money(long cents) {
      this.cents = cents;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Money money && cents == money.cents;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(cents);
    }
  }

  /** Has a part with a serializer. */
  record Around(String name, Samples.Point point) {}

  /** Writes the cents. */
  private static class OfMoney implements Serializer<Money> {
    @Override
    public void write(Money value, ByteWriter out) {
      out.writeVarLong(value.cents);
    }

    @Override
    public Money read(ByteReader in) {
      return new Money(in.readVarLong());
    }
  }

  /** Makes URLs storable. */
  private static final class OfUrl implements Serializer<URL> {
    @Override
    public void write(URL value, ByteWriter out) {
      byte[] text = value.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
      out.writeBytes(text, 0, text.length);
    }

    @Override
    public URL read(ByteReader in) {
      byte[] text = new byte[in.remaining()];
      in.readBytes(text, 0, text.length);
      try {
        return URI.create(new String(text, java.nio.charset.StandardCharsets.UTF_8)).toURL();
      } catch (java.net.MalformedURLException e) {
        throw new SerializationException("not a URL", e);
      }
    }
  }

  private final CodecFixture fixture =
      new CodecFixture(options -> options.serializer(Money.class, new OfMoney()));

  @Test
  void write_topLevel_lengthThenItsBytes() {
    assertThat(fixture.roundTrip(new Money(300))).isEqualTo(new Money(300));
    assertThat(fixture.hex(new Money(300))).isEqualTo("180101" + "02000000" + "ac02");
  }

  @Test
  void write_insideOfOthers_sharedObjectStaysOne() {
    Money money = new Money(5);
    List<Object> read =
        fixture.roundTrip(
            new ArrayList<>(
                List.of(money, Map.of(money, 1), new Samples.Tagged("t", List.of(money)))));

    assertThat(read.get(0)).isEqualTo(money);
    assertThat(read.get(1)).isEqualTo(Map.of(money, 1));
    assertThat(((Samples.Tagged) read.get(2)).tags().get(0)).isSameAs(read.get(0));
  }

  @Test
  void write_classOfJdk_storable() throws Exception {
    CodecFixture urls = new CodecFixture(options -> options.serializer(URL.class, new OfUrl()));
    URL url = URI.create("http://localhost/x").toURL();

    assertThat(urls.roundTrip(new ArrayList<>(List.of(url))).get(0).toString())
        .isEqualTo("http://localhost/x");
  }

  @Test
  void write_recordOrEnumWithSerializer_itsBytesAndNotByBytesAsKey() {
    Serializer<Samples.Point> ofPoint =
        new Serializer<>() {
          @Override
          public void write(Samples.Point value, ByteWriter out) {
            out.writeInt(value.x());
            out.writeInt(value.y());
          }

          @Override
          public Samples.Point read(ByteReader in) {
            return new Samples.Point(in.readInt(), in.readInt());
          }
        };
    CodecFixture points = new CodecFixture(o -> o.serializer(Samples.Point.class, ofPoint));

    assertThat(points.roundTrip(new Samples.Point(1, 2))).isEqualTo(new Samples.Point(1, 2));
    assertThat(points.codec.isByteStable(new Samples.Point(1, 2))).isFalse();
    assertThat(points.codec.explain(Samples.Point.class).keyReason()).contains("serializer");
    Around around = new Around("a", new Samples.Point(1, 2));
    assertThat(points.roundTrip(around)).isEqualTo(around);
    assertThat(points.codec.isByteStable(around)).isFalse();
    assertThat(fixture.codec.isByteStable(around)).isTrue();
  }

  @Test
  void read_withoutSerializer_refusedWithLineToAdd() {
    byte[] bytes = fixture.encode(new ArrayList<>(List.of(new Money(5))));
    CodecFixture without =
        new CodecFixture(
            fixture.classes,
            new CodecOptions.Builder()
                .allowPackage(Money.class.getPackageName())
                .build(Money.class.getClassLoader()));

    assertThatThrownBy(() -> without.decode(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("were written by a serializer")
        .hasMessageContaining(
            "add .serializer(io.persistentmap.serializer.SerializerTest.Money.class, ...)");
  }

  @Test
  void read_writtenBeforeItWasGiven_byFields() {
    CodecFixture before = new CodecFixture();
    byte[] bytes = before.encode(new Samples.User("Ada", 36));
    Serializer<Samples.User> ofUser =
        new Serializer<>() {
          @Override
          public void write(Samples.User value, ByteWriter out) {
            StringCodec.write(value.name(), out);
          }

          @Override
          public Samples.User read(ByteReader in) {
            return new Samples.User(StringCodec.read(in), 0);
          }
        };
    CodecFixture after =
        new CodecFixture(
            before.classes,
            new CodecOptions.Builder()
                .serializer(Samples.User.class, ofUser)
                .build(Money.class.getClassLoader()));

    assertThat(after.decode(bytes)).isEqualTo(new Samples.User("Ada", 36));
    assertThat(after.roundTrip(new Samples.User("Bob", 0))).isEqualTo(new Samples.User("Bob", 0));
  }

  @Test
  void write_badSerializers_refusedAtFirstObject() {
    refuses(
        new OfMoney() {
          @Override
          public Money read(ByteReader in) {
            return new Money(1);
          }
        },
        "bytes unread");
    refuses(
        new OfMoney() {
          @Override
          public void write(Money value, ByteWriter out) {
            out.writeByte(1);
            out.writeByte(2);
          }

          @Override
          public Money read(ByteReader in) {
            return new Money(in.readShort());
          }
        },
        "something of it is not stored");
    refuses(
        new OfMoney() {
          @Override
          public Money read(ByteReader in) {
            in.readLong();
            return new Money(in.readLong());
          }
        },
        "bytes wanted");
    refuses(
        new OfMoney() {
          @Override
          public void write(Money value, ByteWriter out) {
            throw new IllegalStateException("no exchange rate");
          }
        },
        "no exchange rate");
    refuses(
        new OfMoney() {
          @Override
          public void write(Money value, ByteWriter out) {
            out.reset();
          }
        },
        "moved back before its first byte");
  }

  private static void refuses(Serializer<Money> serializer, String reason) {
    CodecFixture bad = new CodecFixture(options -> options.serializer(Money.class, serializer));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> bad.encode(new ArrayList<>(List.of("x", new Money(77)))))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining(reason);
    }
  }

  @Test
  void option_classWithoutInstances_refused() {
    CodecOptions.Builder options = new CodecOptions.Builder();
    for (Class<?> type :
        List.of(
            String.class,
            int.class,
            byte[].class,
            List.class,
            Number.class,
            Samples.Plain.class,
            Class.class)) {
      assertThatThrownBy(() -> add(options, type))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(type.getName());
    }
  }

  private static <T> void add(CodecOptions.Builder options, Class<T> type) {
    options.serializer(
        type,
        new Serializer<>() {
          @Override
          public void write(T value, ByteWriter out) {}

          @Override
          public T read(ByteReader in) {
            throw new AssertionError();
          }
        });
  }
}
