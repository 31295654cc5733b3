package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Guards that a class whose fields are not all that there is to it is found out when written. */
@SuppressWarnings({"serial", "unused", "ArrayRecordComponent"}) // as users write them
class FirstObjectCheckTest {
  private final CodecFixture fixture = new CodecFixture();

  static final class Forgetful {
    private final transient int important;

    Forgetful(int important) {
      this.important = important;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Forgetful that && important == that.important;
    }

    @Override
    public int hashCode() {
      return important;
    }
  }

  static final class Fragile {
    private final transient Object lock;

    Fragile(Object lock) {
      this.lock = lock;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Fragile that && lock.equals(that.lock);
    }

    @Override
    public int hashCode() {
      return lock.hashCode();
    }
  }

  @Test
  void firstObject_notEqualWhenReadBack_refusedWithPathEachTime() {
    for (int i = 0; i < 3; i++) {
      refuses(new Forgetful(5), "something of it is not stored");
      refuses(new ArrayList<>(List.of("x", new Forgetful(5))), "Forgetful can't be stored");
      refuses(new Fragile("x"), "equals() fails for what is read back");
    }
    refuses(new HashSet<>(Set.of(new Fragile("x"))), "can't be read back");
  }

  record WithArray(int[] numbers, Object lock) {}

  static final class OwnIdentity {
    final Map<Integer, String> large = new HashMap<>(1000);
    final Set<OwnIdentity> others = new HashSet<>();
    transient ReentrantLock lock = new ReentrantLock();
    final double number = Double.NaN;
  }

  @Test
  void firstObject_equalityIsIdentity_accepted() {
    assertThat(fixture.roundTrip(new WithArray(new int[] {1}, new Object())).numbers())
        .containsExactly(1);
    OwnIdentity first = new OwnIdentity();
    for (int i = 0; i < 20; i++) {
      first.large.put(i * 517, "x");
      first.others.add(new OwnIdentity());
    }
    OwnIdentity read = fixture.roundTrip(first);
    assertThat(read.large).isEqualTo(first.large);
    assertThat(read.others).hasSize(20);
    assertThat(read.lock.isLocked()).as("made by the constructor").isFalse();
  }

  record Rounds(double number) {
    Rounds {
      number = Math.rint(number);
    }

    @Override
    public double number() {
      return number + 0.5;
    }
  }

  @Test
  void firstObject_recordThatChangesOnTheWay_refused() {
    refuses(new Rounds(3), "a copy is not equal to the record");
  }

  private void refuses(Object value, String reason) {
    assertThatThrownBy(() -> fixture.encode(value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(reason);
  }
}
