package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Guards that what is accepted behaves as before. Objects of the JDK are made by all constructors
 * and factories of the classes on the list, and by all methods of what these make. Each is written
 * and read; then each method is called on a twin, made by the same recipe, and on what was read.
 * Results, classes of exceptions and states afterwards must be the same; or the object was refused;
 * or the difference is known, below and in {@code docs/classes.md}.
 */
class SameBehaviourTest {
  /** How many lists of arguments a constructor or factory gets. */
  private static final int MADE = 16;

  /** How many a method gets that makes an object into another. */
  private static final int CHANGED = 2;

  /** How many a method gets of which the behaviour is looked at. */
  private static final int CALLED = 3;

  private static final int REPORTED = 300;

  /**
   * A difference that is known.
   *
   * @param call regular expression of class and method
   * @param recipe regular expression of what the recipe has in it
   * @param always whether each run meets it
   */
  private record Known(String call, String recipe, String reason, boolean always) {
    Known(String call, String recipe, String reason) {
      this(call, recipe, reason, true);
    }

    boolean fits(String what, String name) {
      return what.matches(call) && name.matches(".*(" + recipe + ").*");
    }
  }

  private static final List<Known> KNOWN =
      List.of(
          new Known(
              ".*#initCause", "Throwable|ClassNotFound", "a cause that was given as null is unset"),
          new Known(
              ".*(StringBuilder|StringBuffer|Vector)#capacity|.*BitSet#size",
              "",
              "capacity is not kept"),
          new Known(".*SubList#class", "subList", "parts of lists become lists"),
          new Known(
              ".*(SortedSet|TreeSet)#.*",
              "(head|tail|sub|descending)Set",
              "parts of sorted sets become sets"),
          new Known(
              "java.util.GregorianCalendar#.*",
              "",
              "fields that were set are computed, as by getTime()"),
          new Known(
              "java.(util|sql).(Date|Time|Timestamp)#set.*",
              "set",
              "fields that were set are computed, as by getTime()"),
          new Known(
              ".*Atomic.*#(c|weakC)ompareAnd.*", "", "identity of strings and numbers is not kept"),
          new Known(
              "java.util.(concurrent.Concurrent)?(Hash(Map|Set|table).*|Properties)#"
                  + "(values|keys|elements|toString|toArray|stream|iterator|spliterator|reduce.*"
                  + "|search.*|getMap|poll.*|getFirst|getLast)",
              "",
              "in the order of a table that grew by itself",
              false),
          new Known(
              ".*(Set12|SetN|MapN)#.*",
              "",
              "Set.of and Map.of have an order of each process",
              false));

  private final CodecFixture fixture = new CodecFixture();
  private final Set<Known> met = new HashSet<>();
  private final List<String> differences = new ArrayList<>();
  private int objects;
  private int refused;
  private int calls;

  private static Set<Class<?>> sources() {
    Set<Class<?>> sources = new LinkedHashSet<>();
    for (String name : JdkTypes.names()) {
      Class<?> type = find(name);
      sources.add(Objects.requireNonNull(type != null ? type : find(ClassNames.packageOf(name))));
    }
    List<Class<?>> scalars =
        List.of(
            String.class,
            Boolean.class,
            Integer.class,
            Character.class,
            Float.class,
            Double.class,
            UUID.class,
            BigInteger.class,
            BigDecimal.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            Instant.class,
            Duration.class);
    List<Class<?>> factories =
        List.of(
            Collections.class,
            Arrays.class,
            List.class,
            Set.class,
            Map.class,
            Comparator.class,
            Stream.class);
    List<Class<?>> throwables =
        List.of(
            Throwable.class,
            RuntimeException.class,
            Error.class,
            NullPointerException.class,
            ClassNotFoundException.class,
            IOException.class,
            StackOverflowError.class);
    List.of(scalars, factories, throwables).forEach(sources::addAll);
    return sources;
  }

  private static @Nullable Class<?> find(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException ofMethod) {
      return null;
    }
  }

  @Test
  void eachObject_behavesAsBefore() {
    Set<String> seen = new HashSet<>();
    for (Class<?> source : sources()) {
      for (Recipe recipe : Recipe.ofClass(source, MADE)) {
        Object made = recipe.make();
        if (made == null || made instanceof Enum<?>) {
          continue;
        }
        examine(recipe, made);
        if (Recipe.isOfInterest(made) && seen.add(made.getClass() + Behaviour.state(made))) {
          examineFurther(recipe, seen);
        }
      }
    }
    System.out.printf("%d objects, %d refused, %d calls%n", objects, refused, calls);
    assertThat(differences).isEmpty();
    assertThat(KNOWN)
        .as("known differences that are none any more")
        .allMatch(known -> !known.always || met.contains(known));
    assertThat(objects - refused).isGreaterThan(3_000);
  }

  private void examineFurther(Recipe recipe, Set<String> seen) {
    for (Recipe further : recipe.further(CHANGED)) {
      Object made = further.make();
      if (made != null
          && !(made instanceof Enum<?>)
          && !made.getClass().isArray()
          && !TypeTraits.of(made.getClass()).isScalar()
          && seen.add(made.getClass() + Behaviour.state(made))) {
        examine(further, made);
      }
    }
  }

  private void examine(Recipe recipe, Object made) {
    if (made instanceof Class<?> || !ClassNames.isJdk(ClassNames.element(made.getClass()))) {
      return;
    }
    objects++;
    byte[] bytes;
    try {
      bytes = fixture.encode(made);
    } catch (SerializationException e) {
      refused++;
      return;
    }
    Object read = fixture.decode(bytes);
    if (read.getClass() != made.getClass()) {
      differ(made, "class", recipe, read.getClass().getName());
      return;
    }
    for (Behaviour call : Behaviour.of(made.getClass(), CALLED)) {
      calls++;
      String before = call.observe(Objects.requireNonNull(recipe.make()));
      String after = call.observe(fixture.decode(bytes));
      if (!before.equals(after)
          && before.equals(call.observe(Objects.requireNonNull(recipe.make())))) {
        differ(made, call.method().getName(), recipe, before + " --> " + after);
      }
    }
  }

  private void differ(Object object, String what, Recipe recipe, String how) {
    String call = object.getClass().getName() + "#" + what;
    for (Known known : KNOWN) {
      if (known.fits(call, recipe.name())) {
        met.add(known);
        return;
      }
    }
    if (differences.size() < REPORTED) {
      String text = call + " of " + recipe.name() + ": " + how;
      differences.add(text.substring(0, Math.min(REPORTED, text.length())));
    }
  }
}
