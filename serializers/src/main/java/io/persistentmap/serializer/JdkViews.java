package io.persistentmap.serializer;

import io.persistentmap.serializer.JdkTypes.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The JDK's unmodifiable and synchronized views of collections and maps.
 *
 * <p>A view is written together with what it is a view of. So it is one after reading, too, also of
 * a collection that is elsewhere in the same value. Only where this does not show itself in Java
 * serialization (immutable collections, EnumSet) the view is one of a copy.
 */
final class JdkViews {
  private JdkViews() {}

  static void addTo(Table table) {
    ofCollection(table, "unmodifiableCollection", Collections::unmodifiableCollection);
    ofCollection(table, "synchronizedCollection", Collections::synchronizedCollection);
    ofList(table, "unmodifiableList", Collections::unmodifiableList);
    ofList(table, "synchronizedList", Collections::synchronizedList);
    ofSet(table, "unmodifiableSet", Collections::unmodifiableSet);
    ofSet(table, "synchronizedSet", Collections::synchronizedSet);
    ofSortedSet(table, "unmodifiableSortedSet", Collections::unmodifiableSortedSet);
    ofSortedSet(table, "synchronizedSortedSet", Collections::synchronizedSortedSet);
    ofNavigableSet(table, "unmodifiableNavigableSet", Collections::unmodifiableNavigableSet);
    ofNavigableSet(table, "synchronizedNavigableSet", Collections::synchronizedNavigableSet);
    ofMap(table, "unmodifiableMap", Collections::unmodifiableMap);
    ofMap(table, "synchronizedMap", Collections::synchronizedMap);
    ofSortedMap(table, "unmodifiableSortedMap", Collections::unmodifiableSortedMap);
    ofSortedMap(table, "synchronizedSortedMap", Collections::synchronizedSortedMap);
    ofNavigableMap(table, "unmodifiableNavigableMap", Collections::unmodifiableNavigableMap);
    ofNavigableMap(table, "synchronizedNavigableMap", Collections::synchronizedNavigableMap);
  }

  private static void ofCollection(
      Table table, String method, Function<Collection<Object>, Collection<Object>> make) {
    add(table, method, Collection.class, JdkViews::copy, make, List.of(new ArrayList<>()));
  }

  /** Lists with and without fast access to each element have views of different classes. */
  @SuppressWarnings("JdkObsolete") // LinkedList is there to be viewed
  private static void ofList(
      Table table, String method, Function<List<Object>, List<Object>> make) {
    List<List<Object>> samples = List.of(new ArrayList<>(), new LinkedList<>());
    add(table, method, List.class, JdkViews::copy, make, samples);
  }

  private static void ofSet(Table table, String method, Function<Set<Object>, Set<Object>> make) {
    add(table, method, Set.class, JdkViews::copy, make, List.of(new HashSet<>()));
  }

  private static void ofSortedSet(
      Table table, String method, Function<SortedSet<Object>, SortedSet<Object>> make) {
    add(table, method, SortedSet.class, JdkViews::unseen, make, List.of(new TreeSet<>()));
  }

  private static void ofNavigableSet(
      Table table, String method, Function<NavigableSet<Object>, NavigableSet<Object>> make) {
    add(table, method, NavigableSet.class, JdkViews::unseen, make, List.of(new TreeSet<>()));
  }

  private static void ofMap(
      Table table, String method, Function<Map<Object, Object>, Map<Object, Object>> make) {
    add(table, method, Map.class, JdkViews::copy, make, List.of(new HashMap<>()));
  }

  private static void ofSortedMap(
      Table table,
      String method,
      Function<SortedMap<Object, Object>, SortedMap<Object, Object>> make) {
    add(table, method, SortedMap.class, JdkViews::unseen, make, List.of(new TreeMap<>()));
  }

  private static void ofNavigableMap(
      Table table,
      String method,
      Function<NavigableMap<Object, Object>, NavigableMap<Object, Object>> make) {
    add(table, method, NavigableMap.class, JdkViews::unseen, make, List.of(new TreeMap<>()));
  }

  /** How what a view is a view of is made of the view and its stand-in. */
  private interface Copying<T> {
    T of(T view, Object standIn);
  }

  /**
   * Adds the views that one method of {@link Collections} makes.
   *
   * @param viewed what they are views of
   * @param copy copies a view, where what it is a view of does not show itself
   * @param make the method
   * @param samples of which the views are of the classes to add
   */
  @SuppressWarnings("unchecked") // collections of anything
  private static <T> void add(
      Table table,
      String method,
      Class<? super T> viewed,
      Copying<T> copy,
      Function<T, T> make,
      List<T> samples) {
    table.<T>values(
        "java.util.Collections." + method,
        1,
        view -> {
          Object part = SerialForm.partOf(view);
          return JdkValues.parts(viewed.isInstance(part) ? part : copy.of(view, part));
        },
        v -> make.apply((T) v.get(0, viewed)),
        classesOf(samples.stream().map(make)));
  }

  /**
   * Makes what a view is a view of, as far as its stand-in tells: it can be changed or asked for
   * null as before.
   */
  private static Collection<Object> copy(Collection<Object> view, Object standIn) {
    if (isOfEnumSet(standIn)) {
      return enumSet(view, standIn);
    }
    return isOfImmutable(standIn) ? JdkWrappers.immutableCopy(view) : new ArrayList<>(view);
  }

  private static List<Object> copy(List<Object> view, Object standIn) {
    return isOfImmutable(standIn) ? JdkWrappers.immutableCopy(view) : new ArrayList<>(view);
  }

  private static Set<Object> copy(Set<Object> view, Object standIn) {
    if (isOfEnumSet(standIn)) {
      return enumSet(view, standIn);
    }
    return isOfImmutable(standIn) ? Set.copyOf(view) : new LinkedHashSet<>(view);
  }

  private static Map<Object, Object> copy(Map<Object, Object> view, Object standIn) {
    return isOfImmutable(standIn) ? Map.copyOf(view) : new LinkedHashMap<>(view);
  }

  /** These names are part of the specified form of Java serialization. */
  private static boolean isOfImmutable(Object standIn) {
    return standIn.getClass().getName().equals("java.util.CollSer");
  }

  private static boolean isOfEnumSet(Object standIn) {
    return standIn.getClass().getName().equals("java.util.EnumSet$SerializationProxy");
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the type of an enum found at run time
  private static Set<Object> enumSet(Collection<Object> view, Object standIn) {
    EnumSet set = EnumSet.noneOf((Class) SerialForm.classIn(standIn));
    set.addAll(view);
    return set;
  }

  private static Class<?>[] classesOf(Stream<?> objects) {
    return objects.map(Object::getClass).toArray(Class<?>[]::new);
  }

  private static <T> T unseen(T view, Object standIn) {
    throw Refusal.of(
        view.getClass(), "what it is a view of does not show itself; store a copy, as a TreeMap");
  }
}
