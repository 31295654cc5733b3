package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.serializer.Samples.Empty;
import io.persistentmap.serializer.Samples.Plain;
import io.persistentmap.serializer.Samples.Point;
import io.persistentmap.serializer.Samples.Tagged;
import io.persistentmap.serializer.Samples.Tree;
import io.persistentmap.serializer.Samples.User;
import io.persistentmap.serializer.Samples.WithBody;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TypeTraitsTest {
  record Key(String name, UUID id, Plain color, Point point, LocalDate day) {}

  record WithDecimal(BigDecimal amount) {}

  record WithObject(Object any) {}

  @SuppressWarnings("ArrayRecordComponent") // the case to test
  record WithArray(byte[] bytes) {}

  record WithUri(URI uri) {}

  record WithComparable(Comparable<String> any) {}

  record IgnoresCase(String name) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof IgnoresCase that && name.equalsIgnoreCase(that.name);
    }

    @Override
    public int hashCode() {
      return name.toLowerCase(Locale.ROOT).hashCode();
    }
  }

  record FinalEquals(String name) {
    @Override
    public final boolean equals(@Nullable Object other) {
      return other instanceof FinalEquals that && name.equalsIgnoreCase(that.name);
    }

    @Override
    public final int hashCode() {
      return 1;
    }
  }

  record HoldsIgnoresCase(IgnoresCase part) {}

  record OverloadedEquals(long first, double second) {
    @SuppressWarnings("NonOverridingEquals") // the case to test
    boolean equals(OverloadedEquals other) {
      return other.first == first;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  @SuppressWarnings("serial")
  private static final class OddInteger extends BigInteger {
    OddInteger() {
      super("1");
    }
  }

  private final CodecFixture fixture = new CodecFixture();

  @Test
  void isByteStable_scalarsAndTheirRecords_true() {
    List<Object> stable =
        List.of("s", true, (byte) 1, (short) 1, 1, 1L, 'c', 1f, 1d, new UUID(1, 2), BigInteger.ONE);
    assertThat(stable).allMatch(fixture.codec::isByteStable);
    List<Object> others =
        List.of(
            BigDecimal.ONE,
            LocalDate.MIN,
            LocalTime.MIN,
            LocalDateTime.MIN,
            Instant.MIN,
            Duration.ZERO,
            Plain.RED,
            WithBody.PLUS,
            new Empty(),
            new Point(1, 2),
            new WithDecimal(BigDecimal.ONE),
            new OverloadedEquals(1, 2),
            new Key("k", new UUID(1, 2), Plain.RED, new Point(1, 2), LocalDate.MIN));
    assertThat(others).allMatch(fixture.codec::isByteStable);
  }

  @Test
  void isByteStable_ownEqualsOrOpenTypes_false() {
    List<Object> unstable =
        List.of(
            new byte[0],
            new ArrayList<>(),
            List.of(),
            new User("u", 1),
            new OddInteger(),
            new Object(),
            URI.create("urn:x"),
            new Tree(null, "t", null),
            new WithObject("s"),
            new WithComparable("s"),
            new WithArray(new byte[0]),
            new WithUri(URI.create("urn:x")),
            new Tagged("t", List.of()),
            new IgnoresCase("a"),
            new FinalEquals("a"),
            new HoldsIgnoresCase(new IgnoresCase("a")));
    assertThat(unstable).noneMatch(fixture.codec::isByteStable);
  }

  @Test
  void isImmutable_valuesAndTheirRecords_true() {
    List<Object> immutable =
        List.of(
            "s",
            1,
            1d,
            Plain.RED,
            WithBody.MINUS,
            new UUID(1, 2),
            BigInteger.ONE,
            BigDecimal.ONE,
            Instant.MIN,
            Duration.ZERO,
            OffsetDateTime.MIN,
            ZonedDateTime.of(LocalDateTime.MIN, ZoneOffset.UTC),
            Period.ZERO,
            String.class,
            URI.create("urn:x"),
            Locale.ROOT,
            new Point(1, 2),
            new Tree(null, "t", null),
            new WithDecimal(BigDecimal.ONE),
            new WithUri(URI.create("urn:x")),
            new IgnoresCase("a"));
    assertThat(immutable).allMatch(fixture.codec::isImmutable);
  }

  @Test
  void isImmutable_anythingElse_false() {
    List<Object> unknown =
        List.of(
            new byte[0],
            new ArrayList<>(),
            List.of(1),
            Optional.of(new ArrayList<>()),
            new User("u", 1),
            new OddInteger(),
            new Object(),
            new AtomicLong(),
            new WithObject("s"),
            new WithArray(new byte[0]),
            new Tagged("t", List.of()),
            (Runnable) () -> {});
    assertThat(unknown).noneMatch(fixture.codec::isImmutable);
  }

  @Test
  void isByteStable_eachStableSample_equalIffSameBytes() {
    List<Object> values = new ArrayList<>(Samples.scalars());
    values.addAll(Samples.composites());
    values.removeIf(value -> !fixture.codec.isByteStable(value));
    List<String> encodings = values.stream().map(fixture::hex).toList();
    for (int i = 0; i < values.size(); i++) {
      for (int j = 0; j < values.size(); j++) {
        assertThat(encodings.get(i).equals(encodings.get(j)))
            .as("%d and %d", i, j)
            .isEqualTo(values.get(i).equals(values.get(j)));
      }
    }
  }
}
