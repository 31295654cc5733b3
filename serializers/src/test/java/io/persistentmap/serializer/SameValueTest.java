package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards values that used to come back as something else: each behaves as before. */
class SameValueTest {
  private static final List<String> TEXTS =
      List.of("ab", "aB", "AB", "Ab", "c", "\u00e9", "\n", "");

  private final CodecFixture fixture = new CodecFixture();

  @Test
  void pattern_withFlagsInText_matchesTheSame() {
    List<String> texts =
        List.of(
            "a(?i)b", "a(?i)b|c", "\\w(?U)\\w", "(?s).", "(?x) a b", "a(?i:b)", "(?-i)a", "a(?u)");
    for (String text : texts) {
      for (int flags : new int[] {0, Pattern.CASE_INSENSITIVE, Pattern.UNICODE_CHARACTER_CLASS}) {
        Pattern pattern = Pattern.compile(text, flags);
        Pattern read = fixture.roundTrip(pattern);
        assertThat(read.pattern()).isEqualTo(text);
        assertThat(read.flags()).as(text).isEqualTo(pattern.flags());
        for (String input : TEXTS) {
          assertThat(read.matcher(input).matches())
              .as("%s with flags %d and \"%s\"", text, flags, input)
              .isEqualTo(pattern.matcher(input).matches());
        }
        assertThat(fixture.encode(read)).as("as before").isEqualTo(fixture.encode(pattern));
      }
    }
  }

  @Test
  void listOfStream_askedForNull_false() {
    for (int size = 0; size < 5; size++) {
      List<Integer> list = Stream.iterate(0, n -> n + 1).limit(size).toList();
      for (int from = 0; from <= size; from++) {
        List<Integer> part = list.subList(from, size);
        assertThat(refusesNull(fixture.roundTrip(part)))
            .as("%d of %d", part.size(), size)
            .isEqualTo(refusesNull(part));
        assertThat(fixture.roundTrip(part)).isEqualTo(part);
      }
    }
    assertThat(fixture.roundTrip(Stream.of(1, 2, 3).toList()).contains(null)).isFalse();
  }

  @Test
  void immutableCollections_andTheirViews_askedForNullAlike() {
    List<Collection<?>> collections = new ArrayList<>();
    for (List<Integer> list : List.of(List.<Integer>of(), List.of(1), List.of(1, 2, 3))) {
      collections.addAll(
          List.of(
              list,
              List.copyOf(new ArrayList<>(list)),
              Set.copyOf(list),
              Collections.unmodifiableList(list),
              Collections.unmodifiableCollection(list),
              Collections.unmodifiableList(new ArrayList<>(list)),
              Collections.synchronizedList(list),
              Collections.unmodifiableSet(Set.copyOf(list)),
              Collections.unmodifiableSet(new LinkedHashSet<>(list)),
              Collections.unmodifiableCollection(Set.copyOf(list)),
              Collections.synchronizedSet(Set.copyOf(list)),
              Collections.unmodifiableList(list.stream().toList()),
              Collections.nCopies(list.size(), 1)));
    }
    collections.addAll(
        List.of(
            Collections.emptyList(),
            Collections.emptySet(),
            Collections.singleton(1),
            Collections.singletonList(1)));
    for (Collection<?> collection : collections) {
      Collection<?> read = fixture.roundTrip(collection);
      assertThat(read).hasSameClassAs(collection);
      assertThat(refusesNull(read))
          .as("%s of %d", collection.getClass(), collection.size())
          .isEqualTo(refusesNull(collection));
    }
    for (Map<Integer, Integer> map :
        List.of(Map.<Integer, Integer>of(), Map.of(1, 2), Map.of(1, 2, 3, 4))) {
      for (Map<Integer, Integer> view :
          List.of(map, Collections.unmodifiableMap(map), Collections.synchronizedMap(map))) {
        Map<Integer, Integer> read = fixture.roundTrip(view);
        assertThat(refusesNull(read)).isEqualTo(refusesNull(view));
        assertThat(read).isEqualTo(view).hasSameClassAs(view);
      }
    }
  }

  private static boolean refusesNull(Collection<?> collection) {
    try {
      assertThat(collection.contains(null)).isFalse();
      return false;
    } catch (NullPointerException refused) {
      return true;
    }
  }

  private static boolean refusesNull(Map<?, ?> map) {
    try {
      assertThat(map.containsKey(null)).isFalse();
      return false;
    } catch (NullPointerException refused) {
      return true;
    }
  }

  /** As old files have it, from before the two kinds of lists were told apart. */
  @Test
  void listOfArray_withNull_stillRead() {
    List<Integer> list = Stream.of(1, null).toList();
    byte[] now = fixture.encode(list);
    assertThat(fixture.decode(now)).isEqualTo(list);
    byte[] ofArray = fixture.encode(List.of(1, 2));
    byte[] element = {Tag.INT, 2, 0, 0, 0};
    byte[] old = new byte[ofArray.length - element.length + 1];
    System.arraycopy(ofArray, 0, old, 0, old.length - 1); // its last byte is 0: null
    assertThat(fixture.decode(old)).isEqualTo(list);
  }

  @Test
  void path_withBytesThatAreNoText_equalOrRefused(@TempDir Path dir) throws Exception {
    Process touch =
        new ProcessBuilder("bash", "-c", "touch $'bad\\xff\\xfename' good")
            .directory(dir.toFile())
            .start();
    Assumptions.assumeTrue(
        touch.waitFor(20, TimeUnit.SECONDS) && touch.exitValue() == 0, "no such names here");
    List<Path> paths;
    try (Stream<Path> files = Files.list(dir)) {
      paths = files.toList();
    }
    assertThat(paths).hasSize(2);
    for (Path path : paths) {
      if (path.endsWith("good") || Path.of(path.toString()).equals(path)) {
        assertThat(fixture.roundTrip(path)).isEqualTo(path);
      } else {
        assertThatThrownBy(() -> fixture.encode(List.of(path)))
            .isInstanceOf(SerializationException.class)
            .hasMessageContaining("[0]: ")
            .hasMessageContaining("its text is that of another path")
            .hasMessageContaining("rename the file");
      }
    }
  }

  @Test
  void classValue_thatTheNextProcessMayNotHave_refused() {
    Runnable lambda = () -> {};
    Object anonymous = new Object() {};
    for (Class<?> type :
        List.of(
            lambda.getClass(),
            anonymous.getClass(),
            List.of(1, 2, 3).getClass(),
            Collections.emptyList().getClass(),
            lambda.getClass().arrayType(),
            anonymous.getClass().arrayType().arrayType())) {
      assertThatThrownBy(() -> fixture.encode(type))
          .as(type.getName())
          .isInstanceOf(SerializationException.class);
    }
    for (Class<?> type : List.of(String.class, Map.Entry.class, int[].class, Samples.User.class)) {
      assertThat(fixture.roundTrip(type)).isSameAs(type);
    }
  }
}
