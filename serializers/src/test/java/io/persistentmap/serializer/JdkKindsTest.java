package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guards that each kind of object of the JDK is read back as it was written, or refused when it is
 * written; and nothing in between.
 */
class JdkKindsTest {
  /** Something that holds another object, as a field and in a collection. */
  private static final class Holder {
    @SuppressWarnings("unused") // read by the codec
    private final Object held;

    @SuppressWarnings("unused") // read by the codec
    private final Map<String, List<Object>> deep;

    Holder(Object held) {
      this.held = held;
      this.deep = Map.of("key", new ArrayList<>(List.of("first", held)));
    }
  }

  private final CodecFixture fixture = new CodecFixture();

  static List<Kind> all() throws IOException {
    List<Kind> kinds = new ArrayList<>();
    List.of(
            JdkKinds.text(),
            JdkKinds.numbers(),
            JdkKinds.times(),
            JdkKinds.addresses(),
            JdkKinds.others(),
            JdkKinds.resources(),
            CollectionKinds.lists(),
            CollectionKinds.queues(),
            CollectionKinds.sets(),
            CollectionKinds.maps(),
            CollectionKinds.views(),
            CollectionKinds.small(),
            CollectionKinds.arrays())
        .forEach(kinds::addAll);
    return kinds;
  }

  static List<Kind> stored() throws IOException {
    return all().stream().filter(kind -> !kind.isRefused()).toList();
  }

  static List<Kind> refused() throws IOException {
    return all().stream().filter(Kind::isRefused).toList();
  }

  @Test
  void kinds_many_eachOnce() throws IOException {
    Set<String> names = new HashSet<>();
    assertThat(all()).allMatch(kind -> names.add(kind.name())).hasSizeGreaterThan(150);
  }

  @ParameterizedTest
  @MethodSource("stored")
  void roundTrip_value_asItWas(Kind kind) throws Exception {
    kind.check().accept(kind.value(), fixture.roundTrip(kind.value()));
  }

  @ParameterizedTest
  @MethodSource("stored")
  void roundTrip_insideOfOthers_asItWas(Kind kind) throws Exception {
    Holder read = fixture.roundTrip(new Holder(kind.value()));

    kind.check().accept(kind.value(), read.held);
    Object again = Objects.requireNonNull(read.deep.get("key")).get(1);
    int tag = TypeTraits.of(again.getClass()).tag();
    if (tag == Tag.OBJECT || tag == Tag.BYTES) {
      assertThat(again).as("still one object").isSameAs(read.held);
    } else {
      assertThat(again).isEqualTo(read.held);
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void write_unstorable_refusedWithPathAndAdvice(Kind kind) {
    assertThatThrownBy(() -> fixture.encode(kind.value()))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(" can't be stored: ")
        .hasMessageContaining(kind.reason());
    assertThatThrownBy(() -> fixture.encode(new Holder(kind.value())))
        .isInstanceOf(SerializationException.class)
        .hasMessageMatching("Holder\\.(held|deep\\[key\\]\\[1\\]).*: .* can't be stored: .*")
        .hasMessageContaining(kind.reason());
  }
}
