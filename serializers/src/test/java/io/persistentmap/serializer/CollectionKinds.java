package io.persistentmap.serializer;

import static io.persistentmap.serializer.JdkKinds.throwsUnsupported;
import static io.persistentmap.serializer.Kind.behaves;
import static io.persistentmap.serializer.Kind.checked;
import static io.persistentmap.serializer.Kind.refused;
import static io.persistentmap.serializer.Kind.same;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.serializer.Samples.Plain;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The JDK's kinds of collections and maps. */
@SuppressWarnings({
  "JdkObsolete",
  "IdentityHashMapUsage",
  "NonApiType"
}) // they are there to be stored
final class CollectionKinds {
  private CollectionKinds() {}

  /** A comparator that can be stored, since its class has a name. */
  static final class ByLength implements Comparator<String> {
    @Override
    public int compare(String a, String b) {
      return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
    }
  }

  private static final List<String> WORDS = List.of("ccc", "a", "bb", "dddd");

  static List<Kind> lists() {
    List<@Nullable String> withNull = new ArrayList<>(WORDS);
    withNull.add(null);
    return List.of(
        same("ArrayList", withNull),
        same("LinkedList", new LinkedList<>(withNull)),
        same("Vector", new Vector<>(WORDS)),
        same("Stack", stack()),
        same("CopyOnWriteArrayList", new CopyOnWriteArrayList<>(WORDS)),
        behaves("Arrays.asList", Arrays.asList("a", null), CollectionKinds::isFixedSize),
        behaves("List.of", List.of("a"), list -> throwsUnsupported(() -> list.add("b"))),
        same("List.of several", WORDS),
        same("List.copyOf", List.copyOf(new ArrayList<>(WORDS))),
        behaves(
            "Stream.toList",
            Stream.of("a", null, "b").toList(),
            list -> throwsUnsupported(() -> list.set(0, "c"))),
        becomes("ArrayList.subList", new ArrayList<>(WORDS).subList(1, 3), ArrayList.class),
        becomes("LinkedList.subList", new LinkedList<>(WORDS).subList(1, 3), ArrayList.class),
        becomes("Arrays.asList.subList", Arrays.asList(1, 2).subList(1, 2), ArrayList.class),
        becomes("subList of subList", subListOfSubList(), ArrayList.class),
        becomes("List.of.subList", WORDS.subList(1, 4), List.of(1, 2, 3).getClass()));
  }

  private static List<String> subListOfSubList() {
    return new ArrayList<>(WORDS).subList(0, 4).subList(1, 3);
  }

  private static Stack<String> stack() {
    Stack<String> stack = new Stack<>();
    stack.addAll(WORDS);
    return stack;
  }

  private static void isFixedSize(List<@Nullable String> list) {
    assertThat(list).containsExactly("a", null);
    list.set(0, "b");
    throwsUnsupported(() -> list.add("c"));
  }

  /** Without an order that could be kept: it is another in each virtual machine. */
  private static Kind equal(String name, Object value) {
    return checked(
        name,
        value,
        (written, read) -> assertThat(read).isEqualTo(written).hasSameClassAs(written));
  }

  private static Kind becomes(String name, Object value, Class<?> type) {
    return checked(
        name,
        value,
        (written, read) -> assertThat(read).isEqualTo(written).hasSameClassAs(type.cast(read)));
  }

  static List<Kind> queues() {
    PriorityQueue<String> byLength = new PriorityQueue<>(new ByLength().reversed());
    byLength.addAll(WORDS);
    return List.of(
        sameElements("ArrayDeque", new ArrayDeque<>(WORDS)),
        sameElements("PriorityQueue", new PriorityQueue<>(WORDS)),
        behaves("PriorityQueue with comparator", byLength, CollectionKinds::longestFirst),
        sameElements("PriorityBlockingQueue", new PriorityBlockingQueue<>(WORDS)),
        sameElements("ConcurrentLinkedQueue", new ConcurrentLinkedQueue<>(WORDS)),
        sameElements("ConcurrentLinkedDeque", new ConcurrentLinkedDeque<>(WORDS)),
        sameElements("LinkedBlockingQueue", new LinkedBlockingQueue<>(WORDS)),
        sameElements("LinkedBlockingDeque", new LinkedBlockingDeque<>(WORDS)),
        sameElements("LinkedTransferQueue", new LinkedTransferQueue<>(WORDS)),
        refused("LinkedBlockingQueue with bound", new LinkedBlockingQueue<>(9), "has a bound"),
        refused("ArrayBlockingQueue", new ArrayBlockingQueue<>(9), "store a copy"),
        sameElements("asLifoQueue", Collections.asLifoQueue(new ArrayDeque<>(WORDS))));
  }

  private static void longestFirst(PriorityQueue<String> queue) {
    assertThat(queue.poll()).isEqualTo("dddd");
    queue.add("eeeee");
    assertThat(Stream.generate(queue::poll).limit(4)).containsExactly("eeeee", "ccc", "bb", "a");
  }

  private static Kind sameElements(String name, Collection<String> value) {
    return checked(
        name,
        value,
        (written, read) -> {
          assertThat(read).hasSameClassAs(written);
          assertThat(new ArrayList<Object>((Collection<?>) read)).isEqualTo(new ArrayList<>(value));
        });
  }

  static List<Kind> sets() {
    TreeSet<String> byLength = new TreeSet<>(new ByLength());
    byLength.addAll(WORDS);
    return List.of(
        same("HashSet", new HashSet<>(Arrays.asList("a", null))),
        same("LinkedHashSet", new LinkedHashSet<>(WORDS)),
        same("TreeSet", new TreeSet<>(WORDS)),
        behaves("TreeSet with comparator", byLength, set -> ordersByLength(set::add, set)),
        same("ConcurrentSkipListSet", new ConcurrentSkipListSet<>(WORDS)),
        same("CopyOnWriteArraySet", new CopyOnWriteArraySet<>(WORDS)),
        same("EnumSet", EnumSet.of(Plain.GREEN)),
        behaves("EnumSet empty", EnumSet.noneOf(Plain.class), set -> set.add(Plain.RED)),
        same("Set.of", Set.of("a")),
        equal("Set.of several", Set.copyOf(WORDS)),
        behaves("newKeySet", keySet(), set -> assertThat(set.add("new")).isTrue()),
        same("ConcurrentHashMap.keySet", new ConcurrentHashMap<>(Map.of(1, 2)).keySet()),
        behaves("newSetFromMap", setFromMap(), set -> assertThat(set.add("new")).isTrue()),
        refused("HashMap.keySet", new HashMap<>(Map.of(1, 2)).keySet(), "store a copy"),
        same("TreeSet.headSet", byLength.headSet("zzz")),
        same("TreeSet.descendingSet", byLength.descendingSet()),
        refused("TreeSet with lambda", new TreeSet<String>((a, b) -> a.compareTo(b)), "lambda"));
  }

  private static void ordersByLength(java.util.function.Consumer<String> add, Set<String> set) {
    assertThat(set).containsExactly("a", "bb", "ccc", "dddd");
    add.accept("zz");
    assertThat(set).containsExactly("a", "bb", "zz", "ccc", "dddd");
  }

  private static Set<String> keySet() {
    Set<String> set = ConcurrentHashMap.newKeySet();
    set.addAll(WORDS);
    return set;
  }

  private static Set<String> setFromMap() {
    Set<String> set = Collections.newSetFromMap(new LinkedHashMap<>());
    set.addAll(WORDS);
    return set;
  }

  static List<Kind> maps() {
    Map<String, Integer> lengths = new LinkedHashMap<>();
    WORDS.forEach(word -> lengths.put(word, word.length()));
    Map<@Nullable String, @Nullable Integer> withNulls = new HashMap<>(lengths);
    withNulls.put(null, null);
    TreeMap<String, Integer> ignoringCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    ignoringCase.putAll(lengths);
    TreeMap<String, Integer> backwards = new TreeMap<>(Comparator.reverseOrder());
    backwards.putAll(lengths);
    return List.of(
        same("HashMap", withNulls),
        same("LinkedHashMap", lengths),
        behaves("LinkedHashMap by access", byAccess(lengths), CollectionKinds::movesToEnd),
        same("Hashtable", new Hashtable<>(lengths)),
        behaves("Properties", properties(), CollectionKinds::hasDefault),
        same("TreeMap", new TreeMap<>(lengths)),
        behaves("TreeMap ignoring case", ignoringCase, map -> assertThat(map).containsKey("CCC")),
        behaves(
            "TreeMap backwards", backwards, map -> assertThat(map.firstKey()).isEqualTo("dddd")),
        same("ConcurrentHashMap", new ConcurrentHashMap<>(lengths)),
        same("ConcurrentSkipListMap", new ConcurrentSkipListMap<>(lengths)),
        same("EnumMap", new EnumMap<>(Map.of(Plain.GREEN, 1))),
        behaves("EnumMap empty", new EnumMap<>(Plain.class), map -> map.put(Plain.RED, "x")),
        same("Map.of", Map.of("a", 1)),
        equal("Map.of several", Map.copyOf(lengths)),
        refused("IdentityHashMap", new IdentityHashMap<>(lengths), "stored form is known"),
        refused("WeakHashMap", new WeakHashMap<>(lengths), "stored form is known"),
        refused("HashMap.values", lengths.values(), "store a copy"),
        refused("TreeMap.headMap", backwards.headMap("b"), "store a copy"),
        refused(
            "TreeMap with lambda",
            new TreeMap<String, String>((a, b) -> a.compareTo(b)),
            "lambda"));
  }

  private static LinkedHashMap<String, Integer> byAccess(Map<String, Integer> lengths) {
    LinkedHashMap<String, Integer> map = new LinkedHashMap<>(16, 0.75f, true);
    map.putAll(lengths);
    return map;
  }

  private static void movesToEnd(Map<String, Integer> map) {
    assertThat(map.keySet()).containsExactlyElementsOf(WORDS);
    assertThat(map.get("a")).isEqualTo(1);
    assertThat(map.keySet()).containsExactly("ccc", "bb", "dddd", "a");
  }

  private static Properties properties() {
    Properties defaults = new Properties();
    defaults.setProperty("default", "d");
    Properties properties = new Properties(defaults);
    properties.setProperty("own", "o");
    return properties;
  }

  private static void hasDefault(Properties properties) {
    assertThat(properties.getProperty("own")).isEqualTo("o");
    assertThat(properties.getProperty("default")).isEqualTo("d");
    assertThat(properties).hasSize(1);
  }

  static List<Kind> views() {
    TreeMap<String, Integer> sorted = new TreeMap<>(Comparator.reverseOrder());
    WORDS.forEach(word -> sorted.put(word, word.length()));
    TreeSet<String> sortedSet = new TreeSet<>(WORDS);
    return List.of(
        unmodifiable("unmodifiableCollection", Collections.unmodifiableCollection(sortedSet)),
        unmodifiable("unmodifiableList", Collections.unmodifiableList(new ArrayList<>(WORDS))),
        unmodifiable("unmodifiableList linked", Collections.unmodifiableList(linked())),
        unmodifiable("unmodifiableList of List.of", Collections.unmodifiableList(WORDS)),
        unmodifiable("unmodifiableSet", Collections.unmodifiableSet(sortedSet)),
        unmodifiable("unmodifiableSet of EnumSet", enumSetView()),
        unmodifiable("unmodifiableSortedSet", Collections.unmodifiableSortedSet(sortedSet)),
        unmodifiable("unmodifiableNavigableSet", Collections.unmodifiableNavigableSet(sortedSet)),
        unmodifiableMap("unmodifiableMap", Collections.unmodifiableMap(sorted)),
        unmodifiableMap("unmodifiableSortedMap", Collections.unmodifiableSortedMap(sorted)),
        unmodifiableMap("unmodifiableNavigableMap", Collections.unmodifiableNavigableMap(sorted)),
        synchronizedBy("synchronizedCollection", Collections.synchronizedCollection(linked())),
        synchronizedBy("synchronizedList", Collections.synchronizedList(linked())),
        synchronizedBy("synchronizedSet", Collections.synchronizedSet(new TreeSet<>(WORDS))),
        synchronizedBy("synchronizedSortedSet", Collections.synchronizedSortedSet(sortedSet)),
        synchronizedBy("synchronizedNavigableSet", Collections.synchronizedNavigableSet(sortedSet)),
        same("synchronizedMap", Collections.synchronizedMap(sorted)),
        behaves(
            "synchronizedSortedMap",
            Collections.synchronizedSortedMap(sorted),
            CollectionKinds::keepsOrder),
        behaves(
            "synchronizedNavigableMap",
            (SortedMap<String, Integer>) Collections.synchronizedNavigableMap(sorted),
            CollectionKinds::keepsOrder),
        refused("checkedList", Collections.checkedList(new ArrayList<>(), String.class), "copy"));
  }

  private static List<String> linked() {
    return new LinkedList<>(WORDS);
  }

  private static Collection<Plain> enumSetView() {
    return Collections.unmodifiableSet(EnumSet.allOf(Plain.class));
  }

  private static void keepsOrder(SortedMap<String, Integer> map) {
    map.put("zzz", 3);
    assertThat(map.keySet()).containsExactly("zzz", "dddd", "ccc", "bb", "a");
  }

  private static Kind unmodifiable(String name, Collection<?> value) {
    return checked(
        name,
        value,
        (written, read) -> {
          Collection<?> collection = (Collection<?>) read;
          assertThat(read).hasSameClassAs(written);
          assertThat(collection).isEqualTo(written instanceof Set<?> ? written : collection);
          assertThat(List.copyOf(collection)).isEqualTo(List.copyOf(value));
          throwsUnsupported(collection::clear);
        });
  }

  private static Kind unmodifiableMap(String name, Map<?, ?> value) {
    return checked(
        name,
        value,
        (written, read) -> {
          Map<?, ?> map = (Map<?, ?>) read;
          assertThat(map).isEqualTo(written).hasSameClassAs(written);
          assertThat(List.copyOf(map.keySet())).isEqualTo(List.copyOf(value.keySet()));
          throwsUnsupported(map::clear);
        });
  }

  private static Kind synchronizedBy(String name, Collection<String> value) {
    return checked(
        name,
        value,
        (written, read) -> {
          assertThat(read).hasSameClassAs(written);
          assertThat(new ArrayList<Object>((Collection<?>) read)).isEqualTo(new ArrayList<>(value));
        });
  }

  static List<Kind> small() {
    return List.of(
        same("emptyList", Collections.emptyList()),
        same("emptySet", Collections.emptySet()),
        same("emptyMap", Collections.emptyMap()),
        same("emptySortedSet", Collections.emptySortedSet()),
        same("emptySortedMap", Collections.emptySortedMap()),
        same("singleton", Collections.singleton("x")),
        same("singletonList", Collections.singletonList(null)),
        same("singletonMap", Collections.singletonMap("k", null)),
        same("nCopies", Collections.nCopies(1_000_000, "x")),
        same("naturalOrder", Comparator.naturalOrder()),
        same("reverseOrder", Collections.reverseOrder()),
        same("CASE_INSENSITIVE_ORDER", String.CASE_INSENSITIVE_ORDER),
        same("reversed comparator", String.CASE_INSENSITIVE_ORDER.reversed()),
        refused("comparator of a lambda", Comparator.comparing(String::length), "lambda"),
        refused("Collator", java.text.Collator.getInstance(Locale.ROOT), "stored form is known"));
  }

  static List<Kind> arrays() {
    return List.of(
        array("boolean[]", new boolean[] {true, false}),
        array("byte[]", new byte[] {1, -1}),
        array("short[]", new short[] {1, -1}),
        array("char[]", new char[] {'a', '\uFFFF'}),
        array("int[]", new int[] {1, -1}),
        array("long[]", new long[] {1, Long.MIN_VALUE}),
        array("float[]", new float[] {1, -0f}),
        array("double[]", new double[] {1, -0d}),
        array("String[]", new @Nullable String[] {"a", null}),
        array("Object[]", new Object[] {1, "a", new int[] {2}}),
        array("int[][]", new int[][] {{1}, {}}),
        array("List[]", new List<?>[] {List.of(1), new ArrayList<>()}),
        array("enum[]", new Plain[] {Plain.RED}),
        array("Class[]", new Class<?>[] {int.class}),
        array("empty", new Comparable<?>[0]));
  }

  private static Kind array(String name, Object value) {
    return checked(
        name,
        value,
        (written, read) -> {
          assertThat(read).hasSameClassAs(written);
          assertThat(Arrays.deepEquals(new Object[] {read}, new Object[] {written})).isTrue();
        });
  }
}
