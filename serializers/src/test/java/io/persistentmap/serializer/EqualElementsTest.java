package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guards that a set, or a map, whose elements are equal now, since their class has changed, is
 * refused with the path to it, rather than read with fewer of them: in every kind of set and map,
 * wherever it is in a value, and whenever it is filled.
 */
@SuppressWarnings({"JdkObsolete", "NonApiType"}) // they are there to be stored
class EqualElementsTest {
  /** What has become of the class of the elements. */
  private enum Now {
    SAME,
    MERGED,
    REVERSED,
    FAILING
  }

  private static volatile Now now = Now.SAME;

  /** An element whose class changes without being compiled again. */
  static final class Tag implements Comparable<Tag> {
    final String name;
    final int number;
    @Nullable Object owner;

    Tag(String name, int number) {
      this.name = name;
      this.number = number;
    }

    private int compared() {
      return now == Now.MERGED ? 0 : number;
    }

    @Override
    public int compareTo(Tag other) {
      int order =
          Comparator.comparing((Tag t) -> t.name).thenComparing(Tag::compared).compare(this, other);
      return now == Now.REVERSED ? -order : order;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Tag that && name.equals(that.name) && compared() == that.compared();
    }

    @Override
    public int hashCode() {
      if (now == Now.FAILING) {
        throw new IllegalStateException("no hash");
      }
      return Objects.hash(name, compared());
    }
  }

  /** A comparator of the user's, which changes, too. */
  static final class ByBoth implements Comparator<Tag> {
    @Override
    public int compare(Tag a, Tag b) {
      return a.compareTo(b);
    }
  }

  static final class OwnSet extends HashSet<Tag> {
    private static final long serialVersionUID = 1L;
    int more = 1;

    @Override
    public boolean add(Tag tag) {
      more++;
      return super.add(tag);
    }
  }

  static final class OwnTree extends TreeSet<Tag> {
    private static final long serialVersionUID = 1L;
  }

  static final class OwnMap extends LinkedHashMap<Tag, Object> {
    private static final long serialVersionUID = 1L;
    int more = 1;
  }

  static final class OwnConcurrent extends ConcurrentHashMap<Tag, Object> {
    private static final long serialVersionUID = 1L;
  }

  private static List<Tag> tags() {
    return List.of(new Tag("b", 1), new Tag("a", 1), new Tag("a", 2));
  }

  /** A kind of container, filled with the tags. */
  record Kind(String name, boolean sorted, Function<List<Tag>, Object> make) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Kind set(String name, boolean sorted, Function<Collection<Tag>, Object> make) {
    return new Kind(name, sorted, make::apply);
  }

  private static Kind map(String name, boolean sorted, Function<Map<Tag, Object>, Object> make) {
    return new Kind(
        name,
        sorted,
        tags -> {
          Map<Tag, Object> map = new LinkedHashMap<>();
          tags.forEach(tag -> map.put(tag, "value " + tag.number));
          return make.apply(map);
        });
  }

  private static <T extends Collection<Tag>> T with(T set, Collection<Tag> tags) {
    set.addAll(tags);
    return set;
  }

  private static <T extends Map<? super Tag, Object>> T with(T map, Map<Tag, Object> entries) {
    map.putAll(entries);
    return map;
  }

  static List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>(sets());
    kinds.addAll(maps());
    return kinds;
  }

  private static List<Kind> sets() {
    return List.of(
        set("HashSet", false, HashSet::new),
        set("LinkedHashSet", false, LinkedHashSet::new),
        set("CopyOnWriteArraySet", false, CopyOnWriteArraySet::new),
        set("TreeSet", true, TreeSet::new),
        set("TreeSet with comparator", true, tags -> with(new TreeSet<>(new ByBoth()), tags)),
        set("TreeSet backwards", true, t -> with(new TreeSet<>(Collections.reverseOrder()), t)),
        set("headSet", true, tags -> new TreeSet<>(tags).headSet(new Tag("z", 0))),
        set("descendingSet", true, tags -> new TreeSet<>(tags).descendingSet()),
        set("ConcurrentSkipListSet", true, ConcurrentSkipListSet::new),
        set("Set.of", false, tags -> Set.of(tags.toArray())),
        new Kind("Set.of two", false, tags -> Set.of(tags.get(1), tags.get(2))),
        set("Set.copyOf", false, Set::copyOf),
        set("newKeySet", false, tags -> with(ConcurrentHashMap.newKeySet(), tags)),
        set("newSetFromMap", false, t -> with(Collections.newSetFromMap(new HashMap<>()), t)),
        set("newSetFromMap sorted", true, t -> with(Collections.newSetFromMap(new TreeMap<>()), t)),
        set("unmodifiableSet", false, tags -> Collections.unmodifiableSet(new HashSet<>(tags))),
        set(
            "unmodifiableCollection",
            false,
            tags -> Collections.unmodifiableCollection(new HashSet<>(tags))),
        set(
            "unmodifiableSortedSet",
            true,
            t -> Collections.unmodifiableSortedSet(new TreeSet<>(t))),
        set(
            "unmodifiableNavigableSet",
            true,
            t -> Collections.unmodifiableNavigableSet(new TreeSet<>(t))),
        set(
            "unmodifiableSet of Set.of",
            false,
            tags -> Collections.unmodifiableSet(Set.copyOf(tags))),
        set("synchronizedSet", false, tags -> Collections.synchronizedSet(new HashSet<>(tags))),
        set(
            "synchronizedCollection",
            false,
            tags -> Collections.synchronizedCollection(new LinkedHashSet<>(tags))),
        set(
            "synchronizedSortedSet",
            true,
            t -> Collections.synchronizedSortedSet(new TreeSet<>(t))),
        set(
            "synchronizedNavigableSet",
            true,
            t -> Collections.synchronizedNavigableSet(new TreeSet<>(t))),
        set("own set", false, tags -> with(new OwnSet(), tags)),
        set("own tree", true, tags -> with(new OwnTree(), tags)));
  }

  private static List<Kind> maps() {
    return List.of(
        map("HashMap", false, HashMap::new),
        map("LinkedHashMap", false, LinkedHashMap::new),
        map("LinkedHashMap by access", false, m -> with(new LinkedHashMap<>(16, 0.75f, true), m)),
        map("Hashtable", false, Hashtable::new),
        map("Properties", false, m -> with(new Properties(), m)),
        map("ConcurrentHashMap", false, ConcurrentHashMap::new),
        map("ConcurrentHashMap.keySet", false, m -> new ConcurrentHashMap<>(m).keySet()),
        map("TreeMap", true, TreeMap::new),
        map("TreeMap with comparator", true, m -> with(new TreeMap<>(new ByBoth()), m)),
        map("ConcurrentSkipListMap", true, ConcurrentSkipListMap::new),
        map("Map.of", false, m -> Map.ofEntries(m.entrySet().toArray(new Map.Entry<?, ?>[0]))),
        map("Map.copyOf", false, Map::copyOf),
        map("unmodifiableMap", false, m -> Collections.unmodifiableMap(new HashMap<>(m))),
        map(
            "unmodifiableSortedMap",
            true,
            m -> Collections.unmodifiableSortedMap(new TreeMap<>(m))),
        map(
            "unmodifiableNavigableMap",
            true,
            m -> Collections.unmodifiableNavigableMap(new TreeMap<>(m))),
        map("unmodifiableMap of Map.of", false, m -> Collections.unmodifiableMap(Map.copyOf(m))),
        map("synchronizedMap", false, m -> Collections.synchronizedMap(new HashMap<>(m))),
        map(
            "synchronizedSortedMap",
            true,
            m -> Collections.synchronizedSortedMap(new TreeMap<>(m))),
        map(
            "synchronizedNavigableMap",
            true,
            m -> Collections.synchronizedNavigableMap(new TreeMap<>(m))),
        map("own map", false, m -> with(new OwnMap(), m)),
        map("own concurrent map", false, m -> with(new OwnConcurrent(), m)));
  }

  static final class Owner {
    String name = "owner";
    @Nullable Object held;
    String last = "last";
  }

  record Box(String label, @Nullable Object held) {}

  /** Where a container may be in a value, with the path to it. */
  private enum Place {
    ROOT(""),
    FIELD(".held"),
    ELEMENT("[1]"),
    COMPONENT(".held"),
    ARRAY("[1]"),
    VALUE("[value 0]"),
    RECORD_IN_SET("[0].held"),
    /** The elements refer to the object around, so the container waits for it. */
    WAITING(".held"),
    /** The same, and it is nested in another that is made of its content. */
    WAITING_IN_RECORD(".held.held");

    final String path;

    Place(String path) {
      this.path = path;
    }

    Object around(Kind kind) {
      List<Tag> tags = tags();
      return switch (this) {
        case ROOT -> kind.make.apply(tags);
        case FIELD -> owner(kind.make.apply(tags));
        case ELEMENT -> new ArrayList<>(List.of("first", kind.make.apply(tags)));
        case COMPONENT -> new Box("box", kind.make.apply(tags));
        case ARRAY -> new Object[] {"first", kind.make.apply(tags)};
        case VALUE -> new HashMap<>(Map.of("key", kind.make.apply(tags)));
        case RECORD_IN_SET -> new HashSet<>(Set.of(new Box("box", kind.make.apply(tags))));
        case WAITING -> waiting(kind, tags);
        case WAITING_IN_RECORD -> new Box("box", waiting(kind, tags));
      };
    }

    private static Owner owner(@Nullable Object held) {
      Owner owner = new Owner();
      owner.held = held;
      return owner;
    }

    private static Owner waiting(Kind kind, List<Tag> tags) {
      Owner owner = new Owner();
      tags.forEach(tag -> tag.owner = owner);
      owner.held = kind.make.apply(tags);
      return owner;
    }
  }

  private final CodecFixture fixture = new CodecFixture();

  @AfterEach
  void restore() {
    now = Now.SAME;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void elementsEqualNow_refusedWithPathWhereverItIs(Kind kind) {
    for (Place place : Place.values()) {
      now = Now.SAME;
      byte[] bytes = fixture.encode(place.around(kind));
      now = Now.MERGED;
      assertThatThrownBy(() -> fixture.decode(bytes))
          .as("%s", place)
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining(place.path.isEmpty() ? "position 0: " : ": at " + place.path)
          .hasMessageContaining("since some are equal: " + Tag.class.getName())
          .hasMessageContaining("storedBytes() gives its bytes")
          .hasMessageContaining("open the map with the class as it was");
      now = Now.SAME;
      Object back = fixture.decode(bytes);
      assertThat(fixture.decode(fixture.encode(back))).hasSameClassAs(back);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void orderChanged_allElementsThere(Kind kind) {
    byte[] bytes = fixture.encode(kind.make.apply(tags()));
    now = Now.REVERSED;
    assertThat(sizeOf(fixture.decode(bytes))).isEqualTo(kind.name.endsWith("two") ? 2 : 3);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void hashCodeFails_refusedWithPathAndReason(Kind kind) {
    if (kind.sorted || Set.of("CopyOnWriteArraySet", "Set.of two").contains(kind.name)) {
      return; // these don't ask it
    }
    byte[] bytes = fixture.encode(Place.FIELD.around(kind));
    now = Now.FAILING;
    assertThatThrownBy(() -> fixture.decode(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("no hash")
        .hasMessageContaining("at .held");
    now = Now.SAME;
    assertThat(fixture.decode(bytes)).isInstanceOf(Owner.class);
  }

  @Test
  void allKindsOfSetsAndMapsAreTried() {
    List<Class<?>> tried = new ArrayList<>();
    kinds().forEach(kind -> tried.add(kind.make.apply(tags()).getClass()));
    for (Class<?> type : JdkTypes.classes()) {
      boolean container = Set.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
      if (container && !hasOneAtMost(type)) {
        assertThat(tried).contains(type);
      }
    }
  }

  /** Those that hold one element at most, and those of constants, which differ always. */
  private static boolean hasOneAtMost(Class<?> type) {
    String name = type.getSimpleName();
    return name.startsWith("Empty")
        || name.startsWith("Singleton")
        || name.startsWith("Enum")
        || name.equals("Map1")
        || isEmptyView(type);
  }

  private static boolean isEmptyView(Class<?> type) {
    NavigableSet<Object> set = Collections.emptyNavigableSet();
    NavigableMap<Object, Object> map = Collections.emptyNavigableMap();
    return type == set.getClass() || type == map.getClass();
  }

  private static int sizeOf(Object container) {
    return container instanceof Map<?, ?> map ? map.size() : ((Collection<?>) container).size();
  }
}
