package io.persistentmap.serializer;

import static io.persistentmap.serializer.JdkValues.parts;

import io.persistentmap.serializer.JdkTypes.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's collections that are made at once, immutable and small ones, and those that are made of
 * others; and its comparators.
 */
final class JdkWrappers {
  private JdkWrappers() {}

  static void addTo(Table table) {
    addImmutable(table);
    addOtherViews(table);
    addSmall(table);
    addComparators(table);
  }

  /** Of one element, and of several: these are different classes. */
  private static void addImmutable(Table table) {
    table.<List<Object>>values(
        "java.util.List.of",
        1,
        list -> parts(partOf(list)),
        v -> immutableList(v.get(0, Object.class)),
        List.of().getClass(),
        List.of(1).getClass(),
        List.of(1, 2, 3).subList(0, 2).getClass());
    table.<Set<Object>>values(
        "java.util.Set.of",
        1,
        set -> parts((Object) set.toArray()),
        v -> immutableSet(v.get(0, Object[].class)),
        Set.of().getClass(),
        Set.of(1).getClass());
    table.<Map<Object, Object>>values(
        "java.util.Map.of",
        1,
        map -> parts(new HashMap<>(map)),
        v -> immutableMap(v.get(0, HashMap.class)),
        Map.of().getClass(),
        Map.of(1, 1).getClass());
    table.<List<Object>>values(
        "java.util.Arrays.asList",
        1,
        list -> parts((Object) list.toArray()),
        v -> Arrays.asList(v.get(0, Object[].class)),
        Arrays.asList(1, 2).getClass());
  }

  /** Returns whether a collection has another order in each virtual machine. */
  static boolean hasOrderOfProcess(Object object) {
    return object.getClass() == Set.of(1, 2, 3).getClass()
        || object.getClass() == Set.of(1).getClass()
        || object.getClass() == Map.of(1, 1, 2, 2).getClass();
  }

  /**
   * Lists of {@code Stream.toList} are of the same class as those of {@code List.of}, but may be
   * asked for null. These are stored as an ArrayList, those as an array.
   */
  private static Object partOf(List<Object> list) {
    return refusesNull(list) ? list.toArray() : new ArrayList<>(list);
  }

  /**
   * Returns whether a collection throws when it is asked for null. Lists of one or two elements
   * always do, and are not asked: an exception costs a walk through the stack.
   */
  private static boolean refusesNull(Collection<?> collection) {
    if (collection.getClass() == List.of(1).getClass()) {
      return true;
    }
    try {
      boolean unused = collection.contains(null);
      return false;
    } catch (NullPointerException refused) {
      return true;
    }
  }

  /** Returns a list that can't be changed, and may be asked for null if the collection may. */
  static List<Object> immutableCopy(Collection<Object> collection) {
    return refusesNull(collection)
        ? List.copyOf(collection)
        : listWithNulls(new ArrayList<>(collection));
  }

  private static List<Object> immutableList(Object stored) {
    if (stored instanceof ArrayList<?> list) {
      return listWithNulls(list);
    }
    if (!(stored instanceof Object[] elements)) {
      throw new SerializationException("found " + stored.getClass() + " in place of elements");
    }
    // before lists were told apart, those with nulls were written like those without
    return Arrays.asList(elements).contains(null)
        ? listWithNulls(Arrays.asList(elements))
        : List.of(elements);
  }

  /** Of few elements, some versions of the JDK make lists that refuse null; so it cuts a longer. */
  private static List<Object> listWithNulls(List<?> elements) {
    List<@Nullable Object> longer = new ArrayList<>(elements);
    longer.add(null);
    List<Object> list = Stream.<Object>of(elements.toArray()).toList();
    return refusesNull(list) ? longer.stream().toList().subList(0, elements.size()) : list;
  }

  private static Set<Object> immutableSet(@Nullable Object[] elements) {
    try {
      return Set.of(elements);
    } catch (IllegalArgumentException equal) {
      Iterator<?> kept = new LinkedHashSet<>(Arrays.asList(elements)).iterator();
      throw EqualElements.refusal("java.util.Set.of", elements, kept);
    }
  }

  @SuppressWarnings("unchecked") // a map of anything
  private static Map<Object, Object> immutableMap(Map<?, ?> map) {
    return Map.copyOf((Map<Object, Object>) map);
  }

  private static void addOtherViews(Table table) {
    table.<Set<Object>>values(
        "java.util.Collections.newSetFromMap",
        1,
        set -> parts(SerialForm.partOf(set)),
        v -> setFromMap(v.get(0, Map.class)),
        Collections.newSetFromMap(new HashMap<>()).getClass());
    table.<Collection<Object>>values(
        "java.util.Collections.asLifoQueue",
        1,
        queue -> parts(SerialForm.partOf(queue)),
        v -> lifoQueue(v.get(0, Deque.class)),
        Collections.asLifoQueue(new ArrayDeque<>()).getClass());
    table.<ConcurrentHashMap.KeySetView<Object, Object>>values(
        ConcurrentHashMap.KeySetView.class.getName(),
        2,
        set -> parts(set.getMap(), set.getMappedValue()),
        v -> keySet(v.get(0, ConcurrentHashMap.class), v.orNull(1)),
        ConcurrentHashMap.KeySetView.class);
  }

  @SuppressWarnings("unchecked") // a map of anything
  private static Set<Object> setFromMap(Map<?, ?> map) {
    Map<Object, Boolean> elements = (Map<Object, Boolean>) map;
    List<Object> keys = new ArrayList<>(elements.keySet());
    elements.clear(); // as the method demands
    Set<Object> set = Collections.newSetFromMap(elements);
    set.addAll(keys);
    return set;
  }

  @SuppressWarnings("unchecked") // a queue of anything
  private static Collection<Object> lifoQueue(Deque<?> deque) {
    return Collections.asLifoQueue((Deque<Object>) deque);
  }

  @SuppressWarnings("unchecked") // a map of anything
  private static ConcurrentHashMap.KeySetView<Object, Object> keySet(
      ConcurrentHashMap<?, ?> map, @Nullable Object mapped) {
    ConcurrentHashMap<Object, Object> elements = (ConcurrentHashMap<Object, Object>) map;
    return mapped == null ? elements.keySet() : elements.keySet(mapped);
  }

  private static void addSmall(Table table) {
    for (String empty : List.of("List", "Set", "Map")) {
      table.constant("java.util.Collections.empty" + empty, emptyOf(empty));
    }
    table.constant("java.util.Collections.emptyNavigableSet", Collections.emptyNavigableSet());
    table.constant("java.util.Collections.emptyNavigableMap", Collections.emptyNavigableMap());
    table.<List<Object>>values(
        "java.util.Collections.singletonList",
        1,
        list -> parts(list.get(0)),
        v -> Collections.singletonList(v.orNull(0)),
        Collections.singletonList(1).getClass());
    table.<Set<Object>>values(
        "java.util.Collections.singleton",
        1,
        set -> parts(set.iterator().next()),
        v -> Collections.singleton(v.orNull(0)),
        Collections.singleton(1).getClass());
    table.<Map<Object, Object>>values(
        "java.util.Collections.singletonMap",
        2,
        map -> parts(map.keySet().iterator().next(), map.values().iterator().next()),
        v -> Collections.singletonMap(v.orNull(0), v.orNull(1)),
        Collections.singletonMap(1, 1).getClass());
    table.<List<Object>>values(
        "java.util.Collections.nCopies",
        2,
        list -> parts(list.size(), list.isEmpty() ? null : list.get(0)),
        v -> Collections.nCopies(v.number(0), v.orNull(1)),
        Collections.nCopies(1, 1).getClass());
  }

  private static Object emptyOf(String kind) {
    return switch (kind) {
      case "List" -> Collections.emptyList();
      case "Set" -> Collections.emptySet();
      default -> Collections.emptyMap();
    };
  }

  private static void addComparators(Table table) {
    table.constant("java.util.Comparator.naturalOrder", Comparator.<String>naturalOrder());
    table.constant("java.util.Comparator.reverseOrder", Comparator.<String>reverseOrder());
    table.constant("java.lang.String.CASE_INSENSITIVE_ORDER", String.CASE_INSENSITIVE_ORDER);
    table.<Comparator<Object>>values(
        "java.util.Collections.reverseOrder",
        1,
        comparator -> parts(SerialForm.partOf(comparator)),
        v -> reversed(v.get(0, Comparator.class)),
        Collections.reverseOrder(String.CASE_INSENSITIVE_ORDER).getClass());
  }

  @SuppressWarnings("unchecked") // a comparator of anything
  private static Comparator<Object> reversed(Comparator<?> comparator) {
    return Collections.reverseOrder((Comparator<Object>) comparator);
  }
}
