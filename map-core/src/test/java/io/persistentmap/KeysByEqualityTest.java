package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards keys about which {@code equals} and {@code hashCode} decide, as in a HashMap. */
final class KeysByEqualityTest {
  @TempDir Path dir;
  private PersistentMap<Object, String> map;

  @BeforeEach
  void open() {
    map =
        PersistentMap.builder(Object.class, String.class)
            .allowPackage("io.persistentmap")
            .allowPackage(KeysByEqualityTest.class.getPackageName())
            .open(dir.resolve("x.map"));
  }

  @AfterEach
  void close() {
    map.close();
  }

  private void reopen() {
    map.close();
    open();
  }

  // ---- equal objects of other classes, other bytes ---------------------------------------------

  @Test
  void get_equalListOfOtherClass_found() {
    map.put(new ArrayList<>(List.of(1)), "one");
    assertThat(map.get(List.of(1))).isEqualTo("one");
    assertThat(map.get(new CopyOnWriteArrayList<>(List.of(1)))).isEqualTo("one");
    assertThat(map.get(Arrays.asList(1))).isEqualTo("one");
    assertThat(map.containsKey(Collections.singletonList(1))).isTrue();
    assertThat(map.get(List.of(2))).isNull();
    assertThat(map.get(Set.of(1))).isNull();
    reopen();
    assertThat(map.get(List.of(1))).isEqualTo("one");
    assertThat(map.remove(List.of(1))).isEqualTo("one");
    assertThat(map).isEmpty();
  }

  @Test
  void put_equalKeyOfOtherClass_replacesValueKeepsKey() {
    map.put(new ArrayList<>(List.of(1)), "one");
    assertThat(map.put(new CopyOnWriteArrayList<>(List.of(1)), "two")).isEqualTo("one");
    assertThat(map.putIfAbsent(new CopyOnWriteArrayList<>(List.of(1)), "three")).isEqualTo("two");
    assertThat(map.merge(new CopyOnWriteArrayList<>(List.of(1)), "!", String::concat))
        .isEqualTo("two!");
    map.set(new CopyOnWriteArrayList<>(List.of(1)), "set");
    assertThat(map.replace(new CopyOnWriteArrayList<>(List.of(1)), "set", "last")).isTrue();
    assertThat(map).hasSize(1);
    assertThat(map.keySet().iterator().next()).isInstanceOf(ArrayList.class);
    reopen();
    assertThat(map.keySet().iterator().next()).isInstanceOf(ArrayList.class);
    assertThat(map.get(List.of(1))).isEqualTo("last");
    assertThat(map.remove(new CopyOnWriteArrayList<>(List.of(1)), "last")).isTrue();
    map.put(new CopyOnWriteArrayList<>(List.of(1)), "new");
    assertThat(map.keySet().iterator().next()).isInstanceOf(CopyOnWriteArrayList.class);
  }

  @Test
  void sets_anyOrder_sameKey() {
    Set<String> forwards = new LinkedHashSet<>(List.of("a", "b", "c"));
    Set<String> backwards = new LinkedHashSet<>(List.of("c", "b", "a"));
    map.put(forwards, "abc");
    assertThat(map.get(backwards)).isEqualTo("abc");
    assertThat(map.get(new HashSet<>(forwards))).isEqualTo("abc");
    assertThat(map.get(new TreeSet<>(forwards))).isEqualTo("abc");
    assertThat(map.put(backwards, "cba")).isEqualTo("abc");
    reopen();
    assertThat(map.get(new HashSet<>(backwards))).isEqualTo("cba");
    assertThat(map).hasSize(1);
  }

  /** A record with a part that equality decides about. */
  record Team(String name, List<String> members) {}

  /** A record with an equals of its own. */
  record Caseless(String text) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Caseless that && text.equalsIgnoreCase(that.text);
    }

    @Override
    public int hashCode() {
      return text.toLowerCase(java.util.Locale.ROOT).hashCode();
    }
  }

  /** A constant with a hashCode that is another in each process. */
  enum Colour {
    RED,
    GREEN
  }

  @Test
  void manyKinds_reopened_foundByEqualOnes() {
    Map<Object, Object> equalPairs = new HashMap<>();
    equalPairs.put(new Team("a", new ArrayList<>(List.of("x"))), new Team("a", List.of("x")));
    equalPairs.put(new Caseless("Word"), new Caseless("WORD"));
    equalPairs.put(new HashMap<>(Map.of("k", 1)), new TreeMap<>(Map.of("k", 1)));
    equalPairs.put(new ArrayList<>(List.of(Colour.RED)), List.of(Colour.RED));
    equalPairs.put(new EnumMap<>(Map.of(Colour.GREEN, 1)), new HashMap<>(Map.of(Colour.GREEN, 1)));
    equalPairs.put(new ArrayList<>(List.of(-0.0)), List.of(-0.0));
    equalPairs.put(new ArrayList<>(List.of(Double.NaN)), List.of(Double.NaN));
    equalPairs.put(new ArrayList<>(Arrays.asList(null, "x")), Arrays.asList(null, "x"));
    equalPairs.put(java.net.URI.create("HTTP://a/"), java.net.URI.create("http://A/"));
    equalPairs.put(Optional.of("x"), Optional.of("x"));
    equalPairs.keySet().forEach(key -> map.put(key, key.toString()));
    for (int i = 0; i < 2; i++) {
      equalPairs.forEach((key, equal) -> assertThat(map.get(equal)).isEqualTo(key.toString()));
      assertThat(map.keySet()).isEqualTo(equalPairs.keySet());
      reopen();
    }
    assertThat(map.get(List.of(0.0))).isNull();
    assertThat(map.get(new Caseless("other"))).isNull();
  }

  @Test
  void doubles_likeHashMap() {
    for (Map<Object, String> each : List.of(map, new HashMap<Object, String>())) {
      each.put(0.0, "zero");
      each.put(Double.NaN, "nan");
      assertThat(each.get(-0.0)).isNull();
      each.put(-0.0, "minus");
      assertThat(each.get(Double.longBitsToDouble(0x7ff8000000000001L))).isEqualTo("nan");
      assertThat(each.get(0.0f)).isNull();
      assertThat(each.get(0)).isNull();
      assertThat(each).hasSize(3);
    }
  }

  @Test
  void typedMap_ofLists_works() {
    try (PersistentMap<List<Integer>, String> lists = lists()) {
      lists.put(List.of(1, 2), "a");
      lists.merge(new ArrayList<>(List.of(1, 2)), "b", String::concat);
    }
    try (PersistentMap<List<Integer>, String> lists = lists()) {
      assertThat(lists).isEqualTo(Map.of(List.of(1, 2), "ab"));
    }
  }

  @SuppressWarnings("unchecked")
  private PersistentMap<List<Integer>, String> lists() {
    return PersistentMap.open(
        dir.resolve("lists.map"), (Class<List<Integer>>) (Class<?>) List.class, String.class);
  }

  // ---- keys that change ------------------------------------------------------------------------

  @Test
  void put_keyChangedAfterwards_mapHasOldKey() {
    List<Integer> key = new ArrayList<>(List.of(1));
    map.put(key, "one");
    key.add(2);
    assertThat(map.get(key)).isNull();
    assertThat(map.get(List.of(1))).isEqualTo("one");
    map.put(key, "two");
    assertThat(map).isEqualTo(Map.of(List.of(1), "one", List.of(1, 2), "two"));
    @SuppressWarnings("unchecked")
    List<Integer> ofMap = (List<Integer>) map.keySet().iterator().next();
    ofMap.clear();
    assertThat(map.containsKey(List.of())).isFalse();
    assertThat(map.containsKey(List.of(1))).isTrue();
  }

  @Test
  void get_cachedMap_keyChangedAfterwards_neverHeld() {
    try (PersistentMap<Object, String> cached =
        PersistentMap.builder(Object.class, String.class)
            .allowPackage("io.persistentmap")
            .cacheBytes(1 << 20)
            .open(dir.resolve("cached.map"))) {
      List<Integer> key = new ArrayList<>(List.of(1));
      cached.put(key, "one");
      assertThat(cached.get(key)).isEqualTo("one");
      key.add(2);
      assertThat(cached.get(key)).isNull();
      cached.put(List.copyOf(key).size() > 1 ? new ArrayList<>(List.of(1)) : key, "new");
      assertThat(cached.get(new ArrayList<>(List.of(1)))).isEqualTo("new");
    }
  }

  // ---- keys that can't be ----------------------------------------------------------------------

  /** A class without equals. */
  static final class NoEquals {
    int field = 1;
  }

  /** A class with equals, but no hashCode. */
  @SuppressWarnings({"EqualsHashCode", "overrides", "unused"})
  static final class NoHashCode {
    int field = 1;

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof NoHashCode;
    }
  }

  /** A record that equals no other. */
  @SuppressWarnings("ArrayRecordComponent")
  record Arrayed(int[] numbers) {}

  /** A class whose equals looks at what is not stored. */
  static final class Forgetful {
    private final transient @Nullable String text;

    Forgetful(String text) {
      this.text = text;
    }

    @SuppressWarnings("unused") // Kryo
    private Forgetful() {
      this.text = null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Forgetful that && Objects.equals(text, that.text);
    }

    @Override
    public int hashCode() {
      return Objects.hashCode(text);
    }
  }

  @Test
  void put_identityKeys_refusedWithReason() {
    assertRefused(new NoEquals(), "has no equals", "give it equals and hashCode");
    assertRefused(new NoHashCode(), "no hashCode");
    assertRefused(new byte[] {1}, "an array only equals itself", "use a List");
    assertRefused(new ArrayList<>(List.of(new int[1])), "contains a int[]", "an array only");
    assertRefused(new ArrayList<>(List.of(Optional.of(new NoEquals()))), "NoEquals");
    assertRefused(new HashMap<>(Map.of("k", new NoEquals())), "NoEquals");
    assertRefused(new Arrayed(new int[1]), "does not equal it");
    assertRefused(new Forgetful("x"), "is not stored");
    assertRefused(new ArrayList<Object>(List.of(Thread.currentThread())), "Thread");
    assertThat(map).isEmpty();
  }

  private void assertRefused(Object key, String... parts) {
    assertThatThrownBy(() -> map.put(key, "x"))
        .isInstanceOf(UnstorableException.class)
        .hasMessageContainingAll(parts);
    assertThatThrownBy(() -> map.computeIfAbsent(key, same -> "x"))
        .isInstanceOf(UnstorableException.class);
    assertThat(map.get(key)).isNull();
    assertThat(map.containsKey(key)).isFalse();
    assertThat(map.remove(key)).isNull();
    assertThat(map.remove(key, "x")).isFalse();
  }

  @Test
  void put_subclassOfNumber_refused() {
    BigInteger own = new BigInteger("5") {};
    assertThatThrownBy(() -> map.put(own, "x")).isInstanceOf(UnstorableException.class);
    map.put(BigInteger.valueOf(5), "five");
    assertThat(map).hasSize(1);
  }

  /** Equals a list, and can't be written: it refers to a thread. */
  static final class Unwritable extends java.util.AbstractList<Object> {
    private final Collection<Object> elements;
    final Thread thread = Thread.currentThread();

    Unwritable(Object... elements) {
      this.elements = List.of(elements);
    }

    @Override
    public Object get(int index) {
      return ((List<Object>) elements).get(index);
    }

    @Override
    public int size() {
      return elements.size();
    }
  }

  @Test
  void unwritableKeyThatEqualsStored_findsReplacesRemoves() {
    map.put(new ArrayList<>(List.of(1)), "one");
    assertThat(map.get(new Unwritable(1))).isEqualTo("one");
    assertThat(map.get(new Unwritable(2))).isNull();
    assertThat(map.put(new Unwritable(1), "two")).isEqualTo("one");
    assertThat(map.computeIfPresent(new Unwritable(1), (key, old) -> old + "!")).isEqualTo("two!");
    assertThat(
            map.compute(
                new Unwritable(1),
                (key, old) -> {
                  map.remove(new Unwritable(1));
                  return "three";
                }))
        .isEqualTo("three");
    assertThat(map.keySet().iterator().next()).isInstanceOf(ArrayList.class);
    assertThatThrownBy(() -> map.put(new Unwritable(2), "x"))
        .isInstanceOf(UnstorableException.class);
    assertThat(map.remove(new Unwritable(1), "other")).isFalse();
    assertThat(map.remove(new Unwritable(1))).isEqualTo("three");
    assertThat(map).isEmpty();
  }

  @Test
  void open_damagedRecord_refusedWithOffset() throws Exception {
    map.put(new ArrayList<>(List.of("a marker")), "value");
    map.put("so much that closing writes an image", "x".repeat(2 << 20));
    map.close();
    Path file = dir.resolve("x.map");
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("value");
    bytes[at]++;
    Files.write(file, bytes);
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContainingAll("record at 0x", "about which equality decides");
    bytes[at]--;
    Files.write(file, bytes);
    open();
    assertThat(map.get(List.of("a marker"))).isEqualTo("value");
  }

  @Test
  @SuppressWarnings("NullAway")
  void nullKey_likeConcurrentHashMap() {
    assertThatThrownBy(() -> map.get(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> map.put(null, "x")).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> map.remove(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> map.containsKey(null)).isInstanceOf(NullPointerException.class);
  }
}
