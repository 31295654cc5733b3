package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Guards what is said of classes, and the reasons. */
@SuppressWarnings({"unused", "ImmutableEnumChecker"}) // fields that only reflection looks at
class ImmutabilityTest {
  private final Codec codec = new CodecFixture().codec;

  /** An annotation of somebody's. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface Immutable {}

  /** One that can't be seen. */
  static final class Invisible {
    @interface Immutable {}
  }

  /** Immutable, but a copy does not equal it. */
  static final class Money {
    private final BigDecimal amount = BigDecimal.ONE;
    private final @Nullable Money next = null;
    private final TimeUnit unit = TimeUnit.DAYS;
    static List<String> cache = new ArrayList<>();
  }

  /** The same with equals. */
  static final class Sum {
    private final BigDecimal amount = BigDecimal.ONE;
    private final @Nullable Sum next = null;
    private final TimeUnit unit = TimeUnit.DAYS;

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Sum that
          && amount.equals(that.amount)
          && next == that.next
          && unit == that.unit;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  record Price(Sum sum, LocalDate day, Shape shape) {}

  sealed interface Shape permits Circle, Square {}

  record Circle(int radius) implements Shape {}

  static final class Square implements Shape {
    private final int side = 1;

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Square that && that.side == side;
    }

    @Override
    public int hashCode() {
      return side;
    }
  }

  /** One kind of it only equals itself. */
  sealed interface Figure permits Dot, Box {}

  record Dot(int radius) implements Figure {}

  static final class Box implements Figure {}

  record Wage(Money money) {}

  record Rule(Pattern pattern) {}

  record HoldsFigure(Figure figure) {}

  sealed interface Open permits OpenSquare {}

  static non-sealed class OpenSquare implements Open {}

  static final class Team {
    private final List<String> tags = new ArrayList<>();
  }

  static final class Counter {
    private int count;
  }

  static class Base {
    int count;
  }

  static final class Derived extends Base {}

  @Immutable
  static class Annotated {
    private final List<String> tags = List.of();
  }

  @Invisible.Immutable
  static class AnnotatedInvisibly {
    private final List<String> tags = List.of();
  }

  record HoldsAnnotated(Annotated annotated) {}

  enum Level {
    LOW;
    int changes;
  }

  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1;
  }

  record Holder(Object any) {}

  record Pair(Optional<String> maybe) {}

  @Test
  void immutable_ofImmutableParts() {
    for (Class<?> type :
        List.of(
            String.class,
            int.class,
            Sum.class,
            Price.class,
            Shape.class,
            Square.class,
            Level.class)) {
      TypeReport report = codec.explain(type);
      assertThat(report.copyable()).as(type.getName()).isTrue();
      assertThat(report.reason()).contains("nothing that can change");
    }
  }

  @Test
  void mutable_withReason() {
    mutable(Team.class, "Team: final field tags is a java.util.List, which can change");
    mutable(Counter.class, "Counter: field count is not final");
    mutable(Derived.class, "Derived: field count is not final");
    mutable(AnnotatedInvisibly.class, "field tags is a java.util.List");
    mutable(Holder.class, "component any is a java.lang.Object, which can change");
    mutable(Pair.class, "component maybe is a java.util.Optional, which can change or have parts");
    mutable(Open.class, "Open, of which one kind is ");
    mutable(Names.class, "which extends java.util.ArrayList");
    mutable(ArrayList.class, "java.util.ArrayList, which can change");
    mutable(int[].class, "int[], which can change");
    mutable(Runnable.class, "java.lang.Runnable, which can change");
  }

  @Test
  void onlyEqualsItself_withReason() {
    mutable(Money.class, "Money has no equals, so that no copy of one equals it");
    mutable(Wage.class, "component money: ");
    mutable(Pattern.class, "java.util.regex.Pattern has no equals");
    mutable(Rule.class, "component pattern: java.util.regex.Pattern has no equals");
    mutable(Figure.class, "Box has no equals");
    mutable(HoldsFigure.class, "component figure: ");
    mutable(Annotated.class, "Annotated has no equals");
    mutable(HoldsAnnotated.class, "component annotated: ");
    assertThat(codec.isImmutable(new Money())).as("all the same").isTrue();
    assertThat(codec.isImmutable(Pattern.compile("x"))).isTrue();
  }

  private void mutable(Class<?> type, String reason) {
    TypeReport report = codec.explain(type);
    assertThat(report.copyable()).as(type.getName()).isFalse();
    assertThat(report.reason()).contains(reason);
  }

  @Test
  void declaredByUser_believedAlsoOfSubclassesAndParts() {
    record HoldsTeam(Team team, Base base) {}
    Codec told = new CodecFixture(options -> options.immutable(Team.class, Base.class)).codec;

    assertThat(told.explain(Team.class).copyable()).isTrue();
    assertThat(told.explain(Derived.class).copyable()).isTrue();
    assertThat(told.explain(HoldsTeam.class).copyable()).isTrue();
    assertThat(told.isImmutable(new Team())).isTrue();
    assertThat(codec.isImmutable(new Team())).isFalse();
  }

  @Test
  void keys_withReason() {
    assertThat(codec.explain(String.class).byteStable()).isTrue();
    assertThat(codec.explain(Level.class).byteStable()).isTrue();
    assertThat(codec.explain(Circle.class).keyReason()).contains("equal ones have equal bytes");
    assertThat(codec.explain(Team.class).keyReason()).contains("Team has an equals() of its own");
    assertThat(codec.explain(Holder.class).keyReason())
        .contains("component any: java.lang.Object has an equals()");
    assertThat(codec.explain(Samples.Tree.class).keyReason()).contains("can contain another");
    assertThat(codec.explain(List.class).byteStable()).isFalse();
  }
}
