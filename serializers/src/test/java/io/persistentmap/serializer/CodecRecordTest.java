package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.serializer.Samples.Point;
import io.persistentmap.serializer.Samples.Tagged;
import io.persistentmap.serializer.Samples.User;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CodecRecordTest {
  record Team(List<User> members, @Nullable User captain) {}

  record Generic<T>(T value) {}

  record Positive(int number) {
    Positive {
      if (number <= 0) {
        throw new IllegalArgumentException("not positive: " + number);
      }
    }
  }

  record Scaled(long cents) {
    Scaled(long cents) {
      this.cents = cents * 100;
    }

    @Override
    public long cents() {
      return cents / 100;
    }
  }

  private static final class Holder {
    @Nullable Object held;
  }

  private final CodecFixture fixture = new CodecFixture();

  @Test
  void read_sharedByComponents_stillShared() {
    User ada = new User("Ada", 36);
    Team read = fixture.roundTrip(new Team(new ArrayList<>(List.of(ada)), ada));

    assertThat(read.captain()).isEqualTo(ada).isSameAs(read.members().get(0));
  }

  @Test
  void read_genericComponent_keepsClass() {
    assertThat(fixture.roundTrip(new Generic<>(1L))).isEqualTo(new Generic<>(1L));
    assertThat(fixture.roundTrip(new Generic<>(new Point(1, 2))).value())
        .isEqualTo(new Point(1, 2));
  }

  @Test
  void read_accessorUndoesConstructor_equal() {
    assertThat(fixture.roundTrip(new Scaled(5))).isEqualTo(new Scaled(5));
    assertThat(fixture.roundTrip(new ArrayList<>(List.of(new Scaled(5)))))
        .containsExactly(new Scaled(5));
  }

  @Test
  void read_constructorThrows_refusesWithCause() {
    byte[] bytes = fixture.encode(new Positive(1));
    bytes[bytes.length - 4] = 0;

    assertThatThrownBy(() -> fixture.decode(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(Positive.class.getName())
        .hasMessageContaining("not positive: 0")
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void read_recordInsideGraph_equal() {
    Holder holder = new Holder();
    holder.held = new Tagged("t", new ArrayList<>(List.of(new Point(1, 2))));

    assertThat(fixture.roundTrip(holder).held).isEqualTo(holder.held);
  }

  @Test
  void write_cycleBackToOpenRecord_refuses() {
    Holder holder = new Holder();
    Tagged record = new Tagged("t", new ArrayList<>());
    record.tags().add(record);
    holder.held = record;

    assertThatThrownBy(() -> fixture.encode(holder))
        .isInstanceOf(SerializationException.class)
        .hasMessageStartingWith("Holder.held.tags[0]: " + Tagged.class.getName())
        .hasMessageContaining("cycle");
  }

  @Test
  void write_sameRecordTwiceInGraph_accepts() {
    Tagged record = new Tagged("t", new ArrayList<>());
    List<Object> read = fixture.roundTrip(new ArrayList<>(List.of(record, record)));

    assertThat(read).containsExactly(record, record);
    assertThat(read.get(0)).isSameAs(read.get(1));
  }

  @Test
  void write_localRecord_accepts() {
    record Local(int number) {}

    assertThat(fixture.roundTrip(new Local(1))).isEqualTo(new Local(1));
  }
}
